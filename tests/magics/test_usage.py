"""What %sm_status says of calls, of throttling and of what is kept on disk."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from sm_track_widgets.magics import usage


@dataclass
class Settings:
    path: Path


@dataclass
class Place:
    """What is asked of a connection."""

    settings: Settings
    calls: Counter = field(default_factory=Counter)
    throttled: Counter = field(default_factory=Counter)


@pytest.fixture
def place(tmp_path):
    return Place(Settings(tmp_path))


def test_calls_are_told_with_those_that_were_throttled(place):
    assert usage.calls(place) == "none"
    place.calls.update(Search=1100, BatchGetMetrics=23)
    assert usage.calls(place) == "1,123: Search 1100, BatchGetMetrics 23"
    place.throttled.update(Search=1)
    assert usage.calls(place).endswith("; throttled once (Search 1)")
    place.throttled.update(Search=3, BatchGetMetrics=1)
    assert usage.calls(place).endswith("; throttled 5 times (Search 4, BatchGetMetrics 1)")


def test_the_cache_is_told_by_files_and_size(place, monkeypatch):
    assert usage.cache(place) == "empty"
    folder = place.settings.path / "cache"
    (folder / "a" / "b").mkdir(parents=True)
    assert usage.cache(place) == "empty"
    (folder / "a" / "b" / "one").write_bytes(b"x" * 1500)
    assert usage.cache(place) == f"1 file, 1.5 kB in {folder}"
    (folder / "a" / "two").write_bytes(b"x" * 500)
    assert usage.cache(place) == f"2 files, 2.0 kB in {folder}"
    monkeypatch.setattr(usage, "MOST_FILES", 2)
    assert usage.cache(place) == f"more than 2 files, more than 2.0 kB in {folder}"


def test_links_are_not_followed(place, tmp_path_factory):
    elsewhere = tmp_path_factory.mktemp("elsewhere")
    (elsewhere / "large").write_bytes(b"x" * 5000)
    folder = place.settings.path / "cache"
    folder.mkdir()
    (folder / "link").symlink_to(elsewhere)
    assert usage.cache(place).startswith("1 file, ")
    assert "5.0 kB" not in usage.cache(place)
