"""The image is built by the steps CI runs, has all the rooms, and is not run by root."""

import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
DOCKERFILE = (ROOT / "Dockerfile").read_text()
STAGES = re.split(r"^FROM ", DOCKERFILE, flags=re.MULTILINE)[1:]
STEPS = set(re.findall(r"^step_([a-z-]+)\(\)", (ROOT / "deploy/build.sh").read_text(), re.MULTILINE))


def test_only_shared_steps_build_it():
    runs = [run for stage in STAGES[:-1] for run in re.findall(r"^RUN (.*)", stage, re.MULTILINE)]
    assert {run.removeprefix("deploy/build.sh ") for run in runs} == {"browser", "python", "kernels"}


def test_the_makefile_takes_the_same_steps():
    used = set(re.findall(r"deploy/build\.sh ([a-z-]+)", (ROOT / "Makefile").read_text()))
    assert used == STEPS


def test_it_does_not_run_as_root():
    assert re.findall(r"^USER (.*)", STAGES[-1], re.MULTILINE) == ["dataxchange"]


def test_it_carries_every_room_and_no_data():
    carried = (ROOT / ".dockerignore").read_text().splitlines()
    rooms = {file.parent.name for file in ROOT.glob("*/__init__.py")} - {"bench", "tests"}
    assert [room for room in sorted(rooms) if f"!{room}/" not in carried] == []
    assert carried[0] == "*"
    assert not [line for line in carried if line.startswith("!var")]


def test_the_commands_are_on_the_path():
    assert "!dataxchange" in (ROOT / ".dockerignore").read_text().splitlines()
    assert ":/dataxchange:" in STAGES[-1]
