"""The files in `assets/`: their URLs, how long browsers cache them, and which pages preload."""

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
  <script src="ASSETS/menus.js"></script>
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
    """Return the path of the assets, which contains a digest of them: each build has its own URLs."""
    digest = sha256()
    for file in sorted(file for file in ASSETS.rglob("*") if file.is_file()):
        digest.update(f"{file.relative_to(ASSETS)}\0".encode() + file.read_bytes())
    return f"/assets/v/{digest.hexdigest()[:DIGEST_LENGTH]}"


def install_static_assets(server: Flask) -> None:
    """Give the templates the path of the assets, and responses their cache headers."""
    server.context_processor(lambda: {"assets": get_assets_path(), "stylesheets": list_stylesheets()})
    server.after_request(set_cache_headers)
    server.add_url_rule("/assets/<path:filename>", view_func=serve_other_build)


@guard.public
def serve_other_build(filename: str) -> Response:
    """Serve an asset by a URL of another build, which pages opened before an upgrade use, or of none."""
    return send_from_directory(ASSETS, BUILD_PREFIX.sub("", filename))


def set_cache_headers(response: Response) -> Response:
    """Let browsers cache this build's assets for good; others are revalidated each time."""
    if request.path.startswith(f"{get_assets_path()}/") and response.status_code < 400:
        response.cache_control.no_cache = None
        response.cache_control.public = True
        response.cache_control.max_age = MAX_AGE
        response.cache_control.immutable = True
    return response


def list_stylesheets() -> list[str]:
    """Return the URLs of all style sheets, in the order in which Dash includes them."""
    own = sorted((ASSETS / "css").glob("*.css"))
    return [
        f"{get_assets_path()}/vendor/bootstrap.min.css",
        *(f"{get_assets_path()}/css/{sheet.name}" for sheet in own),
    ]


def build_index_page() -> str:
    """Return Dash's document, with links that preload all modules instead of one import after the other."""
    folders = ("vendor", "explore", "explore/cubes", "explore/table", "charts")
    modules = [file for folder in folders for file in sorted((ASSETS / folder).glob("*.js"))]
    links = [f'<link rel="modulepreload" href="ASSETS/{file.relative_to(ASSETS)}">' for file in modules]
    return INDEX_TEMPLATE.replace("MODULES", "".join(links)).replace("ASSETS", get_assets_path())
