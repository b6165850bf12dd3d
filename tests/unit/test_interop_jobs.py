"""Jobs are linked to the run that is open: any boto3 client, any thread; nothing is left behind."""

from __future__ import annotations

import functools
import json
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import boto3
import botocore.loaders
import pytest
import run_home
from job_links import METHODS, Requests, create, emitters, handlers, initializers

from sm_track_widgets import link_jobs
from sm_track_widgets.connection import Connection
from sm_track_widgets.embedded import EmbeddedSageMaker
from sm_track_widgets.embedded.wire import isolated_session
from sm_track_widgets.tracking.interop import hooks as interop
from sm_track_widgets.tracking.interop import jobs as interop_jobs
from sm_track_widgets.tracking.interop import place as interop_place
from sm_track_widgets.tracking.run import Run

OURS = ("sm-track-link", "sm-track-wording", "sm_track_widgets.tracking")


@pytest.fixture(scope="module", autouse=True)
def _models_are_read_once() -> Iterator[None]:
    """Each botocore session reads SageMaker's model anew, half a second on a busy machine."""
    make = botocore.loaders.create_loader
    botocore.loaders.create_loader = functools.cache(make)
    yield
    botocore.loaders.create_loader = make


@pytest.fixture(autouse=True)
def _clean() -> Iterator[None]:
    interop.uninstall()
    yield
    interop.uninstall()


@pytest.fixture(params=["embedded", "aws"])
def place(request: Any, tmp_path: Path) -> Connection:
    """A home of either kind."""
    return getattr(run_home, request.param)(tmp_path / "home")


@pytest.fixture
def session(place: Connection) -> boto3.Session:
    """A session of the user's own on the same home."""
    return EmbeddedSageMaker(place.settings.path).boto_session()


@pytest.fixture
def requests(session: boto3.Session) -> Requests:
    return Requests(session.events)


@pytest.mark.parametrize("operation", METHODS)
def test_every_kind_of_job(place: Connection, session: Any, requests: Requests, operation: str) -> None:
    client = session.client("sagemaker")
    create(client, operation)
    assert requests.config is None
    with Run("exp", "r", connection=place) as run:
        create(client, operation)
        assert requests.config == run.experiment_config
    create(client, operation)
    assert requests.config is None


def test_clients_and_sessions_made_before_and_after(place: Connection, session: Any) -> None:
    hidden = {"deep": [session.client("sagemaker")]}
    early = EmbeddedSageMaker(place.settings.path).boto_session()
    with Run("exp", "r", connection=place) as run:
        late = EmbeddedSageMaker(place.settings.path).boto_session()
        for client in (hidden["deep"][0], early.client("sagemaker"), late.client("sagemaker")):
            requests = Requests(client.meta.events)
            create(client)
            assert requests.config == run.experiment_config


def test_a_job_does_not_fail_for_a_link_that_cannot_be_made(
    place: Connection, session: Any, requests: Requests, caplog: Any
) -> None:
    class Broken:
        @property
        def connection(self) -> Any:
            raise RuntimeError("no place")

    with Run("exp", "r", connection=place) as run, pytest.MonkeyPatch.context() as patch:
        patch.setattr(type(run), "connection", Broken.connection, raising=False)
        create(session.client("sagemaker"))
    assert requests.config is None
    assert "A job was not linked to its run: RuntimeError('no place')" in caplog.text


def test_an_explicit_configuration_is_kept(place: Connection, session: Any, requests: Requests) -> None:
    client = session.client("sagemaker")
    with Run("exp", "r", connection=place):
        for mine in ({"ExperimentName": "mine"}, {}):
            create(client, ExperimentConfig=mine)
            assert requests.config == mine


def test_other_handlers_keep_their_say(place: Connection, session: Any, requests: Requests) -> None:
    def tag(params: Any, **_: Any) -> Any:
        return {**params, "Tags": [{"Key": "team", "Value": "x"}]}

    def choose(params: Any, **_: Any) -> Any:
        return {**params, "ExperimentConfig": {"ExperimentName": "theirs"}}

    client = session.client("sagemaker")
    with Run("exp", "r", connection=place) as run:
        client.meta.events.register("provide-client-params.sagemaker.CreateTrainingJob", tag)
        create(client)
        assert requests.seen[0]["Tags"] == [{"Key": "team", "Value": "x"}]
        assert requests.config == run.experiment_config
        client.meta.events.register_first("provide-client-params.sagemaker.*", choose)
        client.meta.events.unregister("provide-client-params.sagemaker.CreateTrainingJob", tag)
        create(client)
        assert requests.config == {"ExperimentName": "theirs"}


def test_the_callers_own_parameters_are_not_changed(place: Connection, session: Any) -> None:
    requests, given = Requests(session.events), {"ExperimentConfig": {"ExperimentName": "mine"}}
    with Run("exp", "r", connection=place):
        create(session.client("sagemaker"), **given)
        assert requests.config == given["ExperimentConfig"] == {"ExperimentName": "mine"}


def test_threads(place: Connection, session: Any, requests: Requests) -> None:
    client, configs = session.client("sagemaker"), {}

    def work(name: str) -> None:
        with Run("exp", name, connection=place) as run:
            both.wait(10)
            with lock:
                create(client)
                configs[name] = requests.config == run.experiment_config
            both.wait(10)

    both, lock = threading.Barrier(2), threading.Lock()
    threads = [threading.Thread(target=work, args=(name,)) for name in "ab"]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert configs == {"a": True, "b": True}
    with Run("exp", "only", connection=place) as run:
        worker = threading.Thread(target=create, args=(client,))
        worker.start()
        worker.join()
        assert requests.config == run.experiment_config
        with Run("exp", "second", connection=place):
            worker = threading.Thread(target=create, args=(client,))
            worker.start()
            worker.join()
            assert requests.config is None, "which of the two nobody can know"


def test_a_job_in_another_home_is_not_linked(
    place: Connection, session: Any, requests: Requests, tmp_path: Path
) -> None:
    elsewhere = EmbeddedSageMaker(tmp_path / "other").boto_session()
    there = Requests(elsewhere.events)
    with Run("exp", "r", connection=place) as run:
        create(elsewhere.client("sagemaker"))
        assert there.config is None
        create(elsewhere.client("sagemaker"), ExperimentConfig=run.experiment_config)
        assert there.config is None, "as SDK 2.x sends it by itself; the service would refuse the job"
        assert ["not linked" in line and "another place" in line for line in run.warnings] == [True]
        create(session.client("sagemaker"))
        assert requests.config == run.experiment_config


def test_a_job_in_another_region_is_not_linked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    session = boto3.Session(botocore_session=isolated_session("us-east-1"))
    requests = Requests(session.events)
    monkeypatch.setattr(interop_place, "stored_config", lambda run: run.experiment_config)
    for region, linked in (("us-east-1", True), ("eu-west-1", False)):
        run = type("Their", (), {"experiment_config": {"ExperimentName": "x"}})()
        component = type("C", (), {"sagemaker_session": type("S", (), {"boto_session": session})()})()
        run._trial_component = component
        client = session.client("sagemaker", region_name=region)
        assert interop_place.same_place(run, client.meta.events, client.meta.region_name) is linked
    assert not requests.seen


def test_a_run_that_is_opened_behind_the_body(tmp_path: Path) -> None:
    place = run_home.aws(tmp_path / "home")
    session = EmbeddedSageMaker(place.settings.path).boto_session()
    requests = Requests(session.events)
    with Run("fresh", group="sweep", connection=place) as run:
        assert not run.opened
        create(session.client("sagemaker"))
        assert requests.config == {**run.experiment_config, "TrialName": "sweep"}
        trials = place.client("sagemaker").list_trials(TrialComponentName=run.ref.component)
        assert [trial["TrialName"] for trial in trials["TrialSummaries"]] == ["sweep"]


def test_a_run_whose_opening_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(interop_place.stored_config, "__kwdefaults__", {"wait": 0.2})
    place = run_home.aws(tmp_path / "home")
    session = EmbeddedSageMaker(place.settings.path).boto_session()
    requests = Requests(session.events)
    with run_home.fault(place, "CreateTrialComponent", run_home.DENIED):
        run = Run("exp", "r", connection=place)
        create(session.client("sagemaker"))
        assert requests.config is None
        assert "the service does not know the run yet" in run.warnings[-1]
    run.close()


def test_a_remote_function_belongs_to_the_run_it_was_submitted_in(
    place: Connection, session: Any, requests: Requests
) -> None:
    client = session.client("sagemaker")

    def submit(experiment: str, run: str) -> Any:
        told = json.dumps({"experiment_name": experiment, "run_name": run})
        algorithm = {"TrainingImage": "i", "TrainingInputMode": "File"}
        arguments = ["--region", "us-east-1", "--run_in_context", told]
        create(client, AlgorithmSpecification={**algorithm, "ContainerArguments": arguments})
        return requests.config

    with Run("exp", "a", connection=place) as outer, Run("exp", "b", connection=place) as inner:
        assert submit("exp", "a") == outer.experiment_config
        assert submit("exp", "b") == inner.experiment_config
        assert submit("exp", "closed") is None


def test_the_duplicate_name_is_repaired_on_every_session(tmp_path: Path) -> None:
    def error_of(client: Any) -> str:
        def refuse(**_: Any) -> Any:
            http = type("Http", (), {"status_code": 400, "headers": {}, "content": b"", "raw": None})()
            return http, {"Error": {"Code": "ValidationException", "Message": "names must be unique within"}}

        client.meta.events.register_first("before-call.sagemaker.CreateExperiment", refuse)
        with pytest.raises(client.exceptions.ClientError) as caught:
            client.create_experiment(ExperimentName="x")
        return str(caught.value)

    early = boto3.Session(botocore_session=isolated_session("us-east-1"))
    client = early.client("sagemaker")
    assert "already exists" not in error_of(client)
    link_jobs()
    assert "already exists" in error_of(client)
    assert "already exists" in error_of(early.client("sagemaker"))
    late = boto3.Session(botocore_session=isolated_session("us-east-1"))
    assert "already exists" in error_of(late.client("sagemaker"))
    link_jobs(on=False)
    assert "already exists" not in error_of(client)


def test_nothing_is_left_behind(place: Connection, session: Any) -> None:
    early = [session.events, session.client("sagemaker").meta.events, session.client("s3").meta.events]
    own = boto3.Session(botocore_session=isolated_session("us-east-1"))
    early += [own.events, own.client("sagemaker").meta.events]
    before = [handlers(events) for events in early], initializers(), list(sys.meta_path)
    with Run("exp", "r", connection=place):
        pass
    made = boto3.Session(botocore_session=isolated_session("us-east-1"))
    late = made.client("sagemaker")
    assert any(OURS[0] in handlers(events) for events in early)
    assert OURS[0] in handlers(late.meta.events)
    interop.uninstall()
    assert ([handlers(events) for events in early], initializers(), list(sys.meta_path)) == before
    left = {name for emitter in emitters() for name in handlers(emitter) if name.startswith(OURS)}
    assert not left
    assert not {name for name in handlers(late.meta.events) if "sm" in name.split(".")[0]}
    interop.uninstall()


def test_a_session_handed_in_gets_nothing_that_stays(tmp_path: Path) -> None:
    session = boto3.Session(botocore_session=isolated_session("us-east-1"))
    before = handlers(session.events)
    place = Connection(run_home.config.resolve({"backend": "aws", "path": tmp_path}), session)
    counted = place.client("sagemaker").meta.events
    assert any("count_calls" in name for name in handlers(counted))
    link_jobs()
    link_jobs()
    link_jobs(on=False)
    assert handlers(session.events) == before


def test_botocore_is_not_imported_for_this() -> None:
    script = """
import sys
from sm_track_widgets import link_jobs
link_jobs()
assert "botocore" not in sys.modules
import boto3
session = boto3.Session(region_name="us-east-1", aws_access_key_id="a", aws_secret_access_key="b")
held = session.events._emitter._unique_id_handlers
assert "sm-track-link" in held and "sm-track-wording" in held, held
link_jobs(on=False)
assert "sm-track-link" not in session.events._emitter._unique_id_handlers
import botocore
assert not botocore._INITIALIZERS
assert not [f for f in sys.meta_path if type(f).__module__.startswith("sm_track_widgets")]
"""
    subprocess.run([sys.executable, "-c", script], check=True)


def test_initializers_that_somebody_has_cleared(place: Connection) -> None:
    import botocore

    link_jobs()
    botocore._INITIALIZERS.remove(interop_jobs._initialize)
    interop.uninstall()
    assert interop_jobs._initialize not in initializers()
