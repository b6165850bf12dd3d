"""The bulk path that our sender uses in place of BatchPutMetrics: any number of points, with a journal's position."""

from __future__ import annotations

import math
import statistics

import pytest

from sm_track_widgets._types import JournalMark, Point
from sm_track_widgets.embedded import metrics as bulk
from sm_track_widgets.embedded import points as storage

NOW = 1_760_000_000
ARN = "arn:aws:sagemaker:us-east-1:000000000000:experiment-trial-component/"


@pytest.fixture
def component(sagemaker):
    sagemaker.create_trial_component(TrialComponentName="Exp-Run")
    return "exp-run"


def get(metrics, component, stat="Last", **change):
    query = {
        "MetricName": "loss",
        "ResourceArn": ARN + component,
        "MetricStat": stat,
        "Period": "IterationNumber",
        "XAxisType": "IterationNumber",
        **change,
    }
    result = metrics.batch_get_metrics(MetricQueries=[query])["MetricQueryResults"][0]
    assert result["Status"] == "Complete", result
    return list(zip(result["XAxisValues"], result["MetricValues"], strict=True))


@pytest.fixture
def service(home):
    return home.engine.service


def make_points(start, stop, metric="loss"):
    return [Point(metric, i * 0.5, None if i % 7 == 3 else i, NOW + i / 8) for i in range(start, stop)]


@pytest.mark.parametrize("batch", [1, 7, 1000, 20_000])
def test_many_batches_read_back_as_they_came(service, metrics, component, batch):
    total = min(batch * 300, 40_000)
    for start in range(0, total, batch):
        points = make_points(start, min(start + batch, total))
        assert bulk.append_points(service, component, points, JournalMark("j", start + batch)) == []
    (series,) = bulk.read_points(service, [(component, "loss")])
    expected = make_points(0, total)
    assert list(series.steps) == [-1 if point.step is None else point.step for point in expected]
    assert list(series.times) == [point.time for point in expected]
    assert list(series.values) == [point.value for point in expected]
    with_step = [(point.step, point.value) for point in expected if point.step is not None]
    assert get(metrics, component) == with_step
    row = service.store.row("SELECT * FROM series")
    assert (row["count"], row["last"]) == (total, expected[-1].value)
    assert row["mean"] == pytest.approx(statistics.fmean(series.values))


def test_small_rows_are_merged_into_full_chunks(service, component):
    for start in range(0, 30_000, 10):
        bulk.append_points(service, component, make_points(start, start + 10), None)
    counts = [row["count"] for row in service.store.rows("SELECT count FROM chunks ORDER BY position")]
    assert sum(counts) == 30_000
    assert counts[:3] == [storage.CHUNK_POINTS] * 3
    assert len(counts) <= 3 + 1 + storage.MAX_TAIL_ROWS


def test_metrics_of_one_batch_are_kept_apart(service, component):
    points = [
        point
        for pair in zip(make_points(0, 50, "a"), make_points(100, 150, "b"), strict=True)
        for point in pair
    ]
    bulk.append_points(service, component, points, None)
    wanted = [(component, "b"), (component, "a"), (component, "none"), ("none", "a")]
    found = bulk.read_points(service, wanted)
    assert [(series.run, series.metric) for series in found] == wanted
    assert [len(series) for series in found] == [50, 50, 0, 0]
    assert list(found[0].values) == [i * 0.5 for i in range(100, 150)]


def test_points_and_mark_are_one_transaction(service, component):
    assert bulk.journal_offset(service, "j") is None
    bulk.append_points(service, component, make_points(0, 5), JournalMark("j", 50))
    assert bulk.journal_offset(service, "j") == 50

    broken = [*make_points(5, 10), Point("loss", 1.0, 3, "not a time")]
    with pytest.raises(TypeError):
        bulk.append_points(service, component, broken, JournalMark("j", 99))
    assert bulk.journal_offset(service, "j") == 50
    assert len(bulk.read_points(service, [(component, "loss")])[0]) == 5


def test_a_batch_sent_twice_is_stored_once(service, component):
    for offset in (10, 10, 7, 20):
        assert bulk.append_points(service, component, make_points(0, 3), JournalMark("j", offset)) == []
    assert len(bulk.read_points(service, [(component, "loss")])[0]) == 6
    bulk.append_points(service, component, make_points(0, 3), JournalMark("other", 10))
    assert len(bulk.read_points(service, [(component, "loss")])[0]) == 9


def test_a_mark_alone_moves_forward(service, component):
    assert bulk.append_points(service, component, [], JournalMark("j", 5)) == []
    assert bulk.journal_offset(service, "j") == 5


def test_refused_points_do_not_hold_up_the_others(service, component):
    points = [
        Point("loss", 1.0, 0, NOW),
        Point("loss", math.nan, 1, NOW),
        Point("loss", 2.0, -1, NOW),
        Point("", 2.0, 2, NOW),
        Point("loss", 3.0, 2**63, NOW),
        Point("loss", 4.0, 3, math.inf),
        Point("loss", 5.0, 4, NOW),
    ]
    refusals = bulk.append_points(service, component, points, JournalMark("j", 5))
    assert [refusal.index for refusal in refusals] == [1, 2, 3, 4, 5]
    assert {refusal.code for refusal in refusals} == {"VALIDATION_ERROR"}
    assert "finite" in refusals[0].message
    assert list(bulk.read_points(service, [(component, "loss")])[0].values) == [1.0, 5.0]
    assert bulk.journal_offset(service, "j") == 5


def test_an_unknown_component_refuses_all_and_the_mark_still_moves(service):
    refusals = bulk.append_points(service, "none", make_points(0, 3), JournalMark("j", 5))
    assert [refusal.index for refusal in refusals] == [0, 1, 2]
    assert bulk.journal_offset(service, "j") == 5


def test_what_waited_in_a_journal_for_a_month_is_kept(service, component):
    old = [Point("loss", 1.0, 0, NOW - 30 * 86400)]
    assert bulk.append_points(service, component, old, JournalMark("j", 1)) == []


def test_a_component_is_found_in_any_case(service, component):
    assert bulk.append_points(service, "EXP-Run", make_points(0, 2), None) == []
    (series,) = bulk.read_points(service, [("Exp-RUN", "loss")])
    assert (series.run, len(series)) == ("Exp-RUN", 2)
