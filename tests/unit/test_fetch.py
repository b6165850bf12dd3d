"""Names of experiments and groups, and the verbs that read runs, on an embedded home."""

import subprocess
import sys
from collections import Counter

import pytest

from sm_track_widgets import config, reading
from sm_track_widgets._errors import NotFoundError, ServiceRefusedError, UsageError
from sm_track_widgets._types import Point
from sm_track_widgets.connection import Connection
from sm_track_widgets.reading.fetch import names as fetch

RUN_TAGS = [{"Key": "sagemaker:trial-component-source", "Value": "run"}]


@pytest.fixture(scope="module")
def home(tmp_path_factory):
    """One store for all tests here, which only read: 104 runs, a job, two groups, two experiments."""
    path = tmp_path_factory.mktemp("home")
    moment = iter(range(1_790_000_000, 1_800_000_000))
    made = Connection(
        config.resolve({"backend": "embedded", "path": path}), clock=lambda: float(next(moment))
    )
    client = made.client("sagemaker")
    for experiment in ("Fraud-Detection", "other"):
        client.create_experiment(ExperimentName=experiment)
        client.create_trial(TrialName=f"Default-Run-Group-{experiment}", ExperimentName=experiment)
    client.create_trial(TrialName="xgb-sweep", ExperimentName="Fraud-Detection")
    client.create_trial(TrialName="empty-group", ExperimentName="Fraud-Detection")
    client.create_experiment(ExperimentName="nothing-yet")

    def add(component, trial, tags=RUN_TAGS):
        client.create_trial_component(TrialComponentName=component, Tags=tags)
        client.associate_trial_component(TrialComponentName=component, TrialName=trial)

    for place in range(103):
        add(f"fraud-detection-r{place:03}", "Default-Run-Group-Fraud-Detection")
    add("fraud-detection-s", "xgb-sweep")
    add("train-1-aws-training-job", "xgb-sweep", tags=[])
    add("other-x", "Default-Run-Group-other")
    client.create_trial_component(TrialComponentName="nobodys", Tags=RUN_TAGS)
    made.put_points("fraud-detection-s", [Point("loss", 1.0 / (at + 1), at, 1e9 + at) for at in range(30)])
    made.put_points("fraud-detection-s", [Point("acc", 0.5, None, 1e9)])
    made.put_points("fraud-detection-r000", [Point("loss", 7.0, 0, 1e9)])
    return made


@pytest.fixture
def calls(home):
    """What the test has called, by operation."""
    before = Counter(home.calls)
    return lambda: home.calls - before


def told(home, *asked, **options):
    return list(reading.runs(*asked, connection=home, **options)["run"])


def test_every_page_is_fetched_with_few_calls(home, calls):
    found = told(home, "Fraud-Detection", cached=False)
    assert len(found) == 104
    assert (found[0], found[-1]) == ("s", "r000")
    assert calls() == {"Search": 3}  # two pages of runs; the third looks for the job's run


def test_names_in_any_case(home):
    assert len(told(home, "FRAUD-detection")) == 104
    assert told(home, "fraud-detection", group="XGB-sweep") == ["s"]


def test_names_as_people_write_them(home):
    assert len(told(home, "fraud detection")) == 104
    assert told(home, "fraud_detection", group="xgb sweep") == ["s"]


def test_everything(home):
    assert len(told(home)) == 106
    assert told(home, group="xgb-sweep") == ["s"]


def test_runs_of_no_experiment_are_there(home):
    frame = reading.runs(unassigned=True, connection=home)
    assert frame[["run", "experiment", "group"]].values.tolist() == [["nobodys", "", ""]]
    with pytest.raises(UsageError, match="Leave the experiment and the group out"):
        reading.runs("other", unassigned=True, connection=home)


def test_experiments_without_runs(home, calls):
    assert tuple(reading.runs("nothing-yet", connection=home).columns)[:2] == ("run", "experiment")
    assert calls() == {"Search": 1, "DescribeExperiment": 1}
    assert told(home, "fraud-detection", group="empty-group") == []


def test_experiments_are_listed_newest_first(home):
    assert fetch.list_experiments(home) == ["nothing-yet", "other", "Fraud-Detection"]


@pytest.mark.parametrize(
    ("asked", "answer"),
    [
        ("frad-detection", "There is no experiment 'frad-detection'. Did you mean 'Fraud-Detection'?"),
        ("zzz", "There is no experiment 'zzz'. There are: nothing-yet, other, Fraud-Detection."),
        ("<img src=x>", "There is no experiment '<img src=x>'."),
    ],
)
def test_an_unknown_experiment(home, asked, answer):
    with pytest.raises(NotFoundError) as caught:
        reading.runs(asked, connection=home)
    assert str(caught.value).startswith(answer)


def test_the_first_experiment_of_all(tmp_path):
    empty = Connection(config.resolve({"backend": "embedded", "path": tmp_path}))
    with pytest.raises(NotFoundError, match="There is none yet: %%sm_run"):
        reading.runs("mine", connection=empty)
    assert len(reading.runs(connection=empty)) == 0


def test_an_unknown_group(home):
    with pytest.raises(NotFoundError, match=r"no run group 'xgb-sweeps' in .* Did you mean 'xgb-sweep'\?"):
        reading.runs("fraud-detection", group="xgb-sweeps", connection=home)
    with pytest.raises(NotFoundError, match="No run group has been named yet"):
        reading.runs("other", group="zzz", connection=home)


def test_a_refusal_is_one_line(home):
    client = home.single("sagemaker")

    def refuse(params, **_):
        params["MaxResults"] = 1000

    client.meta.events.register("provide-client-params.sagemaker.Search", refuse, unique_id="refuse")
    try:
        with pytest.raises(ServiceRefusedError, match="Cannot read the runs of 'other': ValidationException"):
            reading.runs("other", cached=False, connection=home)
    finally:
        client.meta.events.unregister("provide-client-params.sagemaker.Search", unique_id="refuse")


def test_nothing_heavy_is_loaded_before_it_is_used():
    code = (
        "import sys, sm_track_widgets.reading, sm_track_widgets.charts.static_card, sm_track_widgets.charts.svg, "
        "sm_track_widgets.charts.static_table; "
        "heavy = ('numpy', 'pandas', 'altair', 'boto3', 'IPython', 'lark', 'orjson'); "
        "print([name for name in heavy if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


# -- verbs -------------------------------------------------------------------------------------------------------
def test_runs_as_a_frame(home):
    frame = reading.runs("fraud-detection", group="xgb-sweep", connection=home)
    assert frame.to_dict("records")[0] | {"started": None, "ended": None} == {
        "run": "s",
        "experiment": "Fraud-Detection",
        "group": "xgb-sweep",
        "status": "",
        "message": "",
        "started": None,
        "ended": None,
        "duration_s": pytest.approx(float("nan"), nan_ok=True),
        "created_by": "",
        **{f"metrics.acc.{ending}": 0.5 for ending in ("last", "min", "max", "avg")},
        "metrics.acc.std": 0.0,
        "metrics.acc.count": 1.0,
        "metrics.loss.last": pytest.approx(1 / 30),
        "metrics.loss.min": pytest.approx(1 / 30),
        "metrics.loss.max": 1.0,
        "metrics.loss.avg": pytest.approx(sum(1 / (at + 1) for at in range(30)) / 30),
        "metrics.loss.std": pytest.approx(0.19, abs=0.02),
        "metrics.loss.count": 30.0,
    }


def test_chosen_columns(home):
    frame = reading.runs("other", columns="status", connection=home)
    assert list(frame.columns) == ["run", "status"]
    assert frame.attrs["components"] == {"x": "other-x"}
    with pytest.raises(UsageError, match="no column 'loss'"):
        reading.runs("other", columns=["loss"], connection=home)


def test_metrics_of_an_experiment(home):
    frame = reading.metrics("fraud-detection", connection=home)
    assert frame.groupby(["run", "metric"], observed=True).size().to_dict() == {
        ("s", "loss"): 30,
        ("s", "acc"): 1,
        ("r000", "loss"): 1,
    }
    wide = reading.metrics("fraud-detection", wide=True, connection=home)
    assert list(wide.columns) == ["run", "step", "acc", "loss"]
    assert len(wide) == 31


def test_the_verbs_use_the_current_connection(home, monkeypatch):
    monkeypatch.setattr("sm_track_widgets.connection._holder", [home])
    assert list(reading.runs("other")["run"]) == ["x"]
    assert len(reading.metrics("fraud-detection", "acc", "s")) == 1
    assert list(reading.analytics("OTHER")["TrialComponentName"]) == ["other-x"]
