"""What `import sm_track_widgets` offers, and what it costs."""

from __future__ import annotations

import subprocess
import sys

import pytest

import sm_track_widgets

HEAVY = (
    "pandas",
    "altair",
    "ipywidgets",
    "anywidget",
    "boto3",
    "botocore",
    "sagemaker",
    "numpy",
    "IPython",
    "sqlite3",
)


@pytest.mark.parametrize("name", sm_track_widgets.__all__)
def test_every_name_is_there_and_documented(name):
    value = getattr(sm_track_widgets, name)
    assert name == "__version__" or value.__doc__


def test_all_is_sorted_and_complete():
    assert sorted(sm_track_widgets.__all__) == sm_track_widgets.__all__
    assert set(sm_track_widgets._HOMES) < set(sm_track_widgets.__all__)
    assert dir(sm_track_widgets) == sm_track_widgets.__all__


def test_an_unknown_name_is_an_attribute_error():
    with pytest.raises(AttributeError, match="has no attribute 'nope'"):
        _ = sm_track_widgets.nope


def imported_by(code: str) -> set[str]:
    """Top-level modules that `code` adds to a fresh interpreter."""
    script = f"import sys; before = set(sys.modules)\n{code}\nprint(*(set(sys.modules) - before))"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    return {name.partition(".")[0] for name in done.stdout.split()}


@pytest.mark.parametrize(
    "code",
    [
        "import sm_track_widgets; sm_track_widgets.__version__",
        "from sm_track_widgets import UsageError, TrackError",
    ],
)
def test_importing_costs_nothing_heavy(code):
    assert not imported_by(code) & set(HEAVY)


@pytest.mark.parametrize("name", ["connect", "Run"])
def test_writing_needs_neither_frames_nor_charts_nor_the_sdk(name):
    unwanted = {"pandas", "altair", "ipywidgets", "anywidget", "sagemaker", "IPython"}
    assert not imported_by(f"from sm_track_widgets import {name}") & unwanted
