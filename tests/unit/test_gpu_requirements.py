"""The requirements of a GPU beside ours."""

import re

from deploy.gpu_requirements import ROOT, merge_requirements


def read_pins(name):
    return dict(line.split("==") for line in (ROOT / name).read_text().splitlines())


def test_every_package_is_pinned_once_and_a_gpus_pin_wins():
    found = [line.split("==") for line in merge_requirements()]
    assert dict(found) == read_pins("requirements.txt") | read_pins("requirements-gpu.txt")
    assert len(found) == len(dict(found))


def test_rapids_is_all_of_the_release_that_has_cuxfilter():
    rapids = {name: pin for name, pin in read_pins("requirements-gpu.txt").items() if name.endswith("-cu13")}
    assert {re.match(r"26\.6\.", pin) is not None for pin in rapids.values()} == {True}
    assert "cuxfilter-cu13" in rapids


def test_the_tests_run_the_same_cuxfilter():
    standin = dict(
        line.split("==")
        for line in (ROOT / "tests/standin/requirements.txt").read_text().splitlines()
        if not line.startswith("#")
    )
    gpu = read_pins("requirements-gpu.txt")
    shared = gpu.keys() & standin.keys()
    assert {name: standin[name] for name in shared} == {name: gpu[name] for name in shared}
    assert {"cuxfilter-cu13", "panel", "bokeh", "holoviews", "datashader", "numba"} <= shared
