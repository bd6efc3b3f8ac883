"""The documentation names what there is: each setting, and no link or file that is not there."""

import re
import subprocess
from pathlib import Path

import pytest

from config import Settings, get_env_variable

ROOT = Path(__file__).parents[2]
PAGES = [*sorted(ROOT.glob("*.md")), *sorted((ROOT / "docs").rglob("*.md"))]
SETTING_ROW = re.compile(r"^\| `([A-Z_]+)` \|", re.MULTILINE)
LINK = re.compile(r"\]\((?!https?:|#)([^)#\s]+)")


def test_every_setting_is_documented_and_nothing_else():
    documented = SETTING_ROW.findall((ROOT / "docs/settings.md").read_text())
    assert sorted(documented) == sorted(get_env_variable(field) for field in Settings.model_fields)


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


def test_the_architecture_lists_every_folder_at_the_root():
    page = (ROOT / "docs/architecture.md").read_text()
    tracked = subprocess.run(["git", "ls-files"], cwd=ROOT, check=True, capture_output=True, text=True).stdout
    folders = {
        line.split("/")[0] for line in tracked.splitlines() if "/" in line and not line.startswith(".")
    }
    assert not [folder for folder in sorted(folders) if f"| `{folder}/` |" not in page]


def test_every_link_to_the_glossary_leads_to_a_word():
    words = set(re.findall(r'<a id="([a-z-]+)">', (ROOT / "docs/glossary.md").read_text()))
    linked = {word for page in PAGES for word in re.findall(r"glossary\.md#([\w-]+)", page.read_text())}
    assert words
    assert not linked - words
