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

from tests.audit.tools import ROOT, TOOLS, NotCheckedError, run_program

SCAN_SECONDS = 150  # seconds a scanner may take
OBSOLETE_FINDING = "X-XSS-Protection is not set"  # no browser heeds it any more, and it did harm
SCANNED_PATHS = (
    *("/explore/flights?next=1", "/signin?next=1", "/api/subjects?q=ad", "/view/1", "/guest/1", "/live/1"),
    *("/api/live/1/record?after=1", "/api/datasets/flights/versions/1/extent?column=1"),
)
CUBES_PATH = "/api/datasets/flights/versions/1/cubes?x=1&frame=1"


@dataclass(frozen=True)
class ScannedService:
    """A running service, and the cookies of its admin."""

    url: str
    cookies: str

    @property
    def port(self) -> str:
        return self.url.rpartition(":")[2]


@contextmanager
def run_service(tls: bool) -> Iterator[ScannedService]:
    """The service over a data folder of its own."""
    with tempfile.TemporaryDirectory() as folder:
        data = Path(folder) / "data"
        environment = os.environ | {"DATAXCHANGE_DATA": str(data), "PORT": "0"}
        if tls:
            run_program(sys.executable, "-m", "deploy.local_ca", env=environment)
            files = {"CERTIFICATE": "certificate.pem", "KEY": "key.pem"}
            environment |= {
                f"DATAXCHANGE_TLS_{name}": str(data / "tls" / file) for name, file in files.items()
            }
        command = [sys.executable, "app.py"]
        with subprocess.Popen(
            command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, text=True
        ) as process:
            try:
                yield _sign_in(process)
            finally:
                process.terminate()


def _sign_in(process: subprocess.Popen[str]) -> ScannedService:
    url = process.stdout.readline().split()[-1]
    link = process.stdout.readline().split()[-1]
    jar = CookieJar()
    unverified = HTTPSHandler(context=ssl._create_unverified_context())  # noqa: S323  (our own certificate)
    with build_opener(HTTPCookieProcessor(jar), unverified).open(link) as answer:
        answer.read()
    return ScannedService(url, "; ".join(f"{cookie.name}={cookie.value}" for cookie in jar))


def scan_tls() -> list[str]:
    """What sslscan finds besides strong ciphers of TLS 1.2 and 1.3."""
    with run_service(tls=True) as service:
        done = run_program(
            "sslscan", "--xml=-", "--no-colour", f"localhost:{service.port}", time_limit=SCAN_SECONDS
        )
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


def scan_sql_injection() -> list[str]:
    """What sqlmap can inject, into what a signed-in person may ask for."""
    with run_service(tls=False) as service, tempfile.TemporaryDirectory() as folder:
        targets = Path(folder) / "targets.txt"
        targets.write_text("".join(f"{service.url}{address}\n" for address in (*SCANNED_PATHS, CUBES_PATH)))
        options = [
            "--batch",
            "--level=1",
            "--risk=1",
            "--threads=4",
            "--disable-coloring",
            "--flush-session",
        ]
        cookies = [f"--cookie={service.cookies}", f"--output-dir={folder}"]
        done = run_program(TOOLS / "sqlmap", "-m", targets, *options, *cookies, time_limit=SCAN_SECONDS)
    if "[INFO] testing connection" not in done.stdout and "tested parameters" not in done.stdout:
        raise NotCheckedError(f"sqlmap tested nothing: {done.stdout[-300:]}")
    return re.findall(r"^Parameter: .*", done.stdout, re.MULTILINE)


def scan_pages() -> list[str]:
    """What wapiti finds on the pages of a signed-in person."""
    with run_service(tls=True) as service, tempfile.TemporaryDirectory() as folder:
        report = Path(folder) / "report.json"
        modules = "--module=sql,xss,exec,file,redirect,crlf,ssrf,xxe,csp,http_headers,cookieflags"
        bounds = ["--scope=folder", "--max-scan-time=120", "--max-links-per-page=30", "--depth=3"]
        options = ["--flush-session", f"--store-session={folder}", "--verify-ssl=0", "--no-bugreport"]
        person = [
            f"--header=Cookie: {service.cookies}",
            "--header=Sec-Fetch-Site: cross-site",
        ]  # can't sign out
        starts = [f"--start={service.url}{address}" for address in SCANNED_PATHS]
        written = ["--format=json", f"--output={report}"]
        line = ["wapiti", f"--url={service.url}/", modules, *bounds, *options, *person, *starts, *written]
        done = run_program(*line, time_limit=SCAN_SECONDS + 60)
        if not report.exists():
            raise NotCheckedError(f"wapiti wrote no report: {(done.stdout + done.stderr)[-300:]}")
        found = json.loads(report.read_text())
    kinds = found["vulnerabilities"] | found["anomalies"]
    each = [(kind, one) for kind, all_ in kinds.items() for one in all_ if one["info"] != OBSOLETE_FINDING]
    return [f"{kind}: {one['method']} {one['path']}: {one['info']}" for kind, one in each]


CHECKS = {
    "TLS (sslscan)": scan_tls,
    "SQL injection (sqlmap)": scan_sql_injection,
    "web scan (wapiti)": scan_pages,
}
