"""Metrics against a plain recomputation: random series, every query, in exact arithmetic where it matters."""

from __future__ import annotations

import itertools
import math
import random
import statistics
from fractions import Fraction
from typing import NamedTuple

import pytest
from embedded_home import CheckedHome
from hypothesis import given, settings
from hypothesis import strategies as st

from sm_track_widgets._types import Point
from sm_track_widgets.embedded import Rules
from sm_track_widgets.embedded import metrics as bulk
from sm_track_widgets.embedded.engine import Engine
from sm_track_widgets.embedded.points import average, deviation

NOW = 1_760_000_000
ARN = "arn:aws:sagemaker:us-east-1:000000000000:experiment-trial-component/"
STATS = ("Min", "Max", "Avg", "Count", "StdDev", "Last")
WIDTHS = {"OneMinute": 60, "FiveMinute": 300, "OneHour": 3600}

finite = st.floats(allow_nan=False, allow_infinity=False)
tame = st.floats(-1e12, 1e12, allow_nan=False) | st.integers(-5, 5).map(float)
moments = st.integers(0, 20).map(lambda number: NOW + number / 2) | st.floats(NOW, NOW + 9000)
steps = st.none() | st.integers(0, 12) | st.integers(0, 2**63 - 1)


def points_of(values):
    return st.lists(st.builds(Point, st.just("loss"), values, steps, moments), min_size=1, max_size=60)


batches = st.lists(points_of(tame), min_size=1, max_size=8)


@pytest.fixture(scope="module")
def engine(tmp_path_factory):
    made = Engine(tmp_path_factory.mktemp("random"), rules=Rules(metric_window=False), clock=lambda: NOW)
    yield made
    made.close()


names = itertools.count()


def fresh(engine):
    """The name of a new component."""
    name = f"run-{next(names)}"
    engine.call("sagemaker", "CreateTrialComponent", {"TrialComponentName": name})
    return name


def summary(engine, name):
    (found,) = engine.call("sagemaker", "DescribeTrialComponent", {"TrialComponentName": name})["Metrics"]
    return found


def last(points):
    """The value of the latest point; of equal times, of the one that arrived last."""
    return max(enumerate(points), key=lambda pair: (pair[1].time, pair[0]))[1].value


def exact_deviation(values):
    """The population deviation, without rounding on the way."""
    exact = [Fraction(value) for value in values]
    mean = sum(exact) / len(exact)
    square = sum((value - mean) ** 2 for value in exact) / len(exact)
    scale = max(abs(value) for value in exact) or Fraction(1)
    return float(scale) * math.sqrt(square / scale**2)


# -- summaries --------------------------------------------------------------------------------------------------


@pytest.mark.shows(
    "DescribeTrialComponent", "Min, Max, Avg, StdDev, Last and Count of every metric, whatever its batches"
)
@settings(max_examples=60, deadline=None)
@given(batches=batches)
def test_summaries_are_what_a_recomputation_gives(engine, batches):
    name = fresh(engine)
    for batch in batches:
        assert bulk.append_points(engine.service, name, batch, None) == []
    points = [point for batch in batches for point in batch]
    values = [point.value for point in points]
    found = summary(engine, name)
    assert (found["Min"], found["Max"], found["Count"]) == (min(values), max(values), len(values))
    assert found["Last"] == last(points)
    assert found["TimeStamp"].timestamp() == pytest.approx(max(point.time for point in points), abs=1e-3)
    scale = max(abs(value) for value in values)
    assert found["Avg"] == pytest.approx(statistics.fmean(values), rel=1e-9, abs=1e-12 * scale)
    assert found["StdDev"] == pytest.approx(exact_deviation(values), rel=1e-6, abs=1e-7 * scale)


@settings(max_examples=60, deadline=None)
@given(batches=st.lists(points_of(finite), min_size=1, max_size=5))
def test_summaries_of_any_doubles_are_numbers(engine, batches):
    name = fresh(engine)
    for batch in batches:
        assert bulk.append_points(engine.service, name, batch, None) == []
    values = [point.value for batch in batches for point in batch]
    found = summary(engine, name)
    assert (found["Min"], found["Max"], found["Count"]) == (min(values), max(values), len(values))
    assert min(values) <= found["Avg"] * (1 + 1e-9) or math.isclose(found["Avg"], min(values), abs_tol=1e-300)
    assert math.isfinite(found["Avg"])
    assert found["StdDev"] >= 0  # infinite where its square is beyond a double


def test_ten_at_a_time_and_all_at_once_give_one_summary(engine):
    dice = random.Random(7)
    points = [
        Point("loss", 1e9 + dice.gauss(0, 1), step, NOW + step) for step in range(2000)
    ]  # far from 0, close together: where a sum of squares loses all digits
    one, many = fresh(engine), fresh(engine)
    bulk.append_points(engine.service, one, points, None)
    for start in range(0, len(points), 10):
        bulk.append_points(engine.service, many, points[start : start + 10], None)
    first, second = summary(engine, one), summary(engine, many)
    expected = exact_deviation([point.value for point in points])
    for found in (first, second):
        assert found["StdDev"] == pytest.approx(expected, rel=1e-7)
        assert found["Last"] == points[-1].value


@pytest.mark.parametrize(
    "values",
    [
        [1.7e308, 1.7e308, -1.7e308],
        [1e200, -1e200, 3e200],
        [1e-200, 3e-200],
        [5e-324, 1e-323],
        [0.0, 0.0],
        [7.25],
        [1e308] * 5,
        [-1.7976931348623157e308, 1.7976931348623157e308] * 2,
    ],
)
def test_statistics_at_the_ends_of_the_range(values):
    assert deviation(values) == pytest.approx(exact_deviation(values), rel=1e-12)
    assert average(values) == pytest.approx(float(sum(map(Fraction, values)) / len(values)), rel=1e-12)


# -- BatchGetMetrics against an oracle --------------------------------------------------------------------------


class Query(NamedTuple):
    axis: str
    period: str
    stat: str
    start: int | None = None
    end: int | None = None


def oracle(points, query):
    """What BatchGetMetrics should answer, point by point, as its rules are written."""
    axis, period, stat, start, end = query
    groups = {}
    for number, point in enumerate(points):
        if axis == "IterationNumber":
            if point.step is None:
                continue
            place = point.step
        else:
            place = math.floor(Fraction(point.time) / WIDTHS[period]) * WIDTHS[period]
        if (start is None or place >= start) and (end is None or place <= end):
            groups.setdefault(place, []).append((point.time, number, point.value))
    reduced = {
        "Min": lambda group: min(value for *_, value in group),
        "Max": lambda group: max(value for *_, value in group),
        "Avg": lambda group: statistics.fmean(value for *_, value in group),
        "Count": len,
        "StdDev": lambda group: exact_deviation([value for *_, value in group]),
        "Last": lambda group: max(group)[2],
    }[stat]
    return [(place, reduced(group)) for place, group in sorted(groups.items())]


def ask(engine, name, query):
    asked = {
        "MetricName": "loss",
        "ResourceArn": ARN + name,
        "MetricStat": query.stat,
        "Period": query.period,
        "XAxisType": query.axis,
    }
    asked |= {key: value for key, value in (("Start", query.start), ("End", query.end)) if value is not None}
    answer = engine.call("sagemaker-metrics", "BatchGetMetrics", {"MetricQueries": [asked]})
    return answer["MetricQueryResults"][0]


def same(found, expected):
    x, values = found["XAxisValues"], found["MetricValues"]
    assert found["Status"] == "Complete"
    assert x == [place for place, _ in expected]
    assert all(type(place) is int for place in x)
    scale = max((abs(value) for _, value in expected), default=0.0)
    assert values == pytest.approx([value for _, value in expected], rel=1e-9, abs=1e-9 * scale)


AXES = [("IterationNumber", "IterationNumber"), *(("Timestamp", period) for period in WIDTHS)]
bounds = st.none() | st.integers(-3, 14) | st.integers(NOW - 100, NOW + 9100)


@pytest.mark.shows(
    "BatchGetMetrics", "every Period, MetricStat and XAxisType, with Start and End, as an oracle has it"
)
@settings(max_examples=60, deadline=None)
@given(batches=batches, start=bounds, end=bounds)
def test_every_query_is_answered_as_the_oracle_does(engine, batches, start, end):
    name = fresh(engine)
    for batch in batches:
        bulk.append_points(engine.service, name, batch, None)
    points = [point for batch in batches for point in batch]
    if start is not None and end is not None and start > end:
        start, end = end, start
    for (axis, period), stat in itertools.product(AXES, STATS):
        query = Query(axis, period, stat, start, end)
        same(ask(engine, name, query), oracle(points, query))


SHAPES = {
    "steps in order": [Point("loss", math.sin(n), n, NOW + n) for n in range(500)],
    "two a step": [Point("loss", math.sin(n), n // 2, NOW + n * 7.5) for n in range(500)],
    "steps backwards": [Point("loss", math.sin(n), 500 - n, NOW + n * 90) for n in range(500)],
    "times backwards": [Point("loss", math.sin(n), n // 3, NOW - n * 20.25) for n in range(500)],
    "no steps": [Point("loss", math.sin(n), None, NOW + n / 3) for n in range(500)],
    "before 1970": [Point("loss", math.sin(n), n, -1000.5 + n * 3) for n in range(500)],
}


@pytest.mark.parametrize("shape", SHAPES)
def test_series_of_every_shape(engine, shape):
    points, name = SHAPES[shape], fresh(engine)
    bulk.append_points(engine.service, name, points, None)
    for (axis, period), stat in itertools.product(AXES, STATS):
        whole = oracle(points, Query(axis, period, stat))
        middle = [place for place, _ in whole][len(whole) // 3 :: max(1, len(whole) // 3)] or [0]
        for start, end in ((None, None), (middle[0], None), (None, middle[-1]), (middle[0] + 1, middle[-1])):
            if start is None or end is None or start <= end:
                query = Query(axis, period, stat, start, end)
                same(ask(engine, name, query), oracle(points, query))


# -- truncated results ------------------------------------------------------------------------------------------


@pytest.mark.shows(
    "BatchGetMetrics", "with truncated_at a longer result is cut, Truncated, and goes on at Start"
)
def test_a_long_result_is_truncated_by_the_switch(tmp_path, clients):
    home = CheckedHome(tmp_path / "home", rules=Rules(truncated_at=10))
    clients.switch.target = home.engine
    clients["sagemaker"].create_trial_component(TrialComponentName="run")
    points = [Point("loss", float(step), step, NOW + step) for step in range(25)]
    bulk.append_points(home.engine.service, "run", points, None)
    found = []
    for start, length, status in ((0, 10, "Truncated"), (10, 10, "Truncated"), (20, 5, "Complete")):
        query = {
            "MetricName": "loss",
            "ResourceArn": ARN + "run",
            "MetricStat": "Last",
            "Period": "IterationNumber",
            "XAxisType": "IterationNumber",
            "Start": start,
        }
        (result,) = clients["sagemaker-metrics"].batch_get_metrics(MetricQueries=[query])[
            "MetricQueryResults"
        ]
        assert (result["Status"], len(result["XAxisValues"])) == (status, length)
        found.extend(result["MetricValues"])
    assert found == [float(step) for step in range(25)]
    whole = ask(home.engine, "run", Query("IterationNumber", "IterationNumber", "Last", 0, 9))
    assert whole["Status"] == "Complete"
    home.close()
