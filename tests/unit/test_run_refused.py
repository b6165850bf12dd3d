"""Runs that the service does not let open, and the path that AWS takes."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import run_home
from botocore.exceptions import EndpointConnectionError
from run_home import DENIED, points, stored

from sm_track_widgets._errors import ConfigError, ServiceRefusedError
from sm_track_widgets.connection import Connection
from sm_track_widgets.tracking.run import Run, load_run, open_runs


@pytest.mark.parametrize("reply", [DENIED, EndpointConnectionError(endpoint_url="https://x")])
def test_a_refused_open_does_not_stop_the_body(home: Connection, reply: Any) -> None:
    with run_home.fault(home, "CreateTrialComponent", reply):
        run = Run("e", "Mine", params={"a": 1}, connection=home)
        assert "Cannot open run 'mine'" in run.warnings[0]
        assert run.run_name != "mine"
        assert run.run_name.startswith("mine-")
        run.log_metric("m", 1.0, step=3)
        run.close(timeout=0.2)
        assert "not delivered" in run.warnings[-1]
        assert run.progress().waiting == 1
    assert open_runs() == []


def test_what_was_refused_is_sent_after_the_cure(home: Connection) -> None:
    slow = ("ThrottlingException", "slow")
    with run_home.fault(home, "CreateTrialComponent", slow, times=2):
        run = Run("e", "Mine", params={"a": 1}, connection=home)
        run.log_metric("m", 1.0, step=3)
        run.close()
    run_home.until(lambda: run.progress().done)
    told = stored(run)
    assert told["Parameters"] == {"a": 1, "sm_track.name": "Mine"}
    assert told["Status"]["PrimaryStatus"] == "Completed"
    assert points(run, "m") == [(3, 1.0)]


def test_a_question_of_resume_that_nobody_answers_is_an_error(home: Connection) -> None:
    for resume, operation in (("must", "ListTrials"), ("never", "CreateTrialComponent")):
        with run_home.fault(home, operation, DENIED), pytest.raises(ServiceRefusedError, match="Cannot open"):
            Run("e", "r", resume=resume, connection=home)  # type: ignore[arg-type]
    with run_home.fault(home, "ListTrials", DENIED):
        allowed = Run("e", "r", resume="allow", connection=home)
    assert allowed.run_name == "r"
    allowed.close()


def test_a_journal_that_cannot_be_made_leaves_no_open_run(home: Connection) -> None:
    Run("e", "first", connection=home).close()
    fresh = run_home.embedded(home.settings.path)
    folder = home.settings.path / "journals"
    folder.rename(home.settings.path / "kept")
    folder.write_text("a file where the folder should be")
    with pytest.raises(ConfigError) as caught:
        Run("e", "second", connection=fresh)
    assert "\n" not in str(caught.value)
    assert run_home.component(fresh, "e-second")["Status"]["PrimaryStatus"] == "Failed"
    assert open_runs() == []


def test_an_auto_named_run_is_opened_behind_the_body(tmp_path: Path) -> None:
    home = run_home.aws(tmp_path)
    Run("e", connection=home).close()
    with run_home.fault(home, "CreateTrialComponent", ("ThrottlingException", "slow"), times=1):
        run = Run("e", params={"a": 1}, connection=home)
        run.log_metric("m", 1.0, step=0)
        assert run.warnings == []
        run.close()
    assert stored(run)["Parameters"] == {"a": 1}
    assert stored(run)["Status"]["PrimaryStatus"] == "Completed"


def test_a_named_run_is_opened_at_once_and_numbered(tmp_path: Path) -> None:
    home = run_home.aws(tmp_path)
    for expected in ("r", "r-2"):
        run = Run("e", "r", connection=home)
        assert run.run_name == expected
        assert run_home.component(home, run.ref.component)
        run.close()


class SdkSession:
    """As much of the SDK's Session as a Run of ours looks at."""

    def __init__(self, boto_session: Any) -> None:
        self.boto_session = boto_session


def test_a_session_of_the_sdk_is_written_through(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from sm_track_widgets.embedded import EmbeddedSageMaker

    monkeypatch.setenv("SM_TRACK_HOME", str(tmp_path / "journals-here"))
    service = EmbeddedSageMaker(tmp_path / "service")
    session = SdkSession(service.boto_session())
    with Run("e", "r", sagemaker_session=session) as run:
        run.log_metric("m", 1.0, step=0)
        assert load_run("r", "e", session).ref == run.ref
    assert run.connection.home == "aws"
    client = service.boto_session().client("sagemaker")
    assert client.describe_trial_component(TrialComponentName="e-r")["Status"]["PrimaryStatus"] == "Completed"
