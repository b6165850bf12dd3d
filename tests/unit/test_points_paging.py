"""Reading series over plain boto3 where the service cuts its answers: each point once, whatever the cuts."""

from __future__ import annotations

from typing import Any

import pytest

from sm_track_widgets import _points
from sm_track_widgets._types import Point
from sm_track_widgets.embedded import EmbeddedSageMaker, Rules
from sm_track_widgets.embedded import metrics as bulk

NOW = 1_760_000_000.0
ARN = "arn:aws:sagemaker:us-east-1:000000000000:experiment-trial-component/"


def home(path: Any, cut: int | None) -> EmbeddedSageMaker:
    made = EmbeddedSageMaker(path, rules=Rules(truncated_at=cut))
    service = made.engine.service
    made.engine.call("sagemaker", "CreateTrialComponent", {"TrialComponentName": "run"})
    steps = [Point("steps", n / 2, n * 3, NOW + n) for n in range(40)]
    double = [Point("double", n / 2, n // 2, NOW + n) for n in range(40)]
    times = [Point("times", n / 2, None, NOW // 60 * 60 + 90 * n) for n in range(23)]
    bulk.append_points(service, "run", [*steps, *double, *times], None)
    many = [Point(f"m{place:03}", float(n), n, NOW) for place in range(130) for n in range(place % 7)]
    bulk.append_points(service, "run", many, None)
    return made


@pytest.mark.parametrize("cut", [1, 2, 3, 7, 10, 39, 40, 41, None])
def test_series_are_read_whole(tmp_path: Any, cut: int | None) -> None:
    made = home(tmp_path, cut)
    client = made.boto_session().client("sagemaker-metrics")
    wanted = [
        ("run", name) for name in ("steps", "double", "times", "none", *(f"m{n:03}" for n in range(130)))
    ]
    found = {series.metric: series for series in _points.read_series(client, ARN, wanted)}
    assert list(found["steps"].steps) == [n * 3 for n in range(40)]
    assert list(found["steps"].values) == [n / 2 for n in range(40)]
    assert list(found["double"].steps) == list(range(20))
    assert list(found["double"].values) == [n + 0.5 for n in range(20)]
    minutes = {int((NOW // 60 * 60 + 90 * n) // 60 * 60): n / 2 for n in range(23)}
    assert list(found["times"].times) == list(minutes)
    assert list(found["times"].values) == list(minutes.values())
    assert len(found["none"]) == 0
    for place in range(130):
        assert list(found[f"m{place:03}"].steps) == list(range(place % 7))
    made.close()


class Scripted:
    """A metrics client whose answers, one per call, are given."""

    def __init__(self, *answers: dict[str, Any]) -> None:
        self.answers = list(answers)
        self.starts: list[int | None] = []

    def batch_get_metrics(self, MetricQueries: list[dict[str, Any]]) -> dict[str, Any]:  # noqa: N803 - boto3's
        self.starts.append(MetricQueries[0].get("Start"))
        return {"MetricQueryResults": [self.answers.pop(0)]}


def answer(status: str, x: list[int], values: list[float]) -> dict[str, Any]:
    return {"Status": status, "XAxisValues": x, "MetricValues": values}


def test_a_step_cut_in_two_counts_as_its_second_telling() -> None:
    """The first page ends in the middle of step 3, so its value there is of a part of the points only."""
    client = Scripted(answer("Truncated", [1, 2, 3], [1.0, 2.0, 0.5]), answer("Complete", [3, 4], [3.0, 4.0]))
    (series,) = _points.read_series(client, ARN, [("run", "m")])
    assert (list(series.steps), list(series.values)) == ([1, 2, 3, 4], [1.0, 2.0, 3.0, 4.0])
    assert client.starts == [None, 3]


def test_a_service_that_excludes_start_loses_nothing() -> None:
    client = Scripted(answer("Truncated", [1, 2], [1.0, 2.0]), answer("Complete", [3, 4], [3.0, 4.0]))
    (series,) = _points.read_series(client, ARN, [("run", "m")])
    assert list(series.steps) == [1, 2, 3, 4]


def test_a_service_that_does_not_heed_start_is_not_asked_for_ever() -> None:
    page = answer("Truncated", [1, 2], [1.0, 2.0])
    client = Scripted(*[page] * 9)
    (series,) = _points.read_series(client, ARN, [("run", "m")])
    assert list(series.steps) == [1, 2]
    assert len(client.starts) == 3


def test_truncated_and_empty_is_the_end() -> None:
    client = Scripted(answer("Truncated", [], []), answer("Complete", [], []))
    (series,) = _points.read_series(client, ARN, [("run", "m")])
    assert len(series) == 0


def test_what_is_no_number_in_json_is_one_here() -> None:
    assert list(_points._floats([1, 0.5])) == [1.0, 0.5]
    least, nothing = _points._floats(["-Infinity", "NaN"])
    assert least == float("-inf")
    assert nothing != nothing  # noqa: PLR0124 - NaN
