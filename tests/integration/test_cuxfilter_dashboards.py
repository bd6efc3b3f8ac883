"""cuxfilter's own dashboards, put right: the real package, over pandas for cuDF, two in one process."""

from __future__ import annotations

import json
import os
import subprocess

import pytest

from tests.integration.cuxfilter_worker import CUXFILTER_PYTHON, ROOT, STANDIN_FOLDER


@pytest.fixture(scope="module")
def dashboard_states():
    """Rows have a delay of 0 to 3 and are in the "east", of each delay 1 more, or 4 more in the "northeast".

    One has brushed the delays 1 and 2, and "east"; the other, afterwards, the delay 3, and "northeast".
    """
    environment = os.environ | {"PYTHONPATH": f"{ROOT}:{STANDIN_FOLDER}"}
    script = [CUXFILTER_PYTHON, STANDIN_FOLDER / "dashboards.py"]
    done = subprocess.run(script, env=environment, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout.splitlines()[-1])


def test_a_chart_is_filtered_by_the_others_and_not_by_itself(dashboard_states):
    assert dashboard_states["one"]["delay"] == [1, 2, 3, 4]
    assert dashboard_states["one"]["side"] == [2 + 3, 6 + 7]


def test_brushes_of_one_dashboard_are_not_those_of_another(dashboard_states):
    assert dashboard_states["other"] == {"delay": [5, 6, 7, 8], "side": [4, 8]}


def test_each_has_a_side_bar_of_its_own(dashboard_states):
    assert dashboard_states["sides"][0] == dashboard_states["sides"][1]


def test_the_process_warns_and_logs_as_before(dashboard_states):
    assert not dashboard_states["quiet"]
