"""The documentation names what there is: each setting, and no link or file that is not there."""

import re
from pathlib import Path

import pytest

from config import Settings, variable

ROOT = Path(__file__).parents[2]
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]
DOCUMENTED = re.compile(r"^\| `([A-Z_]+)` \|", re.MULTILINE)
LINK = re.compile(r"\]\((?!https?:|#)([^)#\s]+)")


def test_every_setting_is_documented_and_nothing_else():
    documented = DOCUMENTED.findall((ROOT / "docs/settings.md").read_text())
    assert sorted(documented) == sorted(variable(field) for field in Settings.model_fields)


@pytest.mark.parametrize("file", PAGES, ids=lambda file: str(file.relative_to(ROOT)))
def test_links_lead_to_files(file):
    missing = [link for link in LINK.findall(file.read_text()) if not (file.parent / link).exists()]
    assert not missing


def test_every_page_is_reachable_from_the_readme():
    seen, queue = set(), [ROOT / "README.md"]
    while queue:
        page = queue.pop()
        if page not in seen and page.suffix == ".md":
            seen.add(page)
            queue.extend((page.parent / link).resolve() for link in LINK.findall(page.read_text()))
    assert not [str(page) for page in PAGES if page not in seen]


def test_every_room_has_its_line_in_the_architecture():
    house = (ROOT / "docs/architecture.md").read_text()
    rooms = {file.parent.name for file in ROOT.glob("*/__init__.py")}
    assert not [room for room in sorted(rooms) if f"`{room}/`" not in house]
