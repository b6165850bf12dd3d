"""docs/cli.md: each command of the page, run by a shell, says what the page says."""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
import time
from pathlib import Path

import cleanup_home as made

from sm_track_widgets import connection
from sm_track_widgets._types import Point
from sm_track_widgets.cli import main

ROOT = Path(__file__).parents[2]
SHELL = 'sm-track() { "$PYTHON" -m sm_track_widgets "$@"; }\nexec 2>&1\n'


def sessions() -> list[tuple[str, str]]:
    """Every command of the page, and what it says."""
    page = (ROOT / "docs" / "cli.md").read_text("utf-8")
    blocks = re.findall(r"^```console\n(.*?)^```", page, re.MULTILINE | re.DOTALL)
    steps = "".join(blocks).split("$ ")[1:]
    return [(step.partition("\n")[0], step.partition("\n")[2]) for step in steps]


def alike(text: str) -> str:
    """Write moments as one moment: the page was written at another."""
    return re.sub(r"\d{4}-\d\d-\d\d \d\d:\d\d", "DATE", text).strip()


def test_the_page_says_what_the_commands_say(tmp_path, monkeypatch, capsysbinary):
    place = connection.connect("embedded", path=tmp_path / "home")
    for depth in (2, 4, 6):
        component = made.run(
            place,
            "trees",
            f"depth{depth}",
            Parameters={"depth": {"NumberValue": depth}},
            StartTime=time.time() - 0.5,
            EndTime=time.time(),
        )
        values = (0.6, 0.7, round(0.72 + depth / 50, 4))
        points = [Point("auc", value, step, time.time()) for step, value in enumerate(values)]
        assert place.put_points(component, points) == []
    connection.reset()
    steps = sessions()
    assert len(steps) > 12
    monkeypatch.setenv("SM_TRACK_HOME", str(tmp_path / "home"))
    for command, expected in steps:
        words = shlex.split(command, posix=True)
        if {"|", "||", "<"} & set(words):
            said = in_a_shell(command)
        else:
            assert words.pop(0) == "sm-track"
            main(words)
            told = capsysbinary.readouterr()
            said = (told.err + told.out).decode()
        assert alike(said) == alike(expected), command
    connection.reset()


def in_a_shell(command: str) -> str:
    """Run a command with a pipe or another sign of the shell's: that costs a new Python."""
    env = {
        **os.environ,
        "PYTHON": sys.executable,
        "PYTHONPATH": str(ROOT),
        "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
    }
    done = subprocess.run(
        ["bash", "-c", SHELL + command], env=env, capture_output=True, text=True, timeout=60, check=False
    )
    return done.stdout
