"""BatchPutMetrics and BatchGetMetrics through boto3, and the bulk path beside them."""

from __future__ import annotations

import math
import statistics
from datetime import datetime, timezone

import pytest
from botocore.exceptions import ParamValidationError
from embedded_home import CheckedHome, refused

from sm_track_widgets._types import JournalMark, Point
from sm_track_widgets.embedded import Rules
from sm_track_widgets.embedded import metrics as bulk
from sm_track_widgets.embedded import points as storage
from sm_track_widgets.embedded.faults import ServiceError

NOW = 1_760_000_000
ARN = "arn:aws:sagemaker:us-east-1:000000000000:experiment-trial-component/"


@pytest.fixture
def component(sagemaker):
    sagemaker.create_trial_component(TrialComponentName="Exp-Run")
    return "exp-run"


def datum(name="loss", value=1.0, step=None, time=NOW):
    made = {"MetricName": name, "Value": value, "Timestamp": time}
    return made if step is None else {**made, "Step": step}


def put(metrics, component, *data):
    return metrics.batch_put_metrics(TrialComponentName=component, MetricData=list(data))["Errors"]


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


def summary(sagemaker, component, name="loss"):
    found = sagemaker.describe_trial_component(TrialComponentName=component)["Metrics"]
    return next(entry for entry in found if entry["MetricName"] == name)


# -- BatchPutMetrics ---------------------------------------------------------------------------------------


def test_success_has_an_empty_list_of_errors(metrics, component):
    assert put(metrics, component, *(datum(step=i) for i in range(10))) == []


def test_an_unknown_component_refuses_every_point(metrics):
    assert put(metrics, "none", datum(), datum()) == [
        {"Code": "VALIDATION_ERROR", "MetricIndex": 0},
        {"Code": "VALIDATION_ERROR", "MetricIndex": 1},
    ]


def test_a_component_name_must_be_lower_case(metrics, component):
    with refused("ValidationException", "trialComponentName"):
        put(metrics, "Exp-Run", datum())
    assert put(metrics, component, datum()) == []


def test_a_call_holds_one_to_ten_points(home, metrics, component):
    with refused("ValidationException", "metricData"):
        put(metrics, component, *(datum(step=i) for i in range(11)))
    with pytest.raises(ParamValidationError):
        put(metrics, component)
    with pytest.raises(ServiceError, match="metricData"):  # for callers that check less than boto3
        home.engine.call(
            "sagemaker-metrics", "BatchPutMetrics", {"TrialComponentName": "c", "MetricData": []}
        )


def test_what_breaks_the_model_refuses_the_whole_call(metrics, component):
    with refused("ValidationException", "metricName"):
        put(metrics, component, datum(step=0), datum(name="n" * 256))
    with pytest.raises(ParamValidationError, match="Step"):
        put(metrics, component, datum(step=0), datum(step=-1))
    assert get(metrics, component) == []


@pytest.mark.parametrize("away", [-14 * 86400 - 60, 2 * 3600 + 60])
def test_points_outside_the_time_window_are_refused_one_by_one(metrics, component, away):
    errors = put(metrics, component, datum(step=0), datum(step=1, time=NOW + away), datum(step=2))
    assert errors == [{"Code": "VALIDATION_ERROR", "MetricIndex": 1}]
    assert get(metrics, component) == [(0, 1.0), (2, 1.0)]


@pytest.mark.parametrize("away", [-14 * 86400 + 60, 2 * 3600 - 60])
def test_points_at_the_edge_of_the_window_are_taken(metrics, component, away):
    assert put(metrics, component, datum(time=NOW + away)) == []


@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf])
def test_values_must_be_finite(metrics, component, value):
    assert put(metrics, component, datum(value=value)) == [{"Code": "VALIDATION_ERROR", "MetricIndex": 0}]


@pytest.mark.parametrize(
    "moment",
    [NOW, float(NOW), str(NOW), datetime.fromtimestamp(NOW, tz=timezone.utc), "2025-10-09T08:53:20Z"],
)
def test_times_are_taken_as_boto3_takes_them(sagemaker, metrics, component, moment):
    assert put(metrics, component, datum(time=moment)) == []
    assert summary(sagemaker, component)["TimeStamp"].timestamp() == NOW


def test_duplicates_are_kept_and_counted(sagemaker, metrics, component):
    for _ in range(2):
        put(metrics, component, datum(step=0, value=2.0), datum(step=1, value=3.0))
    assert summary(sagemaker, component)["Count"] == 4
    assert get(metrics, component, "Count") == [(0, 2.0), (1, 2.0)]


def test_the_summary_runs_along(sagemaker, metrics, component):
    values = [3.0, -1.5, 8.25, 8.25, 0.1, 7.0, -2.0, 4.0, 4.5, 1e-9, 5.0, 6.0]
    for start in range(0, len(values), 5):
        points = [
            datum(value=v, step=start + i, time=NOW + start + i)
            for i, v in enumerate(values[start : start + 5])
        ]
        put(metrics, component, *points)
    found = summary(sagemaker, component)
    assert (found["Min"], found["Max"], found["Last"], found["Count"]) == (-2.0, 8.25, 6.0, len(values))
    assert found["Avg"] == pytest.approx(statistics.fmean(values))
    assert found["StdDev"] == pytest.approx(statistics.pstdev(values))
    assert found["SourceArn"].lower() == ARN + component
    assert found["TimeStamp"] == datetime.fromtimestamp(NOW + len(values) - 1, tz=timezone.utc)


def test_last_is_the_latest_in_time_and_of_equals_the_later_arrival(sagemaker, metrics, component):
    put(metrics, component, datum(value=1.0, time=NOW + 5), datum(value=2.0, time=NOW))
    assert summary(sagemaker, component)["Last"] == 1.0
    put(metrics, component, datum(value=3.0, time=NOW + 5))
    assert summary(sagemaker, component)["Last"] == 3.0
    put(metrics, component, datum(value=4.0, time=NOW + 1))
    assert summary(sagemaker, component)["Last"] == 3.0


def test_values_at_the_ends_of_the_range_keep_the_summary_finite(sagemaker, metrics, component):
    top = 1.7e308
    put(metrics, component, datum(value=top), datum(value=top), datum(value=-top))
    put(metrics, component, datum(value=-top))
    found = summary(sagemaker, component)
    assert (found["Min"], found["Max"], found["Count"]) == (-top, top, 4)
    assert math.isfinite(found["Avg"])


@pytest.mark.parametrize("touch", [False, True])
def test_whether_metrics_move_last_modified_is_a_switch(tmp_path, clock, clients, touch):
    home = CheckedHome(tmp_path / "other", rules=Rules(metrics_touch_modified=touch), clock=clock)
    clients.switch.target = home.engine
    sagemaker, metrics = clients["sagemaker"], clients["sagemaker-metrics"]
    sagemaker.create_trial_component(TrialComponentName="c")
    before = sagemaker.describe_trial_component(TrialComponentName="c")["LastModifiedTime"]
    put(metrics, "c", datum())
    after = sagemaker.describe_trial_component(TrialComponentName="c")["LastModifiedTime"]
    assert (after > before) is touch


def test_the_time_window_is_a_switch(tmp_path, clock, clients):
    clients.switch.target = CheckedHome(tmp_path / "o", rules=Rules(metric_window=False), clock=clock).engine
    clients["sagemaker"].create_trial_component(TrialComponentName="c")
    assert put(clients["sagemaker-metrics"], "c", datum(time=1.0)) == []


def test_deleting_the_component_deletes_its_points(sagemaker, metrics, component):
    put(metrics, component, datum(step=0))
    sagemaker.delete_trial_component(TrialComponentName=component)
    sagemaker.create_trial_component(TrialComponentName=component)
    assert get(metrics, component) == []


# -- BatchGetMetrics ---------------------------------------------------------------------------------------


def test_every_statistic_by_step(metrics, component):
    data = {0: [4.0], 1: [1.0, 3.0, 2.0], 5: [2.0, 2.0]}
    for step in (5, 0, 1):
        put(metrics, component, *(datum(value=value, step=step) for value in data[step]))
    put(metrics, component, datum(value=99.0))  # without a step: not on this axis
    expected = {
        "Min": [4.0, 1.0, 2.0],
        "Max": [4.0, 3.0, 2.0],
        "Avg": [4.0, 2.0, 2.0],
        "Count": [1.0, 3.0, 2.0],
        "StdDev": [0.0, pytest.approx(statistics.pstdev(data[1])), 0.0],
        "Last": [4.0, 2.0, 2.0],
    }
    for stat, values in expected.items():
        assert get(metrics, component, stat) == list(zip([0, 1, 5], values, strict=True)), stat


@pytest.mark.parametrize(
    ("stat", "values"),
    [
        ("Min", [3.0, 1.0, 2.0]),
        ("Max", [3.0, 1.0, 2.0]),
        ("Avg", [3.0, 1.0, 2.0]),
        ("Count", [1.0, 1.0, 1.0]),
        ("StdDev", [0.0, 0.0, 0.0]),
        ("Last", [3.0, 1.0, 2.0]),
    ],
)
def test_one_point_per_step_in_order(metrics, component, stat, values):
    put(metrics, component, datum(value=3.0, step=0), datum(value=1.0, step=4), datum(value=2.0, step=7))
    assert get(metrics, component, stat) == list(zip([0, 4, 7], values, strict=True))


def test_start_and_end_belong_to_the_range(metrics, component):
    put(metrics, component, *(datum(value=float(i), step=i) for i in range(10)))
    assert get(metrics, component, Start=3, End=5) == [(3, 3.0), (4, 4.0), (5, 5.0)]
    assert get(metrics, component, Start=8) == [(8, 8.0), (9, 9.0)]
    assert get(metrics, component, End=-1) == []


@pytest.mark.parametrize(("period", "width"), [("OneMinute", 60), ("FiveMinute", 300), ("OneHour", 3600)])
def test_periods_of_the_time_axis(metrics, component, period, width):
    times = [NOW, NOW + 59, NOW + 61, NOW + 299, NOW + 301, NOW + 4000]
    put(metrics, component, *(datum(value=float(i), time=time) for i, time in enumerate(times)))
    buckets = {}
    for i, time in enumerate(times):
        buckets.setdefault(time // width * width, []).append(float(i))
    assert get(metrics, component, "Max", XAxisType="Timestamp", Period=period) == [
        (t, max(v)) for t, v in buckets.items()
    ]
    assert get(metrics, component, "Count", XAxisType="Timestamp", Period=period) == [
        (t, len(v)) for t, v in buckets.items()
    ]


def test_an_unknown_metric_is_complete_and_empty(metrics, component):
    assert get(metrics, component, MetricName="nothing") == []
    assert get(metrics, component, XAxisType="Timestamp", Period="OneHour", MetricName="nothing") == []


@pytest.mark.parametrize(
    ("change", "text"),
    [
        ({"ResourceArn": ARN + "none"}, "does not exist"),
        ({"ResourceArn": ARN.replace("component", "c") + "exp-run"}, "does not exist"),
        ({"ResourceArn": ARN.replace("us-east-1", "eu-west-1") + "exp-run"}, "does not exist"),
        ({"Period": "OneMinute"}, "cannot be used with XAxisType"),
        ({"XAxisType": "Timestamp"}, "cannot be used with XAxisType"),
        ({"Start": 5, "End": 4}, "Start must not be after End"),
    ],
)
def test_each_query_has_its_own_status(metrics, component, change, text):
    put(metrics, component, datum(step=1))
    good = {
        "MetricName": "loss",
        "ResourceArn": ARN + component,
        "MetricStat": "Last",
        "Period": "IterationNumber",
        "XAxisType": "IterationNumber",
    }
    results = metrics.batch_get_metrics(MetricQueries=[good, {**good, **change}])["MetricQueryResults"]
    assert [result["Status"] for result in results] == ["Complete", "ValidationError"]
    assert text in results[1]["Message"]
    assert results[1]["XAxisValues"] == results[1]["MetricValues"] == []


def test_a_hundred_queries_and_no_more(metrics, component):
    query = {
        "MetricName": "loss",
        "ResourceArn": ARN + component,
        "MetricStat": "Last",
        "Period": "IterationNumber",
        "XAxisType": "IterationNumber",
    }
    assert len(metrics.batch_get_metrics(MetricQueries=[query] * 100)["MetricQueryResults"]) == 100
    with refused("ValidationException", "metricQueries"):
        metrics.batch_get_metrics(MetricQueries=[query] * 101)


# -- the bulk path -----------------------------------------------------------------------------------------


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
