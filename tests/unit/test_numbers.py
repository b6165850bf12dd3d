"""Numbers, durations and names, against the cases that the JavaScript side reads too."""

import json
import math
from datetime import datetime, timedelta, timezone
from pathlib import Path

import pytest

from sm_track_widgets.charts import numbers

CASES = json.loads(Path(__file__).with_name("number_cases.json").read_text(encoding="utf-8"))


@pytest.mark.parametrize(("value", "text"), CASES["number"])
def test_numbers_have_four_digits(value, text):
    assert numbers.number(value) == text


@pytest.mark.parametrize(("seconds", "text"), CASES["clock"])
def test_durations(seconds, text):
    assert numbers.clock(seconds) == text


@pytest.mark.parametrize(("passed", "text"), CASES["relative"])
def test_relative_times(passed, text):
    assert numbers.relative(1_000_000_000.0, 1_000_000_000.0 + passed) == text


def test_after_thirty_days_a_date():
    assert numbers.relative(0.0, 86400.0 * 31) == "1970-01-01"


@pytest.mark.parametrize(("text", "limit", "cut"), CASES["middle"])
def test_names_are_cut_in_the_middle(text, limit, cut):
    assert numbers.middle(text, limit) == cut
    assert len(cut) <= limit


def test_what_is_not_a_number():
    assert [numbers.number(value) for value in (math.nan, math.inf, -math.inf)] == ["NaN", "∞", "-∞"]
    assert numbers.clock(math.nan) == numbers.moment(math.nan) == ""
    assert numbers.clock(math.inf) == "∞"


@pytest.mark.parametrize("value", [0.1, 1 / 3, 1e-300, 123456789.123, -5e20])
def test_full_reads_back(value):
    assert float(numbers.full(value)) == value


def test_full_of_the_rest():
    assert [numbers.full(value) for value in (None, 3.0, math.inf)] == ["", "3", "∞"]


def test_count_groups_digits():
    assert numbers.count(1204) == "1,204"


def test_moments_are_utc():
    there = datetime(2026, 11, 23, 7, 54, 30, tzinfo=timezone(timedelta(hours=2)))
    assert numbers.moment(there) == "2026-11-23 05:54"
    assert numbers.moment(there.timestamp()) == "2026-11-23 05:54"
    assert numbers.moment(datetime(2026, 1, 2, 3, 4)) == "2026-01-02 03:04"  # noqa: DTZ001
    assert numbers.moment(None) == ""
