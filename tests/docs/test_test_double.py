"""docs/test-double.md: its Python, its tests and its commands run as they stand."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "test-double.md").read_text("utf-8")


def blocks(words: str) -> list[str]:
    return re.findall(rf"^```{words}\n(.*?)^```", PAGE, re.MULTILINE | re.DOTALL)


@pytest.fixture
def environment(tmp_path):
    """`python` is this one, wherever the command runs."""
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
    return {**os.environ, "PATH": path, "TMPDIR": str(tmp_path), "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"}


def run(command: list[str], folder: Path, environment: dict[str, str]) -> str:
    done = subprocess.run(
        command, cwd=folder, env=environment, capture_output=True, text=True, timeout=120, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_its_python_runs(tmp_path, environment):
    sources = blocks("python")
    assert len(sources) == 4
    shown = run([sys.executable, "-c", "\n".join(sources)], tmp_path, environment)
    assert "handled" in shown
    assert "Counter({'throttle'" in shown


def test_its_tests_pass(tmp_path, environment):
    for number, source in enumerate(blocks("python test")):
        (tmp_path / f"test_page_{number}.py").write_text(source)
    words = ["-p", "sm_track_widgets.pytest_plugin", "-p", "no:cacheprovider", "-q", str(tmp_path)]
    assert "2 passed" in run([sys.executable, "-m", "pytest", *words], tmp_path, environment)


def test_its_commands_run(tmp_path, environment):
    shown = [run(["bash", "-ec", source], tmp_path, environment) for source in blocks("sh")]
    assert shown == ["000000000000\n", "arn:aws:sagemaker:us-east-1:000000000000:experiment/demo\n"]


def test_its_options_exist_and_are_all_there(tmp_path, environment):
    told = run([sys.executable, "-m", "sm_track_widgets.serve", "--help"], tmp_path, environment)
    known = set(re.findall(r"--[a-z-]{3,}", told)) - {"--help"}
    tables = "\n".join(line for line in PAGE.splitlines() if line.startswith("| `--"))
    assert set(re.findall(r"--[a-z-]{3,}", tables)) == known


def test_its_links_lead_somewhere():
    for target in re.findall(r"\]\((?!https?:|#)([^)#]+)", PAGE):
        assert (ROOT / "docs" / target).exists(), target
