"""The image is built by the steps CI runs, has all the rooms, and is not run by root."""

import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
DOCKERFILE = (ROOT / "Dockerfile").read_text()
STAGES = re.split(r"^FROM ", DOCKERFILE, flags=re.MULTILINE)[1:]
BUILD_STEPS = set(re.findall(r"^step_([a-z-]+)\(\)", (ROOT / "deploy/build.sh").read_text(), re.MULTILINE))


def test_only_shared_steps_build_it():
    builders = [stage for stage in STAGES if "AS runtime" not in stage and not stage.startswith("runtime")]
    runs = [run for stage in builders for run in re.findall(r"^RUN (.*)", stage, re.MULTILINE)]
    steps = {run.removeprefix("deploy/build.sh ") for run in runs}
    assert steps == {"browser", "python", "kernels", "python-gpu python-cuxfilter"}


def test_the_makefile_takes_the_same_steps():
    calls = re.findall(r"deploy/build\.sh ([a-z -]+)", (ROOT / "Makefile").read_text())
    assert {step for call in calls for step in call.split()} == BUILD_STEPS


def test_it_does_not_run_as_root():
    images = [stage for stage in STAGES if stage.startswith("runtime")]
    assert len(images) == 2
    for image in images:
        assert re.findall(r"^USER (.*)", image, re.MULTILINE) == ["dataxchange"]


def test_without_a_target_the_image_has_no_rapids():
    assert "--from=service" in STAGES[-1]


def test_it_carries_every_room_and_no_data():
    carried = (ROOT / ".dockerignore").read_text().splitlines()
    rooms = {file.parent.name for file in ROOT.glob("*/__init__.py")} - {"bench", "tests"}
    assert [room for room in sorted(rooms) if f"!{room}/" not in carried] == []
    assert carried[0] == "*"
    assert not [line for line in carried if line.startswith("!var")]


def test_the_user_has_a_home_and_cupy_a_folder_for_its_kernels():
    (runtime,) = (stage for stage in STAGES if "AS runtime" in stage)
    assert "--create-home" in runtime
    assert "HOME=/home/dataxchange" in runtime
    (gpu,) = (stage for stage in STAGES if "AS gpu\n" in stage)
    (folder,) = re.findall(r"CUPY_CACHE_DIR=(\S+)", gpu)
    assert folder.startswith(re.findall(r"DATAXCHANGE_DATA=(\S+)", runtime)[0] + "/")


def test_the_commands_are_on_the_path():
    assert {"!cli.py", "!pyproject.toml"} <= set((ROOT / ".dockerignore").read_text().splitlines())
    assert any("PATH=/dataxchange/.venv/bin:" in stage for stage in STAGES)
