"""What browsers fetch from `assets/`: where it is, how long they keep it, and what pages ask for at once."""

from __future__ import annotations

import re
from functools import cache
from hashlib import sha256
from pathlib import Path

from flask import Flask, Response, request, send_from_directory

from accounts import guard

ROOT = Path(__file__).parents[1]
ASSETS = ROOT / "assets"
A_YEAR = 365 * 24 * 3600
DIGITS = 16
OTHER_BUILD = re.compile("^v/[^/]+/")
INDEX = """<!DOCTYPE html>
<html lang="en">
<head>
  {%metas%}
  <meta name="color-scheme" content="light dark">
  <title>{%title%}</title>
  <link rel="icon" href="ASSETS/icon.svg" type="image/svg+xml">
  <script src="ASSETS/theme.js"></script>
  <script src="ASSETS/session.js"></script>
  <link rel="stylesheet" href="ASSETS/vendor/bootstrap.min.css">
  {%css%}
  MODULES
</head>
<body>
  {%app_entry%}
  <footer>{%config%}{%scripts%}{%renderer%}</footer>
</body>
</html>"""


@cache
def address() -> str:
    """Below which path the assets are, of which every one has an address of its own in each build."""
    digest = sha256()
    for file in sorted(file for file in ASSETS.rglob("*") if file.is_file()):
        digest.update(f"{file.relative_to(ASSETS)}\0".encode() + file.read_bytes())
    return f"/assets/v/{digest.hexdigest()[:DIGITS]}"


def install(server: Flask) -> None:
    """Tell the templates where assets are, and browsers how long to keep them."""
    server.context_processor(lambda: {"assets": address(), "stylesheets": stylesheets()})
    server.after_request(keep)
    server.add_url_rule("/assets/<path:filename>", view_func=of_another_build)


@guard.public
def of_another_build(filename: str) -> Response:
    """An asset by the address that pages opened before an upgrade know; or by one without a build."""
    return send_from_directory(ASSETS, OTHER_BUILD.sub("", filename))


def keep(response: Response) -> Response:
    """Let browsers keep this build's assets for good; about others they ask each time."""
    if request.path.startswith(f"{address()}/") and response.status_code < 400:
        response.cache_control.no_cache = None
        response.cache_control.public = True
        response.cache_control.max_age = A_YEAR
        response.cache_control.immutable = True
    return response


def stylesheets() -> list[str]:
    """The addresses of all style sheets, in the order in which Dash includes them too."""
    own = sorted((ASSETS / "css").glob("*.css"))
    return [f"{address()}/vendor/bootstrap.min.css", *(f"{address()}/css/{sheet.name}" for sheet in own)]


def document() -> str:
    """Dash's document, with links that fetch all modules at once, not one import after the other."""
    rooms = ("vendor", "explore", "explore/cubes", "explore/table", "charts")
    modules = [file for room in rooms for file in sorted((ASSETS / room).glob("*.js"))]
    links = [f'<link rel="modulepreload" href="ASSETS/{file.relative_to(ASSETS)}">' for file in modules]
    return INDEX.replace("MODULES", "".join(links)).replace("ASSETS", address())
