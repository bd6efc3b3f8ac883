"""What a visit to the running service is made of."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

PageOpener = Callable[..., Page]
UserPageOpener = Callable[..., Page]
ONLY_VIOLATIONS = {"resultTypes": ["violations"]}
"""All rules, but of those that hold no list of what they hold for: that takes three times as long."""


@dataclass
class RunningService:
    """A running DataXchange: where it is, its data folder and the link it printed at its first start."""

    url: str
    link: str
    data: Path

    @property
    def password(self) -> str:
        return (self.data / "admin-password").read_text().strip()


def assert_accessible(page: Page) -> None:
    """No axe violation on the page as it stands."""
    violations = Axe().run(page, options=ONLY_VIOLATIONS).response["violations"]
    assert not violations, "\n".join(
        f"{each['id']}: {each['help']}: {[node['html'][:160] for node in each['nodes'][:3]]}"
        for each in violations
    )
