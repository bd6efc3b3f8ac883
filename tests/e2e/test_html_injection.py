"""A table that would run scripts if anything of it were taken for markup."""

import os
import subprocess
import sys

from playwright.sync_api import expect

from tests.e2e.conftest import ROOT
from tests.e2e.explore_page import wait_until_exact

MARKUP = "<img src=x onerror=alert(1)><script>alert(2)</script>"


def test_names_and_values_of_a_table_are_shown_as_they_are(visit_page, service, tmp_path):
    rows = "".join(f"{number},{MARKUP if number % 3 else 'plain'}\n" for number in range(60))
    (tmp_path / "hostile.csv").write_text(f"number {MARKUP},text {MARKUP}\n{rows}")
    command = [
        "-m",
        "cli",
        "datasets",
        "import",
        str(tmp_path / "hostile.csv"),
        "--name",
        MARKUP,
        "--slug",
        "hostile",
    ]
    environment = os.environ | {"DATAXCHANGE_DATA": str(service.data)}
    subprocess.run([sys.executable, *command], cwd=ROOT, env=environment, check=True)
    page = visit_page("/explore/hostile")
    page.on("dialog", lambda dialog: dialog.dismiss() or opened.append(dialog.message))
    opened = []
    wait_until_exact(page)
    expect(page.get_by_role("heading", level=1)).to_contain_text(MARKUP)
    expect(page.get_by_text(f"text {MARKUP}").first).to_be_visible()
    assert page.locator("img[src=x]").count() == 0
    assert opened == []
