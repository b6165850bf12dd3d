"""Records of Search as frames, without a service."""

import copy
import time
from array import array
from datetime import datetime, timezone

import numpy as np
import pandas as pd
import pytest

from sm_track_widgets._errors import UsageError
from sm_track_widgets._types import Series
from sm_track_widgets.reading import frames, identity
from sm_track_widgets.reading.frames import FIXED_COLUMNS, choose, points_frame, utc, wide_frame
from sm_track_widgets.reading.table.decode import table_of

START = datetime(2026, 11, 23, 5, 54, 0, 250_000, tzinfo=timezone.utc)


def record(component="exp-a", experiment="exp", trial="Default-Run-Group-exp", **members):
    parents = [{"TrialName": trial, "ExperimentName": experiment}] if experiment else []
    return {"TrialComponentName": component, "DisplayName": component, "Parents": parents, **members}


def number(value):
    return {"NumberValue": value}


def text(value):
    return {"StringValue": value}


def summary(name, last, **members):
    return {
        "MetricName": name,
        "Last": last,
        "Min": last - 1,
        "Max": last + 1,
        "Avg": last,
        "Count": 3,
        **members,
    }


def to_frame(records, experiment=None, **asked):
    return frames.to_frame(table_of(records, experiment), **asked)


# -- columns -----------------------------------------------------------------------------------------------------
def test_no_run_still_has_the_fixed_columns():
    frame = to_frame([])
    assert tuple(frame.columns) == FIXED_COLUMNS
    assert len(frame) == 0
    assert frame["duration_s"].dtype == float
    assert str(frame["started"].dtype) == str(frame["ended"].dtype) == "datetime64[ns, UTC]"
    assert frame["run"].dtype == object


def test_one_run_in_full():
    frame = to_frame(
        [
            record(
                trial="sweep",
                Status={"PrimaryStatus": "Failed", "Message": "ValueError: x"},
                StartTime=START,
                EndTime=START.replace(second=12),
                CreatedBy={"UserProfileName": "ann"},
                Parameters={"depth": number(6.0), "tree": text("hist")},
                Metrics=[summary("loss", 0.5, StdDev=0.25)],
                Tags=[
                    {"Key": "team", "Value": "x"},
                    {"Key": "sagemaker:trial-component-source", "Value": "run"},
                ],
            )
        ]
    )
    row = frame.iloc[0]
    assert list(row[["run", "experiment", "group", "status", "message", "created_by"]]) == [
        "a",
        "exp",
        "sweep",
        "Failed",
        "ValueError: x",
        "ann",
    ]
    assert (row["started"], row["duration_s"]) == (pd.Timestamp(START), 12.0)
    assert list(frame.columns[len(FIXED_COLUMNS) :]) == [
        "params.depth",
        "params.tree",
        *(f"metrics.loss.{ending}" for ending in ("last", "min", "max", "avg", "std", "count")),
        "tags.team",
    ]
    assert list(row[-7:]) == [0.5, -0.5, 1.5, 0.5, 0.25, 3.0, "x"]


def test_missing_cells():
    frame = to_frame(
        [
            record("exp-a", Parameters={"depth": number(6.0)}, Metrics=[summary("loss", 1.0)]),
            record("exp-b", Parameters={"tree": text("hist")}),
        ]
    )
    assert np.isnan(frame["params.depth"][1])
    assert pd.isna(frame["params.tree"][0])  # None, or NaN where pandas has a text type of its own
    assert np.isnan(frame["metrics.loss.last"][1])
    assert np.isnan(frame["metrics.loss.std"][0])
    assert np.isnan(frame["duration_s"][0])
    assert frame["started"].isna().all()
    assert list(frame["status"]) == ["", ""]


def test_a_parameter_of_two_types_keeps_both():
    frame = to_frame(
        [record("exp-a", Parameters={"p": number(1.5)}), record("exp-b", Parameters={"p": text("1.5")})]
    )
    assert list(frame["params.p"]) == [1.5, "1.5"]
    assert frame["params.p"].dtype == object


def test_odd_names_do_not_collide():
    frame = to_frame(
        [
            record(
                Parameters={"a.last": number(1.0), "run": text("mine")},
                Metrics=[summary("a", 1.0), summary("a.last", 2.0), summary("<b>", 3.0)],
            )
        ]
    )
    assert frame.columns.is_unique
    assert frame["metrics.a.last"][0] == 1.0
    assert frame["metrics.a.last.last"][0] == 2.0
    assert frame["params.run"][0] == "mine"
    assert frame["run"][0] == "a"


def test_reserved_entries_are_hidden_unless_asked_for():
    runs = [
        record(
            Parameters={"sm_track.name": text("A <b>"), "sm_track.notes": text("n"), "lr": number(1.0)},
            Tags=[{"Key": "sm_track:parent", "Value": "p"}],
        )
    ]
    assert [name for name in to_frame(runs) if "sm_track" in name] == []
    shown = to_frame(runs, reserved=True)
    assert shown["params.sm_track.notes"][0] == "n"
    assert shown["tags.sm_track:parent"][0] == "p"


def test_components_stay_with_frames_made_from_it():
    frame = to_frame([record("exp-a"), record("exp-b")])
    assert frame.attrs["components"] == {"a": "exp-a", "b": "exp-b"}
    assert frame[frame["run"] == "a"].attrs["components"]["a"] == "exp-a"
    assert copy.deepcopy(frame.attrs["components"]) is frame.attrs["components"]


# -- names -------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("members", "name"),
    [
        ({}, "my-run"),
        ({"DisplayName": "My-Run"}, "My-Run"),
        ({"DisplayName": "another label"}, "my-run"),
        ({"RunName": "my-run"}, "my-run"),
        ({"RunName": "exp-my-run"}, "my-run"),
        ({"Parameters": {"sm_track.name": text("my run/ü <i>")}}, "my run/ü <i>"),
    ],
)
def test_the_name_of_a_run(members, name):
    assert list(to_frame([record("exp-my-run", **members)])["run"]) == [name]


def test_a_component_that_is_no_run_shows_its_own_name():
    assert list(to_frame([record("job-1-aws-training-job"), record("lonely", experiment="")])["run"]) == [
        "job-1-aws-training-job",
        "lonely",
    ]


def test_a_run_named_like_its_experiment():
    assert list(to_frame([record("exp-exp-a", RunName="exp-a")])["run"]) == ["exp-a"]


def test_shown_names_are_unique():
    same = {"Parameters": {"sm_track.name": text("A b")}}
    frame = to_frame(
        [
            record("exp-a-b", **same),
            record("exp-a-b-2", **same),
            record("other-x", "other"),
            record("exp-x"),
            record("exp-free"),
        ]
    )
    assert list(frame["run"]) == ["a-b", "a-b-2", "other/x", "exp/x", "free"]
    assert list(frame.attrs["components"].values()) == [
        "exp-a-b",
        "exp-a-b-2",
        "other-x",
        "exp-x",
        "exp-free",
    ]


def test_the_default_group_has_no_name():
    assert list(to_frame([record(), record("exp-b", trial="Sweep")])["group"]) == ["", "Sweep"]


def test_the_parent_asked_for_counts():
    shared = record(
        Parents=[
            {"TrialName": "one", "ExperimentName": "other"},
            {"TrialName": "two", "ExperimentName": "Exp"},
        ]
    )
    assert list(to_frame([shared], experiment="exp")["group"]) == ["two"]
    assert list(to_frame([shared])["experiment"]) == ["other"]
    assert list(to_frame([shared], experiment="exp", group="TWO")["group"]) == ["two"]


def test_jobs_are_told_from_runs():
    assert identity.is_job(record("x-aws-training-job"))
    assert not identity.is_job(
        record("exp-x-aws-training-job", Tags=[{"Key": identity.RUN_TAG, "Value": "run"}])
    )
    assert not identity.is_job(record())


# -- choosing ----------------------------------------------------------------------------------------------------
@pytest.fixture
def chosen_from():
    runs = [record(Parameters={"depth": number(1.0), "auc": text("p")}, Metrics=[summary("auc", 1.0)])]
    return to_frame([{**runs[0], "Tags": [{"Key": "team", "Value": "x"}]}])


@pytest.mark.parametrize(
    ("wanted", "columns"),
    [
        (["status", "run"], ["run", "status"]),
        (["depth"], ["run", "params.depth"]),
        (["auc"], ["run", "params.auc"]),
        (["auc.max", "metrics.auc"], ["run", "metrics.auc.max", "metrics.auc.last"]),
        (["params.*", "team"], ["run", "params.auc", "params.depth", "tags.team"]),
        (["nothing*"], ["run"]),
        ([], ["run"]),
    ],
)
def test_columns_are_chosen_by_name_pattern_or_short_form(chosen_from, wanted, columns):
    assert list(choose(chosen_from, wanted).columns) == columns


def test_an_unknown_column_is_named_with_the_nearest(chosen_from):
    with pytest.raises(UsageError, match=r"no column 'deph'.*'depth'"):
        choose(chosen_from, ["deph"])


# -- points ------------------------------------------------------------------------------------------------------
def series(run, metric, steps, values):
    times = [1e9 + place for place in range(len(values))]
    return Series(run, metric, array("q", steps), array("d", times), array("d", values))


def test_points_one_row_each():
    frame = points_frame(
        [
            series("a", "loss", [0, 1], [3.0, float("nan")]),
            series("b", "loss", [-1], [1.0]),
            series("b", "acc", [], []),
        ]
    )
    assert list(frame.columns) == ["run", "metric", "step", "time", "value"]
    assert list(frame["run"]) == ["a", "a", "b"]
    assert list(frame["step"].isna()) == [False, False, True]
    assert frame["time"][1] == pd.Timestamp("2001-09-09T01:46:41Z")
    assert np.isnan(frame["value"][1])
    assert points_frame([]).columns.tolist() == frame.columns.tolist()


def test_points_wide():
    frame = wide_frame(
        [
            series("b", "loss", [0, 1, 1], [3.0, 2.0, 1.5]),
            series("b", "acc", [1], [0.5]),
            series("a", "loss", [-1, -1], [9.0, 8.0]),
        ]
    )
    assert list(frame.columns) == ["run", "step", "loss", "acc"]
    assert frame[["run", "step"]].to_numpy().tolist() == [["b", 0], ["b", 1], ["a", 0], ["a", 1]]
    assert frame["loss"].tolist() == [3.0, 1.5, 9.0, 8.0]
    assert np.isnan(frame["acc"][0])
    assert frame["acc"][1] == 0.5
    assert list(wide_frame([]).columns) == ["run", "step"]


def test_times_to_the_microsecond():
    times = utc([START.timestamp(), float("nan")])
    assert times[0] == pd.Timestamp(START)
    assert times[1] is pd.NaT


def test_a_parameter_called_run_leaves_the_names_alone():
    table = table_of(
        [
            record("exp-a", Parameters={"run": text("mine"), "params.run": number(1.0)}),
            record("exp-b"),
        ],
        None,
    )
    frame = frames.parameters_frame(table)
    assert frame["run"].tolist() == ["a", "b"]
    assert frame["params.run"][0] == 1.0
    assert frame["params.params.run"][0] == "mine"
    assert list(
        frames.parameters_frame(table_of([record(Parameters={"run": number(3.0)})], None)).columns
    ) == [
        "run",
        "params.run",
    ]


def test_metrics_called_as_the_columns_of_wide_points():
    frame = wide_frame([series("a", name, [0], [at]) for at, name in enumerate(["step", "run", "loss"])])
    assert list(frame.columns) == ["run", "step", "metrics.step", "metrics.run", "loss"]
    assert frame.iloc[0].tolist() == ["a", 0, 0.0, 1.0, 2.0]


def test_of_points_at_one_step_the_last_known_one_counts():
    frame = wide_frame([series("a", "loss", [1, 1, 2, 0], [1.0, float("nan"), float("nan"), 3.0])])
    assert frame["step"].tolist() == [0, 1, 2]
    assert frame["loss"].tolist()[:2] == [3.0, 1.0]
    assert np.isnan(frame["loss"][2])


def test_many_series_take_no_time():
    many = [series(f"r{at}", "loss", [0], [1.0]) for at in range(80_000)]
    begun = time.perf_counter()
    assert len(points_frame(many)) == 80_000
    assert time.perf_counter() - begun < 5  # with a search per series it was a minute
    metrics = [series(f"r{at % 2}", f"m{at // 2}", [0, 1], [1.0, 2.0]) for at in range(4_000)]
    begun = time.perf_counter()
    assert wide_frame(metrics).shape == (4, 2_002)
    assert time.perf_counter() - begun < 2
