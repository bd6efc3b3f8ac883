"""The command line: one program whose groups explain themselves."""

import os
import tomllib
from pathlib import Path

import pytest

import cli

ROOT = Path(__file__).parents[2]


@pytest.fixture(autouse=True)
def plain_environment(monkeypatch, tmp_path):
    monkeypatch.setenv("DATAXCHANGE_DATA", str(tmp_path))
    monkeypatch.setenv("COLUMNS", "120")


def read_help(capsys, *arguments):
    with pytest.raises(SystemExit) as stop:
        cli.main([*arguments, "--help"])
    assert stop.value.code == 0
    return capsys.readouterr().out


def test_the_package_installs_the_command():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    assert project["scripts"] == {"dataxchange": "cli:main"}


def test_the_help_lists_the_groups(capsys):
    shown = read_help(capsys)
    assert all(f"{name} " in shown and purpose in shown for name, (_, purpose) in cli.GROUPS.items())


@pytest.mark.parametrize(
    ("group", "commands"),
    [
        ("datasets", ["import", "append", "sample", "resample", "rotate"]),
        ("accounts", ["add", "invite", "role", "disable", "enable", "password", "link", "rotate-keys"]),
        ("audit", ["verify", "export", "prune"]),
    ],
)
def test_the_help_of_a_group_lists_its_commands(capsys, group, commands):
    shown = read_help(capsys, group)
    assert shown.startswith(f"usage: dataxchange {group} ")
    assert all(f"\n  {command} " in shown.replace("    ", "  ") for command in commands)


@pytest.mark.parametrize("arguments", [[], ["tables"]])
def test_without_a_group_it_says_which_there_are(capsys, arguments):
    with pytest.raises(SystemExit) as stop:
        cli.main(arguments)
    assert stop.value.code == 2
    assert "GROUP" in capsys.readouterr().err


def test_the_data_folder_is_beside_the_program_unless_it_is_set(monkeypatch):
    monkeypatch.delenv("DATAXCHANGE_DATA")
    monkeypatch.setitem(cli.GROUPS, "datasets", ("tests.unit.test_cli", ""))
    assert cli.main(["datasets", "import", "--name", "x"]) == 0
    assert os.environ["DATAXCHANGE_DATA"] == str(ROOT / "var")


def main(arguments):
    """Stand in for a group's commands."""
    assert arguments == ["import", "--name", "x"]
