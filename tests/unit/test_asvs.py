"""The page on OWASP's ASVS has each requirement of levels 1 and 2 once, and names only tests that exist."""

import re
from collections import Counter
from pathlib import Path

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs/asvs.md").read_text()
LEVELS = (ROOT / "tests/fixtures/asvs_5.0.0.tsv").read_text().splitlines()
ROW = re.compile(
    r"^\| (\d+\.\d+\.\d+) (L[12]) \| [^|]+ \| (met|not applicable|not yet) \| ([^|]+) \|$", re.MULTILINE
)
NAMED = re.compile(r"`(tests/[\w/]+\.py)::(test_\w+)`")
SHOWN = re.compile(r"`tests/|\]\(|`make audit`|semgrep rule|ruff")


def test_each_requirement_is_there_once():
    assert Counter(f"{id_}\t{level}" for id_, level, *_ in ROW.findall(PAGE)) == Counter(LEVELS)


def test_each_test_that_is_named_exists():
    missing = [
        f"{file}::{name}"
        for file, name in NAMED.findall(PAGE)
        if not re.search(rf"^def {name}\(", (ROOT / file).read_text(), re.MULTILINE)
    ]
    assert not missing


def test_what_is_met_says_where():
    assert not [
        id_ for id_, _, state, where in ROW.findall(PAGE) if state == "met" and not SHOWN.search(where)
    ]


def test_the_numbers_at_the_beginning_are_true():
    found = Counter(state for _, _, state, _ in ROW.findall(PAGE))
    said = re.search(
        r"Of (\d+), (\d+) are \*\*met.*? (\d+) are \*\*not app.*? (\d+) are \*\*not yet", PAGE, re.DOTALL
    )
    numbers = [found.total(), found["met"], found["not applicable"], found["not yet"]]
    assert [int(number) for number in said.groups()] == numbers
