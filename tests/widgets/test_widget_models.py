"""`ModelVersions` and the jobs of a run on Python's side: what the page gets, what it asks for, the static forms."""

from __future__ import annotations

import pytest
from job_requests import Jobs
from run_home import until
from wire_tap import change, say

import sm_track_widgets as sm
from sm_track_widgets import _job_facts
from sm_track_widgets._errors import NotFoundError, UsageError
from sm_track_widgets.widgets import live_run, run_detail
from sm_track_widgets.widgets.job_rows import watch_of
from sm_track_widgets.widgets.pump import Pump

EVIL = "<img src=x onerror=alert(1)>"
MILD = "_img src=x onerror=alert_1__"
"""The same, as customer metadata takes it."""
IMAGE = "123456789012.dkr.ecr.us-east-1.amazonaws.com/serve:1"


@pytest.fixture
def asked(tap):
    """Return ``ask(widget, **content)``: what the page hears after it has said this."""

    def ask(widget, **content):
        before = len(tap.custom(widget))
        say(widget, **content)
        return [told for told, _ in tap.custom(widget)[before:]]

    return ask


@pytest.fixture
def place(tmp_path):
    return sm.connect("embedded", path=tmp_path / "home")


@pytest.fixture
def group(place):
    """Three versions of a model, of runs with known answers."""
    for name, auc, depth in (("a", 0.8, 4), (EVIL, 0.9, 8)):
        with sm.Run("fraud", name, params={"depth": depth, "note": EVIL}) as run:
            run.log_metric("auc", auc)
            run.log_metric("loss", 1 - auc)
            run.log_model([auc])
    sm.register("a", "fraud-model", image=IMAGE, approve=True)
    sm.register(EVIL, "fraud-model", image=IMAGE, description=EVIL)
    return "fraud-model"


def test_versions_in_the_page_and_in_a_saved_notebook(group):
    widget = sm.ModelVersions(group)
    newest, oldest = widget._data["versions"]
    assert (newest["version"], newest["status"], newest["run"]) == (2, "PendingManualApproval", MILD)
    assert (oldest["metrics"], oldest["parameters"]["depth"]) == ({"auc": 0.8, "loss": pytest.approx(0.2)}, 4)
    assert widget._data["best"] == {"auc": "max", "loss": "min"}
    html, text = widget.static_html(), widget.static_text()
    assert MILD in html
    assert newest["description"] == EVIL
    assert "2 versions · approved: 1" in text
    assert "Pending" in text
    assert widget.df["version"].tolist() == [2, 1]
    assert widget.to_code() == "ModelVersions('fraud-model')"
    assert (widget.heading(), widget.in_page()["_data"]["again"]) == (group, False)


def test_two_are_compared(group):
    widget = sm.ModelVersions(group, compare=[2, 1])
    assert widget.df.loc[("metric", "auc"), "delta"] == pytest.approx(0.1)
    assert widget.to_code() == "ModelVersions('fraud-model', compare=[2, 1])"
    text = widget.static_text()
    assert "fraud-model/1" in text
    assert "+.1" in text
    assert "note" not in text.split("what differs")[1]  # the same in both
    change(widget, selected=[1])
    assert widget.df["version"].tolist() == [2, 1]
    for wrong, words in (([3], "It has 1 to 2"), ([1, 2, 2], "Two versions")):
        with pytest.raises(UsageError, match=words):
            widget.selected = wrong
    with pytest.raises(UsageError, match="no version 7"):
        sm.ModelVersions(group, compare=[7])
    with pytest.raises(UsageError, match="Did you mean 'compare'"):
        sm.ModelVersions(group, compar=[1])
    with pytest.raises(NotFoundError, match="Did you mean 'fraud-model'"):
        sm.ModelVersions("fraud-modle")


def test_the_page_decides_and_hears_why_it_cannot(group, place, asked):
    widget = sm.ModelVersions(group)
    said = asked(widget, type="decide", version=2, status="Rejected", note="too slow")
    assert said == [{"type": "decided", "version": 2, "error": ""}]
    told = place.client("sagemaker").describe_model_package(ModelPackageName=widget.versions[0].arn)
    assert (told["ModelApprovalStatus"], told["ApprovalDescription"]) == ("Rejected", "too slow")
    assert widget._data["versions"][0]["status"] == "Rejected"
    (answer,) = asked(widget, type="decide", version=2, status="Praised")
    assert "Praised" in answer["error"]
    sm.approve(f"{group}/2")
    assert asked(widget, type="refresh") == [{"type": "refreshed", "error": ""}]
    assert widget._data["versions"][0]["status"] == "Approved"
    widget.reject(1, "old")
    assert [one.status for one in widget.versions] == ["Approved", "Rejected"]


def test_a_version_that_is_gone_is_no_longer_picked(group, place):
    widget = sm.ModelVersions(group, compare=[1, 2])
    place.client("sagemaker").delete_model_package(ModelPackageName=widget.versions[0].arn)
    widget.refresh()
    assert widget.selected == [1]


@pytest.fixture
def still(monkeypatch):
    """A pump whose thread never runs: the test ticks."""
    pump = Pump()
    monkeypatch.setattr(pump, "add", lambda _: None)
    for module in (run_detail, live_run):
        monkeypatch.setattr(module, "PUMP", pump)


def test_jobs_are_live_in_the_card_and_in_the_detail(place, still, asked):
    jobs = Jobs({name: place.client(name) for name in ("sagemaker", "s3", "logs")})
    script = "import time\nprint('asleep', flush=True)\ntime.sleep(60)"
    with sm.Run("jobs", "live") as run:
        card, detail = sm.LiveRun(run), sm.RunDetail()
        assert card._state["jobs"] == []
        assert detail._state["jobs"] == {"count": 0, "rows": []} or detail._state["jobs"]["count"] == 0
        place.client("sagemaker").create_training_job(**jobs.request("sleepy", script))

        def seen():
            card.tick(0.0)
            (row,) = card._state["jobs"]
            return row if "asleep" in row["lines"] else None

        row = until(seen)
        assert (row["name"], row["kind"], row["status"], row["cost"]) == (
            "sleepy",
            "training",
            "InProgress",
            None,
        )
        detail.tick(1e12)
        assert detail._state["jobs"]["rows"][0]["name"] == "sleepy"
        assert "1 job: 1 running" in card.static_text()
        (answer,) = asked(card, type="stop", kind="training", name="nobody")
        assert "Cannot stop job 'nobody'" in answer["error"]
        assert asked(card, type="stop", kind="training", name="sleepy")[0]["error"] == ""
        client = place.client("sagemaker")
        until(lambda: _job_facts.describe(client, "training", "sleepy").over)
        until(lambda: watch_of(run).over)
    stored = sm.RunDetail("live", "jobs")
    assert stored._state["jobs"] == {"count": 1, "rows": None}
    assert "jobs" in stored.html()  # the tab is named
    assert asked(stored, type="jobs") == [{"type": "jobs", "name": "", "error": ""}]
    assert stored._state["jobs"]["rows"][0]["status"] == "Stopped"
    (answer,) = asked(stored, type="stop", kind="tunning", name="x")
    assert answer == {"type": "stopped", "name": "x", "error": "There is no kind of job 'tunning'."}
    stored.tab = "jobs"
    assert "1 job: 1 stopped" in stored.text()
