"""What a machine with a GPU installs: CuPy for the service, RAPIDS with cuxfilter beside it."""

import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
DOCS = [ROOT / "docs/gpu.md", ROOT / "docs/cuxfilter.md"]
CUPY_REQUIREMENT = "cupy-cuda13x[ctk]==14.2.0"
"""With CUDA's libraries: the package alone lacks NVRTC, without which no kernel is compiled."""


def read_lines(name):
    lines = (ROOT / name).read_text().splitlines()
    return [line for line in lines if not line.startswith("#")]


def read_pins(name):
    return dict(line.split("==") for line in read_lines(name) if "==" in line)


def test_the_service_keeps_its_own_pins_on_a_gpu():
    assert read_lines("requirements-gpu.txt") == ["-r requirements.txt", CUPY_REQUIREMENT]


def test_cupy_comes_with_its_compiler_wherever_it_is_named():
    assert CUPY_REQUIREMENT in read_lines("requirements-cuxfilter.txt")
    named = re.findall(r"cupy-cuda\d+x\S*==[\w.]+", (ROOT / "docs/gpu.md").read_text())
    assert CUPY_REQUIREMENT in named
    assert all("[ctk]" in each for each in named)


def test_rapids_is_all_of_the_release_that_has_cuxfilter():
    pins = read_pins("requirements-cuxfilter.txt")
    rapids = {name: pin for name, pin in pins.items() if name.endswith("-cu13")}
    assert {re.match(r"26\.6\.", pin) is not None for pin in rapids.values()} == {True}
    assert "cuxfilter-cu13" in rapids


def test_the_tests_run_the_same_cuxfilter():
    standin, gpu = read_pins("tests/standin/requirements.txt"), read_pins("requirements-cuxfilter.txt")
    shared = gpu.keys() & standin.keys()
    assert {name: standin[name] for name in shared} == {name: gpu[name] for name in shared}
    wanted = {
        "cuxfilter-cu13",
        "panel",
        "bokeh",
        "holoviews",
        "datashader",
        "numba",
        "numpy",
        "pandas",
        "pyarrow",
    }
    assert wanted <= shared


def test_cuxfilter_is_not_installed_into_the_environment_of_the_service():
    """Its pins would hold back the engine of the CPU (docs/adr/0011-cuxfilter.md)."""
    script = (ROOT / "deploy/build.sh").read_text()
    (body,) = re.findall(r"^step_python-cuxfilter\(\) \{\n(.*?)^\}", script, re.MULTILINE | re.DOTALL)
    (installed,) = re.findall(r"^ *(\S+) -m pip install.*requirements-cuxfilter.txt", body, re.MULTILINE)
    assert installed == ".venv-cuxfilter/bin/python"
    assert f"DATAXCHANGE_CUXFILTER_PYTHON=/dataxchange/{installed}" in (ROOT / "Dockerfile").read_text()
    assert script.count("requirements-cuxfilter.txt") == 2
