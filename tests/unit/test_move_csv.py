"""Runs out of CSV files: of ours, of MLflow's page, of W&B, and any other by a mapping."""

from __future__ import annotations

from pathlib import Path

import move_home
import pytest
from run_home import component, components, embedded

import sm_track_widgets as smt
from sm_track_widgets import Run, UsageError, import_runs
from sm_track_widgets._errors import NotFoundError
from sm_track_widgets.tracking.outbox.sync import sync

WANDB = """Name,State,Notes,User,Tags,Created,Runtime,lr,optimizer,loss
"warm-sky-3",finished,,ada,x,2024-03-01T10:00:00.000Z,130,0.001,adam,0.25
"calm-sea-4",crashed,"a
note",ada,,2024-03-01T11:00:00.000Z,5,0.01,sgd,NaN
"""
MLFLOW = """Start Time,Duration,Run ID,Name,Source Type,Source Name,User,Status,depth,auc
2024-05-06 07:08:09,1.5min,abc123,keen-ox,NOTEBOOK,a.ipynb,bob,FINISHED,4,0.91
2024-05-06 08:08:09,250ms,abc124,keen-ox,NOTEBOOK,a.ipynb,bob,RUNNING,6,
"""


def file(folder: Path, text: str, name: str = "runs.csv") -> str:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return f"csv:{path}"


def test_a_file_of_ours_comes_back(tmp_path):
    home = embedded(tmp_path / "home")
    with Run(
        "Trees", move_home.HOSTILE, connection=home, group="g", params={"d": 4, "f": "=1", "v": "1.2.3"}
    ) as run:
        run.log_metric("auc", 0.9, step=3)
        run.set_tag("team", "risk")
    Run("Trees", "bad", connection=home, notes="one\ntwo").close("Failed", "ValueError: no")
    sync(connection=home)
    path = smt.export(tmp_path / "runs.csv", connection=home)
    back = embedded(tmp_path / "back")
    report = import_runs(path, connection=back)
    assert report.complete
    assert report.plan.notes == ()
    mine, other = (smt.runs(connection=one).drop(columns="created_by") for one in (home, back))
    for frame in (mine, other):
        frame[["started", "ended"]] = frame[["started", "ended"]].astype("datetime64[us, UTC]")
        frame["duration_s"] = frame["duration_s"].round(5)
    other = other[mine.columns]
    assert mine.sort_values("run", ignore_index=True).equals(other.sort_values("run", ignore_index=True))
    assert len(import_runs(path, connection=back).there) == 2


def test_wandb_columns_are_known_and_metrics_are_named(tmp_path):
    home = embedded(tmp_path / "home")
    source = file(tmp_path, WANDB, "my sweep.csv")
    plan = import_runs(source, metrics=["loss"], dry_run=True, connection=home).plan
    assert plan.notes == (
        "Taken as parameters: Tags, lr, optimizer. Name the metrics among them with metrics= (--metrics).",
    )
    import_runs(source, metrics=["loss"], tags=["Tags"], connection=home)
    frame = smt.runs("my-sweep", connection=home).set_index("run")
    warm, calm = frame.loc["warm-sky-3"], frame.loc["calm-sea-4"]
    assert (warm["status"], warm["duration_s"], warm["params.lr"], warm["tags.Tags"]) == (
        "Completed",
        130,
        0.001,
        "x",
    )
    assert (warm["metrics.loss.last"], calm["status"]) == (0.25, "Failed")
    assert calm["metrics.loss.count"] != calm["metrics.loss.count"]
    assert smt.run_details("calm-sea-4", "my-sweep", connection=home).facts.notes == "a\nnote"


def test_mlflow_columns_are_known_and_names_may_be_shared(tmp_path):
    home = embedded(tmp_path / "home")
    source = file(tmp_path, MLFLOW)
    import_runs(source, into="Old things", metrics=["auc"], connection=home)
    told = [component(home, name) for name in sorted(components(home))]
    assert [one["TrialComponentName"] for one in told] == ["old-things-keen-ox", "old-things-keen-ox-2"]
    assert [one["Status"] for one in told] == [
        {"PrimaryStatus": "Completed"},
        {"PrimaryStatus": "Stopped", "Message": "was running when the file was written"},
    ]
    frame = smt.runs("old-things", connection=home).sort_values("params.depth", ignore_index=True)
    assert frame["duration_s"].tolist() == [90.0, 0.25]
    assert frame["tags.mlflow.source.name"].tolist() == ["a.ipynb"] * 2
    assert frame["tags.mlflow.user"].tolist() == ["bob"] * 2
    assert len(import_runs(source, into="Old things", metrics=["auc"], connection=home).there) == 2


def test_any_other_file_by_a_mapping(tmp_path):
    text = "Run title;x\n".replace(";", ",") + "first,1\n\nsecond,2\n"
    home = embedded(tmp_path / "home")
    import_runs(file(tmp_path, text), columns={"name": "Run title"}, params=["x"], connection=home)
    frame = smt.runs(connection=home)
    assert frame.sort_values("run")[["run", "experiment", "params.x"]].to_numpy().tolist() == [
        ["first", "runs", 1.0],
        ["second", "runs", 2.0],
    ]


def test_what_does_not_fit_is_kept_in_a_file(tmp_path):
    long, many = "y" * 3000, [f"p{number}" for number in range(300)]
    text = ",".join(["name", "params.long", *many]) + "\n" + ",".join(["a", long, *["1"] * 300]) + "\n"
    home = embedded(tmp_path / "home")
    report = import_runs(file(tmp_path, text), connection=home)
    assert report.remarks == (
        "runs/a: What does not fit into a run (parameters) is whole in 'imported-rest.json'.",
    )
    held = component(home, "runs-a")
    assert len(held["Parameters"]["long"]) == 2500
    kept = move_home.contents(home)["a", "imported-rest.json", "output", "application/json"]
    assert long in kept.decode()


def test_old_rows_to_aws_have_their_metrics_in_a_file(tmp_path):
    there = move_home.aws(tmp_path / "aws")
    report = import_runs(file(tmp_path, WANDB), metrics=["loss"], connection=there)
    assert report.plan.notes[-1].startswith("1 point of 1 run: older than two weeks")
    assert smt.best_run("loss", "runs", connection=there).run == "warm-sky-3"


@pytest.mark.parametrize(
    ("text", "options", "error", "told"),
    [
        ("a,a\n1,2\n", {}, UsageError, "no header whose names differ"),
        ("", {}, UsageError, "no header"),
        ("name,lr\nx,1\n", {"metrics": ["los"]}, UsageError, "no column 'los'"),
        ("name,loss\nx,1\n", {"metrics": ["los"]}, UsageError, "Did you mean 'loss'"),
        (
            "name,lr\nx,1\n",
            {"columns": {"nam": "name"}},
            UsageError,
            "A run has no 'nam'. Did you mean 'name'",
        ),
        ("name,lr\nx,1\n", {"query": "lr > 1"}, UsageError, "rows of a file are not filtered"),
        ("name,experiment\nx,trees\n", {"experiment": "treez"}, NotFoundError, "Did you mean 'trees'"),
    ],
)
def test_a_mistake_is_one_line_and_no_run(tmp_path, text, options, error, told):
    home = embedded(tmp_path / "home")
    with pytest.raises(error, match=told):
        import_runs(file(tmp_path, text), connection=home, **options)
    assert not components(home)


def test_a_file_that_is_not_there_or_no_text(tmp_path):
    home = embedded(tmp_path / "home")
    with pytest.raises(NotFoundError, match="There is no file"):
        import_runs(f"csv:{tmp_path}/none.csv", connection=home)
    (tmp_path / "raw.csv").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(UsageError, match="cannot be read as CSV"):
        import_runs(f"csv:{tmp_path}/raw.csv", connection=home)
