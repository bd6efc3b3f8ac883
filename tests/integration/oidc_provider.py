"""An OpenID provider with keys of its own, which also tells lies: for what a real one would never say."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from hashlib import sha256
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from secrets import token_urlsafe
from ssl import SSLContext
from threading import Thread
from time import time
from urllib.parse import parse_qs, urlsplit

from joserfc import jwt
from joserfc.jwk import OctKey, RSAKey
from joserfc.jws import JWSRegistry

from tests.integration.fake_authenticator import encode_base64url

CLIENT_ID, CLIENT_SECRET = "dataxchange", "a secret of the tests that is long enough"


@dataclass
class FakeOidcProvider:
    """``claims`` and ``header`` change what its ID tokens say, ``userinfo`` what it tells beside them;
    ``redirect_to`` is where it sends those who ask it anything; ``tls`` makes it speak HTTPS.
    """

    key: RSAKey = field(default_factory=lambda: RSAKey.generate_key(2048, {"kid": "one"}))
    signing_key: RSAKey | OctKey | None = None
    claims: dict = field(default_factory=dict)
    header: dict = field(default_factory=dict)
    userinfo: dict = field(default_factory=dict)
    metadata: dict = field(default_factory=dict)
    without_id_token: bool = False
    redirect_to: str = ""
    tls: SSLContext | None = None
    authorization_request: dict = field(default_factory=dict)
    codes: dict = field(default_factory=dict)

    def __enter__(self):
        handler = type("Handler", (OidcRequestHandler,), {"provider": self})
        self.server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
        self.issuer = f"http://127.0.0.1:{self.server.server_port}"
        if self.tls is not None:
            self.server.socket = self.tls.wrap_socket(self.server.socket, server_side=True)
            self.issuer = f"https://localhost:{self.server.server_port}"
        Thread(target=self.server.serve_forever, args=[0.01], daemon=True).start()
        return self

    def __exit__(self, *_):
        self.server.shutdown()
        self.server.server_close()

    def authorize_request(self, authorization_url, subject="s-1"):
        """The query that the browser brings back from this address of ours, signed in as ``subject``."""
        self.authorization_request = {
            name: values[0] for name, values in parse_qs(urlsplit(authorization_url).query).items()
        }
        code = token_urlsafe(8)
        self.codes[code] = (subject, self.authorization_request)
        return {"code": code, "state": self.authorization_request["state"]}

    def get_discovery_document(self):
        endpoints = {
            f"{name}_endpoint": f"{self.issuer}/{name}" for name in ("authorization", "token", "userinfo")
        }
        return {"issuer": self.issuer, "jwks_uri": f"{self.issuer}/keys"} | endpoints | self.metadata

    def exchange_code(self, form):
        """What a code is exchanged for: once, and by whoever knows the verifier of its challenge."""
        subject, asked = self.codes.pop(form["code"], (None, {}))
        if encode_base64url(sha256(form["code_verifier"].encode()).digest()) != asked.get("code_challenge"):
            return {"error": "invalid_grant"}
        answer = {"access_token": token_urlsafe(8), "token_type": "Bearer", "expires_in": 60}
        self.userinfo = {"sub": subject, "preferred_username": "ada"} | self.userinfo
        return answer if self.without_id_token else answer | {"id_token": self.make_id_token(subject, asked)}

    def make_id_token(self, subject, authorization_request):
        times = {"iat": int(time()), "exp": int(time()) + 60}
        claims = {
            "iss": self.issuer,
            "aud": CLIENT_ID,
            "sub": subject,
            "nonce": authorization_request["nonce"],
            **times,
        }
        kept = {name: value for name, value in (claims | self.claims).items() if value is not None}
        header = {"alg": "RS256", "kid": "one"} | self.header
        if header["alg"] == "none":
            parts = (json.dumps(header), json.dumps(kept), "")
            return ".".join(encode_base64url(part.encode()) for part in parts)
        registry = JWSRegistry(algorithms=[header["alg"]])
        return jwt.encode(header, kept, self.signing_key or self.key, registry=registry)


class OidcRequestHandler(BaseHTTPRequestHandler):
    def do_GET(self):
        if self.provider.redirect_to:
            self.send_response(307)
            self.send_header("Location", self.provider.redirect_to + self.path)
            self.send_header("Content-Length", "0")
            self.end_headers()
            return
        answers = {
            "/.well-known/openid-configuration": self.provider.get_discovery_document,
            "/keys": lambda: {"keys": [self.provider.key.as_dict(private=False)]},
            "/userinfo": lambda: self.provider.userinfo,
        }
        self.send_json(answers[self.path]())

    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"])).decode()
        form = {name: values[0] for name, values in parse_qs(body).items()}
        answer = self.provider.exchange_code(form)
        self.send_json(answer, 400 if "error" in answer else 200)

    def send_json(self, content, status=200):
        data = json.dumps(content).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def log_message(self, *_):
        """Quietly."""
