"""Checks of the running service, here only: its TLS, and what scanners find as a signed-in person."""

from __future__ import annotations

import json
import os
import re
import ssl
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.cookiejar import CookieJar
from pathlib import Path
from urllib.request import HTTPCookieProcessor, HTTPSHandler, build_opener
from xml.etree import ElementTree

from tests.audit.tools import ROOT, TOOLS, NotCheckedError, run

LONGEST = 150  # seconds a scanner may take
OBSOLETE = "X-XSS-Protection is not set"  # no browser heeds it any more, and it did harm
ADDRESSES = (
    *("/explore/flights?next=1", "/signin?next=1", "/api/subjects?q=ad", "/view/1", "/guest/1", "/live/1"),
    *("/api/live/1/record?after=1", "/api/datasets/flights/versions/1/extent?column=1"),
)
X = "/api/datasets/flights/versions/1/cubes?x=1&frame=1"


@dataclass(frozen=True)
class Service:
    """A running service, and the cookies of its admin."""

    url: str
    cookies: str

    @property
    def port(self) -> str:
        return self.url.rpartition(":")[2]


@contextmanager
def running(tls: bool) -> Iterator[Service]:
    """The service over a data folder of its own."""
    with tempfile.TemporaryDirectory() as folder:
        data = Path(folder) / "data"
        environment = os.environ | {"DATAXCHANGE_DATA": str(data), "PORT": "0"}
        if tls:
            run(sys.executable, "-m", "deploy.local_ca", env=environment)
            files = {"CERTIFICATE": "certificate.pem", "KEY": "key.pem"}
            environment |= {
                f"DATAXCHANGE_TLS_{name}": str(data / "tls" / file) for name, file in files.items()
            }
        command = [sys.executable, "app.py"]
        with subprocess.Popen(
            command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, text=True
        ) as process:
            try:
                yield _signed_in(process)
            finally:
                process.terminate()


def _signed_in(process: subprocess.Popen[str]) -> Service:
    url = process.stdout.readline().split()[-1]
    link = process.stdout.readline().split()[-1]
    jar = CookieJar()
    unverified = HTTPSHandler(context=ssl._create_unverified_context())  # noqa: S323  (our own certificate)
    with build_opener(HTTPCookieProcessor(jar), unverified).open(link) as answer:
        answer.read()
    return Service(url, "; ".join(f"{cookie.name}={cookie.value}" for cookie in jar))


def tls() -> list[str]:
    """What sslscan finds besides strong ciphers of TLS 1.2 and 1.3."""
    with running(tls=True) as service:
        done = run("sslscan", "--xml=-", "--no-colour", f"localhost:{service.port}", patience=LONGEST)
    scan = ElementTree.fromstring(done.stdout)  # noqa: S314  (of a program that make audit installs)
    enabled = {
        f"{each.get('type')} {each.get('version')}"
        for each in scan.iter("protocol")
        if each.get("enabled") == "1"
    }
    ciphers = list(scan.iter("cipher"))
    if not ciphers:
        raise NotCheckedError("sslscan found no cipher at all")
    weak = [each for each in ciphers if each.get("strength") not in ("strong", "acceptable")]
    weak += [each for each in ciphers if not re.search("GCM|CHACHA20|TLS_", each.get("cipher", ""))]
    vulnerable = [each for each in scan.iter("heartbleed") if each.get("vulnerable") == "1"]
    return [
        *(f"{name} is offered" for name in sorted(enabled - {"tls 1.2", "tls 1.3"})),
        *(f"weak: {each.get('sslversion')} {each.get('cipher')}" for each in weak),
        *(f"heartbleed: {each.get('sslversion')}" for each in vulnerable),
    ]


def sql() -> list[str]:
    """What sqlmap can inject, into what a signed-in person may ask for."""
    with running(tls=False) as service, tempfile.TemporaryDirectory() as folder:
        targets = Path(folder) / "targets.txt"
        targets.write_text("".join(f"{service.url}{address}\n" for address in (*ADDRESSES, X)))
        options = [
            "--batch",
            "--level=1",
            "--risk=1",
            "--threads=4",
            "--disable-coloring",
            "--flush-session",
        ]
        cookies = [f"--cookie={service.cookies}", f"--output-dir={folder}"]
        done = run(TOOLS / "sqlmap", "-m", targets, *options, *cookies, patience=LONGEST)
    if "[INFO] testing connection" not in done.stdout and "tested parameters" not in done.stdout:
        raise NotCheckedError(f"sqlmap tested nothing: {done.stdout[-300:]}")
    return re.findall(r"^Parameter: .*", done.stdout, re.MULTILINE)


def scan() -> list[str]:
    """What wapiti finds on the pages of a signed-in person."""
    with running(tls=True) as service, tempfile.TemporaryDirectory() as folder:
        report = Path(folder) / "report.json"
        modules = "--module=sql,xss,exec,file,redirect,crlf,ssrf,xxe,csp,http_headers,cookieflags"
        bounds = ["--scope=folder", "--max-scan-time=120", "--max-links-per-page=30", "--depth=3"]
        options = ["--flush-session", f"--store-session={folder}", "--verify-ssl=0", "--no-bugreport"]
        person = [
            f"--header=Cookie: {service.cookies}",
            "--header=Sec-Fetch-Site: cross-site",
        ]  # can't sign out
        starts = [f"--start={service.url}{address}" for address in ADDRESSES]
        written = ["--format=json", f"--output={report}"]
        line = ["wapiti", f"--url={service.url}/", modules, *bounds, *options, *person, *starts, *written]
        done = run(*line, patience=LONGEST + 60)
        if not report.exists():
            raise NotCheckedError(f"wapiti wrote no report: {(done.stdout + done.stderr)[-300:]}")
        found = json.loads(report.read_text())
    kinds = found["vulnerabilities"] | found["anomalies"]
    each = [(kind, one) for kind, all_ in kinds.items() for one in all_ if one["info"] != OBSOLETE]
    return [f"{kind}: {one['method']} {one['path']}: {one['info']}" for kind, one in each]


CHECKS = {"TLS (sslscan)": tls, "SQL injection (sqlmap)": sql, "web scan (wapiti)": scan}
