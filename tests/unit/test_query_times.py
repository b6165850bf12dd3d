"""Times as they are written in queries."""

from __future__ import annotations

from datetime import datetime, timezone

import pytest

from sm_track_widgets.reading.query.times import Span, iso, moment, stamp


def at(*parts):
    return datetime(*parts, tzinfo=timezone.utc).timestamp()


PERIODS = [
    ("2026", at(2026, 1, 1), at(2027, 1, 1)),
    ("2026-02", at(2026, 2, 1), at(2026, 3, 1)),
    ("2024-02", at(2024, 2, 1), at(2024, 3, 1)),
    ("2026-12", at(2026, 12, 1), at(2027, 1, 1)),
    ("2026-11-28", at(2026, 11, 28), at(2026, 11, 29)),
    (" 2026-11-28 ", at(2026, 11, 28), at(2026, 11, 29)),
    ("2026-11-28T10", at(2026, 11, 28, 10), at(2026, 11, 28, 11)),
    ("2026-11-28 10:30", at(2026, 11, 28, 10, 30), at(2026, 11, 28, 10, 31)),
    ("2026-11-28t10:30:15", at(2026, 11, 28, 10, 30, 15), at(2026, 11, 28, 10, 30, 16)),
    ("2026-11-28T10:30:15Z", at(2026, 11, 28, 10, 30, 15), at(2026, 11, 28, 10, 30, 16)),
    ("2026-11-28T10:30:15.5", at(2026, 11, 28, 10, 30, 15) + 0.5, at(2026, 11, 28, 10, 30, 15) + 0.6),
    ("2026-11-28T10:30:15,25", at(2026, 11, 28, 10, 30, 15) + 0.25, at(2026, 11, 28, 10, 30, 15) + 0.26),
    ("2026-11-28T10:30+01:00", at(2026, 11, 28, 9, 30), at(2026, 11, 28, 9, 31)),
    ("2026-11-28T10:30-0130", at(2026, 11, 28, 12), at(2026, 11, 28, 12, 1)),
    ("2026-11-28T23-05", at(2026, 11, 29, 4), at(2026, 11, 29, 5)),
    ("9999-12-31", at(9999, 12, 31), at(9999, 12, 31) + 86_400),
]


@pytest.mark.parametrize(("text", "start", "end"), PERIODS)
def test_a_time_means_the_period_of_its_precision(text, start, end):
    assert iso(text) == Span(pytest.approx(start, abs=1e-6), pytest.approx(end, abs=1e-6))


@pytest.mark.parametrize("fraction", [0, 1, 123_456, 999_999])
def test_a_microsecond_is_in_its_own_period(fraction):
    told = datetime(2026, 11, 28, 10, 30, 15, fraction, tzinfo=timezone.utc)
    span = iso(told.isoformat(timespec="microseconds"))
    assert span.start <= told.timestamp() < span.end
    assert iso(f"2026-11-28T10:30:15.{fraction:06}789") == span


@pytest.mark.parametrize(
    "text",
    [
        "",
        "soon",
        "20261128",
        "2026-1-1",
        "2026-13",
        "2026-02-30",
        "0000-01-01",
        "2026-11-28T24:00",
        "2026-11-28T10:60",
        "2026-11-28T10:30:60",
        "2026-11-28T10:30:15.",
        "2026-11-28Z",
        "2026-11-28T10:30+24:00",
        "2026-11-28T10:30+01:60",
        "٢٠٢٦-11-28",
        "2026-11-28T10:30:15Zz",
        "-2026-11-28",
        "1764288000",
    ],
)
def test_other_texts_are_no_times(text):
    assert iso(text) is None


def test_large_numbers_are_milliseconds():
    assert moment(1_764_288_000.0) == Span(1_764_288_000.0, 1_764_288_000.0)
    assert moment(1_764_288_000_500.0) == Span(1_764_288_000.5, 1_764_288_000.5)
    assert moment(0.0) == Span(0.0, 0.0)


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (0, "1970-01-01T00:00:00"),
        (1_795_867_205, "2026-11-28T12:00:05"),
        (253_402_300_799, "9999-12-31T23:59:59"),
        (-1, None),
        (253_402_300_800, None),
        (10**300, None),
    ],
)
def test_a_stamp_is_what_search_takes(seconds, text):
    assert stamp(seconds) == text
