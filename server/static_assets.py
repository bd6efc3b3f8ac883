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
MAX_AGE = 365 * 24 * 3600
DIGEST_LENGTH = 16
BUILD_PREFIX = re.compile("^v/[^/]+/")
INDEX_TEMPLATE = """<!DOCTYPE html>
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
def get_assets_path() -> str:
    """Below which path the assets are, of which every one has an address of its own in each build."""
    digest = sha256()
    for file in sorted(file for file in ASSETS.rglob("*") if file.is_file()):
        digest.update(f"{file.relative_to(ASSETS)}\0".encode() + file.read_bytes())
    return f"/assets/v/{digest.hexdigest()[:DIGEST_LENGTH]}"


def install_static_assets(server: Flask) -> None:
    """Tell the templates where assets are, and browsers how long to keep them."""
    server.context_processor(lambda: {"assets": get_assets_path(), "stylesheets": list_stylesheets()})
    server.after_request(set_cache_headers)
    server.add_url_rule("/assets/<path:filename>", view_func=serve_other_build)


@guard.public
def serve_other_build(filename: str) -> Response:
    """An asset by the address that pages opened before an upgrade know; or by one without a build."""
    return send_from_directory(ASSETS, BUILD_PREFIX.sub("", filename))


def set_cache_headers(response: Response) -> Response:
    """Let browsers keep this build's assets for good; about others they ask each time."""
    if request.path.startswith(f"{get_assets_path()}/") and response.status_code < 400:
        response.cache_control.no_cache = None
        response.cache_control.public = True
        response.cache_control.max_age = MAX_AGE
        response.cache_control.immutable = True
    return response


def list_stylesheets() -> list[str]:
    """The addresses of all style sheets, in the order in which Dash includes them too."""
    own = sorted((ASSETS / "css").glob("*.css"))
    return [
        f"{get_assets_path()}/vendor/bootstrap.min.css",
        *(f"{get_assets_path()}/css/{sheet.name}" for sheet in own),
    ]


def build_index_page() -> str:
    """Dash's document, with links that fetch all modules at once, not one import after the other."""
    rooms = ("vendor", "explore", "explore/cubes", "explore/table", "charts")
    modules = [file for room in rooms for file in sorted((ASSETS / room).glob("*.js"))]
    links = [f'<link rel="modulepreload" href="ASSETS/{file.relative_to(ASSETS)}">' for file in modules]
    return INDEX_TEMPLATE.replace("MODULES", "".join(links)).replace("ASSETS", get_assets_path())
