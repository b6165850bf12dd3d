"""One contract for both homes; the aws path runs on an embedded session, which boto3 cannot tell from AWS."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest
from botocore.exceptions import ClientError

from sm_track_widgets import _aws, config, connection
from sm_track_widgets._errors import ConfigError, ServiceRefusedError
from sm_track_widgets._types import JournalMark, Point
from sm_track_widgets.embedded import EmbeddedSageMaker
from sm_track_widgets.embedded.service import Rules

NOW = 1_700_000_000.0


def clock() -> float:
    return NOW + 100


@pytest.fixture(autouse=True)
def _fresh():
    yield
    connection.reset()
    config.clear_overrides()


@pytest.fixture(params=["embedded", "aws"])
def home(request, tmp_path: Path) -> connection.Connection:
    if request.param == "embedded":
        return connection.connect("embedded", path=tmp_path / "store", clock=clock)
    session = EmbeddedSageMaker(tmp_path / "store", rules=Rules(quotas="aws"), clock=clock).boto_session()
    return connection.connect("aws", path=tmp_path / "data", session=session)


@pytest.fixture
def component(home) -> str:
    home.client("sagemaker").create_trial_component(TrialComponentName="demo-a")
    return "demo-a"


def points(metric: str, count: int, *, steps: bool = True) -> list[Point]:
    return [Point(metric, i / 2, i if steps else None, NOW + i) for i in range(count)]


def test_is_current(home):
    assert connection.current() is home
    assert connection.active() is home


def test_identity_and_bucket(home):
    assert home.identity == (home.home, "000000000000", "us-east-1", "")
    assert home.bucket == "sagemaker-us-east-1-000000000000"
    home.client("s3").head_bucket(Bucket=home.bucket)


def test_a_client_is_made_once_also_from_threads(home):
    found: list[object] = []
    threads = [threading.Thread(target=lambda: found.append(home.client("sagemaker"))) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len({id(client) for client in found}) == 1


def test_calls_are_counted(home):
    home.client("sagemaker").create_experiment(ExperimentName="demo")
    with pytest.raises(ClientError):
        home.client("sagemaker").create_experiment(ExperimentName="demo")
    assert home.calls["CreateExperiment"] == 2


def test_points_come_back_in_order(home, component):
    assert home.put_points(component, points("loss", 25)) == []
    (series,) = home.read_series([(component, "loss")])
    assert (series.run, series.metric) == (component, "loss")
    assert list(series.steps) == list(range(25))
    assert list(series.values) == [i / 2 for i in range(25)]
    assert len(series.times) == 25


def test_more_series_than_a_call_takes_and_missing_ones_are_empty(home, component):
    names = [f"m{i}" for i in range(101)]
    for name in names:
        home.put_points(component, points(name, 1))
    wanted = [(component, name) for name in [*names, "none"]]
    found = home.read_series(wanted)
    assert [(series.run, series.metric) for series in found] == wanted
    assert [len(series) for series in found] == [1] * 101 + [0]


def test_points_without_steps_have_times(home, component):
    home.put_points(component, [Point("loss", 1.5, None, NOW)])
    (series,) = home.read_series([(component, "loss")])
    assert (list(series.steps), list(series.values)) == ([-1], [1.5])
    assert abs(series.times[0] - NOW) < 60


def test_a_refused_point_says_which_and_why(home, component):
    wrong = Point("m" * 256, 1.0, 0, NOW)
    sent = [*points("loss", 12), wrong]
    if home.home == "aws":
        with pytest.raises(ClientError, match="ValidationException"):
            home.put_points(component, sent)
        return
    refusals = home.put_points(component, sent)
    assert [refusal.index for refusal in refusals] == [12]


def test_points_of_an_unknown_component_are_refused(home):
    refusals = home.put_points("demo-nobody", points("loss", 12))
    assert [refusal.index for refusal in refusals] == list(range(12))
    assert {refusal.code for refusal in refusals} == {"VALIDATION_ERROR"}


def test_duplicate_names_are_worded_both_ways(home):
    sagemaker = home.client("sagemaker")
    sagemaker.create_experiment(ExperimentName="demo")
    with pytest.raises(ClientError, match="already exists"):
        sagemaker.create_experiment(ExperimentName="demo")


def test_a_mark_is_kept_with_the_points_where_the_home_can(home, component):
    home.put_points(component, points("loss", 3), JournalMark("j1", 120))
    assert home.delivered("j1") == (120 if home.home == "embedded" else None)
    assert home.delivered("never") is None


def test_rebuilt_elsewhere_it_is_the_same(tmp_path):
    made = connection.connect("embedded", path=tmp_path / "s", region="eu-west-1", rules=Rules(quotas="aws"))
    assert made.rebuildable
    description = made.describe()
    assert all(isinstance(value, str) for value in description.values())
    again = connection.Connection.rebuild(description)
    assert again.identity == made.identity
    assert again.embedded.engine.service.rules == Rules(quotas="aws")
    assert connection.current() is made


def test_a_session_of_the_users_cannot_be_rebuilt(tmp_path):
    session = EmbeddedSageMaker(tmp_path).boto_session()
    made = connection.connect(session=session, path=tmp_path / "data")
    assert (made.home, made.rebuildable) == ("aws", False)


def test_current_is_made_from_the_settings_at_first_use(tmp_path, monkeypatch):
    monkeypatch.setenv("SM_TRACK_HOME", str(tmp_path / "here"))
    assert connection.active() is None
    made = connection.current()
    assert made is connection.current()
    assert (made.home, made.settings.path) == ("embedded", tmp_path / "here")
    connection.reset()
    assert connection.active() is None


def test_a_folder_that_cannot_be_written_is_one_line(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(ConfigError) as caught:
        connection.connect("embedded", path=tmp_path / "file" / "store")
    line = str(caught.value)
    assert "\n" not in line
    assert str(tmp_path / "file") in line
    assert "%sm_config --path DIR" in line
    assert "SM_TRACK_HOME" in line


def test_a_failed_reconnect_leaves_the_old_one(tmp_path):
    made = connection.connect("embedded", path=tmp_path / "store")
    (tmp_path / "file").write_text("")
    config.set_overrides(path=str(tmp_path / "file" / "x"))
    with pytest.raises(ConfigError):
        connection.reconnect()
    assert connection.current() is made


def test_aws_without_a_region_or_with_an_unknown_profile(tmp_path):
    with pytest.raises(ConfigError, match="No AWS region is set"):
        connection.connect("aws", path=tmp_path)
    with pytest.raises(ConfigError, match="--profile NAME"):
        connection.connect("aws", path=tmp_path, profile="nobody", region="us-east-1")


def test_aws_takes_the_region_of_studio_and_the_endpoint_of_the_environment(tmp_path, monkeypatch):
    monkeypatch.setenv("AWS_REGION", "eu-north-1")
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:9")
    made = connection.connect("aws", path=tmp_path)
    assert (made.region, made.endpoint, made.rebuildable) == ("eu-north-1", "http://127.0.0.1:9", True)


def test_no_credentials_is_one_line(tmp_path):
    made = connection.connect("aws", path=tmp_path, region="us-east-1")
    with pytest.raises(ConfigError) as caught:
        _ = made.account_id
    assert "Unable to locate credentials" in str(caught.value)
    assert "%sm_config --backend embedded" in str(caught.value)


def test_a_refusal_of_the_service_is_one_line():
    answer = {"Error": {"Code": "AccessDeniedException", "Message": "no\nway"}}
    error = _aws.explain(ClientError(answer, "CreateTrial"), "open run 'x'")
    assert isinstance(error, ServiceRefusedError)
    assert error.code == "AccessDeniedException"
    assert str(error).startswith("Cannot open run 'x': AccessDeniedException: no way Ask for this permission")
    assert _aws.explain(KeyError("x"), "read") is None


def test_new_wording_of_aws_gets_the_old_one_appended():
    parsed = {"Error": {"Code": "ValidationException", "Message": "Experiment names must be unique within x"}}
    _aws._append_old_wording(parsed=parsed)
    _aws._append_old_wording(parsed=parsed)
    assert parsed["Error"]["Message"] == "Experiment names must be unique within x (already exists)"
    for untouched in ({}, {"Error": {"Message": "other"}}, None):
        _aws._append_old_wording(parsed=untouched)


def test_boto3s_default_session_is_given_back(tmp_path):
    import boto3

    before = boto3.DEFAULT_SESSION
    session = connection.connect("embedded", path=tmp_path).boto_session()
    _aws.default_session_on(session)
    _aws.default_session_on(session)
    assert boto3.client("sagemaker").list_experiments()["ExperimentSummaries"] == []
    assert _aws.default_session_is_on()
    assert _aws.default_session_off()
    assert boto3.DEFAULT_SESSION is before
    assert not _aws.default_session_off()


def test_the_sdks_session_is_on_this_connection(home):
    session = home.sagemaker_session()
    assert session is home.sagemaker_session()
    assert session.boto_session is home.boto_session()
    assert session.default_bucket() == home.bucket
    if home.home == "embedded":
        assert "TelemetryOptOut" in str(session.sagemaker_config)
