"""Weaknesses of the SDK's Run that ours does not have: values, names and files (numbers 1, 2 and 14, and names).

The SDK finds everything invalid when the run is closed, in one call that then fails as a whole: all parameters and
artifacts are lost and the run stays InProgress. Results are read back by boto3.
"""

from __future__ import annotations

import datetime as dt
import math
import re
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from run_home import object_json, stored, told_metrics, told_points

from sm_track_widgets._errors import UsageError
from sm_track_widgets.connection import Connection
from sm_track_widgets.tracking.run import Run

DOTTED = (".pt", ".xlsx", ".docx", ".xls", ".pptx", ".ts", ".unheard-of", "")


# -- 1 -----------------------------------------------------------------------------------------------------------
def test_b3_01_no_parameter_spoils_the_run(place: Connection) -> None:
    odd = {
        "int64": (np.int64(4), 4.0),
        "float32": (np.float32(0.5), 0.5),
        "float64": (np.float64(0.5), 0.5),
        "fraction": (Fraction(1, 4), 0.25),
        "bool": (True, "True"),
        "bool_": (np.bool_(False), "False"),
        "none": (None, "None"),
        "list": ([1, "a"], '[1, "a"]'),
        "dict": ({"a": 1}, '{"a": 1}'),
        "long": ("x" * 3000, "x" * 2500),
        "infinite": (math.inf, "inf"),
        "empty": ("", ""),
    }
    with Run("exp", "r", connection=place) as run:
        for name, (value, _) in odd.items():
            run.log_parameter(name, value)
        run.log_metric("m", 1.0, step=0)
    told = stored(run)
    assert told["Parameters"] == {name: expected for name, (_, expected) in odd.items()}
    assert told["Status"]["PrimaryStatus"] == "Completed"
    assert told_points(run, "m") == [(0, 1.0)]


def test_b3_01_too_many_parameters_lose_only_what_is_too_many(place: Connection) -> None:
    with Run("exp", "r", connection=place) as run:
        run.log_parameters({f"p{number}": number for number in range(350)})
    told = stored(run)
    assert told["Parameters"] == {f"p{number}": number for number in range(280)}
    assert told["Status"]["PrimaryStatus"] == "Completed"
    assert len(run.warnings) == 70


def test_b3_01_parameters_are_stored_while_the_run_is_open(place: Connection) -> None:
    with Run("exp", "r", params={"lr": 0.1}, connection=place) as run:
        assert stored(run)["Parameters"] == {"lr": 0.1}


# -- 2 -----------------------------------------------------------------------------------------------------------
def test_b3_02_every_kind_of_file_has_a_media_type_that_is_taken(place: Connection, tmp_path: Path) -> None:
    names = [f"model{suffix}" for suffix in DOTTED]
    with Run("exp", "r", params={"a": 1}, connection=place) as run:
        for name in names:
            (tmp_path / name).write_text("1")
            run.log_file(tmp_path / name)
    told = place.client("sagemaker").describe_trial_component(TrialComponentName="exp-r")
    kinds = {name: told["OutputArtifacts"][name]["MediaType"] for name in names}
    assert all(re.fullmatch(r"[-\w]+/[-\w+]+", kind) and len(kind) <= 64 for kind in kinds.values()), kinds
    assert told["Status"]["PrimaryStatus"] == "Completed"
    assert told["Parameters"] == {"a": {"NumberValue": 1.0}}


# -- 14 ----------------------------------------------------------------------------------------------------------
def test_b3_14_two_files_of_one_name_are_two(place: Connection, tmp_path: Path) -> None:
    for folder in ("a", "b"):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "model.json").write_text(f'"{folder}"')
    with Run("exp", "r", connection=place) as run:
        run.log_file(tmp_path / "a" / "model.json")
        run.log_file(tmp_path / "b" / "model.json")
    outputs = stored(run)["OutputArtifacts"]
    assert {name: object_json(place, uri) for name, uri in outputs.items()} == {
        "model.json": "a",
        "model-2.json": "b",
    }


def test_b3_14_a_graph_needs_no_title(place: Connection) -> None:
    pytest.importorskip("sklearn")
    with Run("exp", "r", connection=place) as run:
        run.log_confusion_matrix([0, 1, 1], [0, 1, 0])
        run.log_roc_curve([0, 1], [0.2, 0.8])
        run.log_precision_recall([0, 1], [0.2, 0.8], positive_label=1)
    told = stored(run)
    assert set(told["OutputArtifacts"]) == {"ConfusionMatrix", "ROCCurve", "PrecisionRecallCurve"}
    assert told["Status"]["PrimaryStatus"] == "Completed"


def test_b3_14_more_than_thirty_artifacts(place: Connection) -> None:
    with Run("exp", "r", connection=place) as run:
        for number in range(45):
            run.log_artifact(f"out{number}", "s3://b/k")
            run.log_artifact(f"in{number}", "s3://b/k", is_output=False)
    told = stored(run)
    assert len(told["OutputArtifacts"]) == len(told["InputArtifacts"]) == 45
    assert told["Status"]["PrimaryStatus"] == "Completed"


# -- names and types ---------------------------------------------------------------------------------------------
def test_b3_names_of_any_kind_open_a_run(place: Connection) -> None:
    for asked, expected in {
        "lr_0.05 (first try)": "lr-0p05-first-try",
        "MiXeD CaSe": "mixed-case",
        "prüfung/№ 1": "pr-fung-1",
        "日本": None,
        "x" * 80: None,
        "<b>&": "b",
    }.items():
        with Run(f"Exp {asked}", asked, connection=place) as run:
            run.log_metric("m", 1.0, step=0)
        told = stored(run)
        assert told["Parameters"].get("sm_track.name", run.run_name) == asked
        assert expected in (None, run.run_name)
        assert len(run.run_name) <= 59
        assert told["TrialComponentName"] == told["TrialComponentName"].lower()
        assert told_points(run, "m") == [(0, 1.0)]
        assert told["Status"]["PrimaryStatus"] == "Completed"


def test_b3_names_that_differ_at_their_long_end_stay_two(place: Connection) -> None:
    runs = [Run("E" * 70, "Long name " * 8 + mark, connection=place) for mark in ("a", "b", "a")]
    for run in runs:
        run.close()
    assert len({run.ref.component for run in runs}) == 3
    assert len({run.experiment_name for run in runs}) == 1
    assert all(run.warnings for run in runs)  # said, not silently


def test_b3_names_keep_their_capitals_for_show(place: Connection) -> None:
    with Run("Fraud", "XGB Deep", connection=place) as run:
        pass
    assert stored(run)["DisplayName"] == "XGB-Deep"
    assert stored(run)["Parameters"] == {"sm_track.name": "XGB Deep"}
    assert place.client("sagemaker").describe_experiment(ExperimentName="fraud")["DisplayName"] == "Fraud"


def test_b3_types_of_steps(place: Connection) -> None:
    whole: list[Any] = [0, np.int64(1), np.int32(2), 3.0, np.float64(4.0), np.array(5)]
    with Run("exp", "r", connection=place) as run:
        for step in whole:
            run.log_metric("m", 1.0, step=step)
        for wrong in (-1, 0.5, "3", math.nan, 2**40):
            with pytest.raises(UsageError) as caught:  # where it is logged, not ten points later
                run.log_metric("m", 2.0, step=wrong)  # type: ignore[arg-type]  # the mistakes under test
            assert "\n" not in str(caught.value)
            assert caught.value.cure
    assert told_points(run, "m") == [(step, 1.0) for step in range(6)]
    assert stored(run)["Status"]["PrimaryStatus"] == "Completed"


def test_b3_types_that_are_no_numbers_are_said_in_one_line(place: Connection) -> None:
    with Run("exp", "r", connection=place) as run:
        for value in (None, 1j, "high", [1, 2], np.array([1.0, 2.0]), object()):
            with pytest.raises(UsageError) as caught:
                run.log_metric("m", value)  # type: ignore[arg-type]  # the mistakes under test
            assert "\n" not in str(caught.value)
    assert told_metrics(run) == {}
    assert stored(run)["Status"]["PrimaryStatus"] == "Completed"


def test_b3_types_no_way_to_send_nan(place: Connection) -> None:
    odd = [math.nan, math.inf, -math.inf, "nan", "inf", np.array(math.nan), np.float32("nan"), 10**400]
    with Run("exp", "r", connection=place) as run:
        for step, value in enumerate(odd):
            run.log_metric("m", value, step=step)
        run.log_metric("m", 1.0, step=99)
    assert told_metrics(run)["m"]["Count"] == 1
    assert told_points(run, "m") == [(99, 1.0)]
    assert run.live.gaps() == {"m": list(range(len(odd)))}
    assert len(run.warnings) == 1


def test_b3_types_times_keep_their_order_within_a_second(place: Connection) -> None:
    now = dt.datetime.now(dt.timezone.utc)
    with Run("exp", "r", connection=place) as run:
        for number in range(4):
            run.log_metric("m", float(number), timestamp=now + dt.timedelta(milliseconds=number))
        for wrong in (now - dt.timedelta(days=15), now + dt.timedelta(hours=3), "yesterday"):
            with pytest.raises(UsageError) as caught:
                run.log_metric("m", 9.0, timestamp=wrong)  # type: ignore[arg-type]
            assert caught.value.cure
    told = told_metrics(run)["m"]
    assert (told["Count"], told["Last"], told["Min"], told["Max"]) == (4, 3.0, 0.0, 3.0)
