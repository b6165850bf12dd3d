"""What people install: the wheel holds the bundles, and needs no Node to be made."""

from __future__ import annotations

import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

pytest.importorskip("hatchling", reason="built in the environment of SDK 2.x only")
ROOT = Path(__file__).parents[2]
STATIC = {"widget.js", "widget.css", "vega-chunk.js", "THIRD_PARTY_NOTICES.txt"}


def test_the_wheel_holds_the_package_and_its_bundles(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(tmp_path)]
    subprocess.run(command, cwd=ROOT, check=True, capture_output=True, env={"PATH": ""})
    (wheel,) = tmp_path.glob("*.whl")
    with zipfile.ZipFile(wheel) as archive:
        names = set(archive.namelist())
        points = archive.read("sm_track_widgets-0.1.0.dist-info/entry_points.txt").decode()
        for name in STATIC:
            built = archive.read(f"sm_track_widgets/static/{name}")
            assert built == (ROOT / "sm_track_widgets" / "static" / name).read_bytes()
    assert {name.partition("/")[0] for name in names} == {
        "sm_track_widgets",
        "sm_track_widgets-0.1.0.dist-info",
    }
    assert points.split() == [
        *("[console_scripts]", "sm-track", "=", "sm_track_widgets.cli:main"),
        *("[pytest11]", "sm_track_widgets", "=", "sm_track_widgets.pytest_plugin"),
    ]
    sources = {str(path.relative_to(ROOT)) for path in (ROOT / "sm_track_widgets").rglob("*.py")}
    assert sources <= names
