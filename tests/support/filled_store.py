"""A store with a run, 20,000 points and a file in it, closed; to be damaged, filled up, copied."""

from __future__ import annotations

from pathlib import Path

from sm_track_widgets._errors import ConfigError
from sm_track_widgets._types import JournalMark, Point
from sm_track_widgets.connection import connect, reset
from sm_track_widgets.embedded import metrics as bulk
from sm_track_widgets.embedded.engine import Engine

POINTS = 20_000


def points(start: int, stop: int) -> list[Point]:
    """The points of the run, from one place of its journal to another."""
    return [Point("loss", number * 0.5, number, 1_760_000_000.0 + number) for number in range(start, stop)]


def filled_store(parent: Path) -> Path:
    """Make the store in a folder below `parent` whose name takes some care; return the folder."""
    folder = parent / "with blank é 試" / "home"
    engine = Engine(folder)
    engine.call("sagemaker", "CreateTrialComponent", {"TrialComponentName": "run"})
    engine.call("s3", "PutObject", {"Bucket": engine.service.default_bucket, "Key": "k", "Body": b"x" * 5000})
    bulk.append_points(engine.service, "run", points(0, POINTS), JournalMark("run", POINTS))
    engine.close()
    assert sorted(path.name for path in folder.iterdir()) == ["objects", "store.sqlite"]
    return folder


def told_to_the_user(folder: Path) -> str:
    """The one line that a notebook shows when the store of `folder` is opened."""
    try:
        connect("embedded", path=folder)
    except ConfigError as error:
        (line,) = error._render_traceback_()
        return line
    finally:
        reset()
    raise AssertionError("the store was opened")
