"""The real SDK, of whichever major is installed, through a server: Run, a file, ExperimentAnalytics."""

from __future__ import annotations

import pytest

from sm_track_widgets import _sdk
from sm_track_widgets.serve import Server


@pytest.fixture
def server(home):
    with Server(home) as running:
        yield running


def test_a_run_and_its_frame(sdk, server, tmp_path):
    session = server.sagemaker_session()
    notes = tmp_path / "notes.txt"
    notes.write_text("hello")
    with sdk.Run(experiment_name="over-http", run_name="first", sagemaker_session=session) as run:
        run.log_parameter("lr", 0.1)
        for step in range(12):
            run.log_metric("loss", 1 / (step + 1), step=step)
        run.log_file(str(notes), name="notes")
        run.log_confusion_matrix([0, 1, 1], [0, 1, 0], title="cm")
    found = session.sagemaker_client.describe_trial_component(TrialComponentName="over-http-first")
    assert found["Status"]["PrimaryStatus"] == "Completed"
    assert set(found["OutputArtifacts"]) == {"notes"}
    frame = _sdk.experiment_analytics("over-http", session).dataframe()
    assert frame.loc[0, "lr"] == 0.1
    assert (frame.loc[0, "loss - Count"], frame.loc[0, "loss - Last"]) == (12, 1 / 12)
    assert [one.run_name for one in sdk.list_runs("over-http", sagemaker_session=session)] == ["first"]
    assert server.calls["GetCallerIdentity"] + server.calls["PutObject"] >= 2


def test_the_sdk_asks_sts_here(server):
    """It names a regional address, which AWS_ENDPOINT_URL would not redirect."""
    session = _sdk.session(server.boto_session(), telemetry=False)
    assert session.default_bucket() == "sagemaker-us-east-1-000000000000"
    assert server.calls["GetCallerIdentity"] >= 1
