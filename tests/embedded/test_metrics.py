"""BatchPutMetrics and BatchGetMetrics through boto3, and the bulk path beside them."""

from __future__ import annotations

import math
import statistics
from datetime import datetime, timezone

import pytest
from botocore.exceptions import ParamValidationError
from embedded_home import CheckedHome, refused

from sm_track_widgets.embedded import Rules
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


@pytest.mark.shows("BatchPutMetrics", "answers with an empty list of errors when all is stored")
def test_success_has_an_empty_list_of_errors(metrics, component):
    assert put(metrics, component, *(datum(step=i) for i in range(10))) == []


@pytest.mark.shows("BatchPutMetrics", "an unknown component refuses each point")
def test_an_unknown_component_refuses_every_point(metrics):
    assert put(metrics, "none", datum(), datum()) == [
        {"Code": "VALIDATION_ERROR", "MetricIndex": 0},
        {"Code": "VALIDATION_ERROR", "MetricIndex": 1},
    ]


@pytest.mark.shows("BatchPutMetrics", "the component's name is given in lower case")
def test_a_component_name_must_be_lower_case(metrics, component):
    with refused("ValidationException", "trialComponentName"):
        put(metrics, "Exp-Run", datum())
    assert put(metrics, component, datum()) == []


@pytest.mark.shows("BatchPutMetrics", "one to ten points a call")
def test_a_call_holds_one_to_ten_points(home, metrics, component):
    with refused("ValidationException", "metricData"):
        put(metrics, component, *(datum(step=i) for i in range(11)))
    with pytest.raises(ParamValidationError):
        put(metrics, component)
    with pytest.raises(ServiceError, match="metricData"):  # for callers that check less than boto3
        home.engine.call(
            "sagemaker-metrics", "BatchPutMetrics", {"TrialComponentName": "c", "MetricData": []}
        )


@pytest.mark.shows("BatchPutMetrics", "what breaks the model refuses the whole call")
def test_what_breaks_the_model_refuses_the_whole_call(metrics, component):
    with refused("ValidationException", "metricName"):
        put(metrics, component, datum(step=0), datum(name="n" * 256))
    with pytest.raises(ParamValidationError, match="Step"):
        put(metrics, component, datum(step=0), datum(step=-1))
    assert get(metrics, component) == []


@pytest.mark.shows("BatchPutMetrics", "points outside 14 days back and 2 hours ahead are refused one by one")
@pytest.mark.parametrize("away", [-14 * 86400 - 60, 2 * 3600 + 60])
def test_points_outside_the_time_window_are_refused_one_by_one(metrics, component, away):
    errors = put(metrics, component, datum(step=0), datum(step=1, time=NOW + away), datum(step=2))
    assert errors == [{"Code": "VALIDATION_ERROR", "MetricIndex": 1}]
    assert get(metrics, component) == [(0, 1.0), (2, 1.0)]


@pytest.mark.shows("BatchPutMetrics", "points just inside the window are taken")
@pytest.mark.parametrize("away", [-14 * 86400 + 60, 2 * 3600 - 60])
def test_points_at_the_edge_of_the_window_are_taken(metrics, component, away):
    assert put(metrics, component, datum(time=NOW + away)) == []


@pytest.mark.shows("BatchPutMetrics", "NaN and infinite values are refused one by one")
@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf])
def test_values_must_be_finite(metrics, component, value):
    assert put(metrics, component, datum(value=value)) == [{"Code": "VALIDATION_ERROR", "MetricIndex": 0}]


@pytest.mark.shows("BatchPutMetrics", "times as number, text or datetime")
@pytest.mark.parametrize(
    "moment",
    [NOW, float(NOW), str(NOW), datetime.fromtimestamp(NOW, tz=timezone.utc), "2025-10-09T08:53:20Z"],
)
def test_times_are_taken_as_boto3_takes_them(sagemaker, metrics, component, moment):
    assert put(metrics, component, datum(time=moment)) == []
    assert summary(sagemaker, component)["TimeStamp"].timestamp() == NOW


@pytest.mark.shows("BatchPutMetrics", "a point sent twice counts twice")
def test_duplicates_are_kept_and_counted(sagemaker, metrics, component):
    for _ in range(2):
        put(metrics, component, datum(step=0, value=2.0), datum(step=1, value=3.0))
    assert summary(sagemaker, component)["Count"] == 4
    assert get(metrics, component, "Count") == [(0, 2.0), (1, 2.0)]


@pytest.mark.shows("BatchPutMetrics", "the component's summary runs along")
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


@pytest.mark.shows("BatchPutMetrics", "Last is the latest in time; of equal times the later arrival")
def test_last_is_the_latest_in_time_and_of_equals_the_later_arrival(sagemaker, metrics, component):
    put(metrics, component, datum(value=1.0, time=NOW + 5), datum(value=2.0, time=NOW))
    assert summary(sagemaker, component)["Last"] == 1.0
    put(metrics, component, datum(value=3.0, time=NOW + 5))
    assert summary(sagemaker, component)["Last"] == 3.0
    put(metrics, component, datum(value=4.0, time=NOW + 1))
    assert summary(sagemaker, component)["Last"] == 3.0


@pytest.mark.shows("BatchPutMetrics", "the largest doubles keep the summary finite")
def test_values_at_the_ends_of_the_range_keep_the_summary_finite(sagemaker, metrics, component):
    top = 1.7e308
    put(metrics, component, datum(value=top), datum(value=top), datum(value=-top))
    put(metrics, component, datum(value=-top))
    found = summary(sagemaker, component)
    assert (found["Min"], found["Max"], found["Count"]) == (-top, top, 4)
    assert math.isfinite(found["Avg"])


@pytest.mark.shows("BatchPutMetrics", "whether it moves LastModifiedTime is a switch")
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


@pytest.mark.shows("BatchPutMetrics", "the time window is a switch")
def test_the_time_window_is_a_switch(tmp_path, clock, clients):
    clients.switch.target = CheckedHome(tmp_path / "o", rules=Rules(metric_window=False), clock=clock).engine
    clients["sagemaker"].create_trial_component(TrialComponentName="c")
    assert put(clients["sagemaker-metrics"], "c", datum(time=1.0)) == []


@pytest.mark.shows("DeleteTrialComponent", "takes its points along")
def test_deleting_the_component_deletes_its_points(sagemaker, metrics, component):
    put(metrics, component, datum(step=0))
    sagemaker.delete_trial_component(TrialComponentName=component)
    sagemaker.create_trial_component(TrialComponentName=component)
    assert get(metrics, component) == []


# -- BatchGetMetrics ---------------------------------------------------------------------------------------


@pytest.mark.shows("BatchGetMetrics", "every statistic of several points of one step")
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


@pytest.mark.shows("BatchGetMetrics", "one value per step, in order")
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


@pytest.mark.shows("BatchGetMetrics", "Start and End belong to the range")
def test_start_and_end_belong_to_the_range(metrics, component):
    put(metrics, component, *(datum(value=float(i), step=i) for i in range(10)))
    assert get(metrics, component, Start=3, End=5) == [(3, 3.0), (4, 4.0), (5, 5.0)]
    assert get(metrics, component, Start=8) == [(8, 8.0), (9, 9.0)]
    assert get(metrics, component, End=-1) == []


@pytest.mark.shows("BatchGetMetrics", "minutes, five minutes and hours on the time axis")
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


@pytest.mark.shows("BatchGetMetrics", "a metric without points is complete and empty")
def test_an_unknown_metric_is_complete_and_empty(metrics, component):
    assert get(metrics, component, MetricName="nothing") == []
    assert get(metrics, component, XAxisType="Timestamp", Period="OneHour", MetricName="nothing") == []


@pytest.mark.shows("BatchGetMetrics", "each query has its own status and message")
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


@pytest.mark.shows("BatchGetMetrics", "a hundred queries a call")
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
