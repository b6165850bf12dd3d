"""Which runs are meant: experiments, groups, queries, the archived; and the way that costs least."""

from __future__ import annotations

import logging
from collections import Counter

import pytest

from sm_track_widgets import _crew, config, reading
from sm_track_widgets._connection import Connection
from sm_track_widgets._errors import NotFoundError, ServiceRefusedError
from sm_track_widgets.embedded import EmbeddedSageMaker
from sm_track_widgets.reading import answer, asked_for
from sm_track_widgets.reading.cache import runs as cache
from sm_track_widgets.reading.query import QueryError
from sm_track_widgets.serve import Server

COUNT = 250
HOSTILE = "<img src=x onerror=alert(1)>"


@pytest.fixture(scope="module")
def service(tmp_path_factory):
    """An experiment of 250 runs, made ten days ago, and one of a single run without metrics."""
    now = [1_790_000_000.0]
    made = EmbeddedSageMaker(tmp_path_factory.mktemp("service"), clock=lambda: now[0])
    client, metrics = (made.boto_session().client(name) for name in ("sagemaker", "sagemaker-metrics"))
    for experiment in ("exp", "lonely"):
        client.create_experiment(ExperimentName=experiment)
        client.create_trial(TrialName=f"{experiment}-t", ExperimentName=experiment)
    for number in range(COUNT):
        name = f"exp-r{number}"
        mixed = {"NumberValue": 1.0} if number % 2 else {"StringValue": "one"}
        tags = [{"Key": "sm_track:archived", "Value": "true"}] if number == 7 else []
        client.create_trial_component(
            TrialComponentName=name,
            DisplayName=f"r{number}",
            Status={"PrimaryStatus": "Completed"},
            Parameters={"n": {"NumberValue": float(number)}, "mixed": mixed, HOSTILE: mixed, "a.b c": mixed},
            Tags=tags,
        )
        client.associate_trial_component(TrialComponentName=name, TrialName="exp-t")
        point = {"MetricName": "auc", "Value": number / COUNT, "Timestamp": now[0], "Step": 0}
        metrics.batch_put_metrics(TrialComponentName=name, MetricData=[point])
        now[0] += 60
    client.create_trial_component(TrialComponentName="lonely-one", DisplayName="one")
    client.associate_trial_component(TrialComponentName="lonely-one", TrialName="lonely-t")
    now[0] += 10 * 86400
    return made


@pytest.fixture(autouse=True)
def _short_pauses(monkeypatch):
    monkeypatch.setattr(_crew, "PAUSE", 0.002)
    monkeypatch.setattr(_crew, "LONGEST_PAUSE", 0.01)


@pytest.fixture
def place(service, tmp_path):
    return Connection(config.resolve({"backend": "aws", "path": tmp_path}), service.boto_session())


def told(place, *asked, **options):
    return list(reading.runs(*asked, connection=place, **options)["run"])


def calls(place, work):
    before = Counter(place.calls)
    work()
    return dict(place.calls - before)


def test_a_query_on_many_unknown_runs_asks_for_its_own(place, monkeypatch):
    monkeypatch.setattr(asked_for, "FEW", 100)
    wanted = answer.Wanted("exp", query="metrics.auc >= 0.99 AND params.n != 248")
    found = answer.find(place, wanted)
    assert (found.way, found.table.components) == ("query", ["exp-r249"])
    assert calls(place, lambda: answer.find(place, wanted)) == {"Search": 3}
    assert not cache.known(place, "exp")


def test_a_query_on_few_runs_reads_and_keeps_them_all(place):
    found = answer.find(place, answer.Wanted("exp", query="metrics.auc >= 0.99"))
    assert (found.way, len(found.table)) == ("service", 2)
    assert cache.known(place, "exp")
    again = answer.find(place, answer.Wanted("exp", query="metrics.auc >= 0.99"))
    assert (again.way, again.table.components) == ("cache", found.table.components)


def test_a_query_that_the_service_cannot_answer_reads_all(place, monkeypatch):
    monkeypatch.setattr(asked_for, "FEW", 100)
    found = answer.find(place, answer.Wanted("exp", query="NOT name LIKE 'r1%' AND params.n < 20"))
    assert (found.way, len(found.table)) == ("query", 8)  # r0, r2 to r6, r8, r9: r7 is archived
    assert answer.find(place, answer.Wanted("exp", query="created_by IS NULL")).way == "service"


@pytest.mark.parametrize("known", [False, True])
@pytest.mark.parametrize(
    ("query", "count"),
    [
        ("metrics.auc > 0.9", 24),
        ("params.mixed = 'one'", 124 + 1),
        ("params.mixed = 1", 125 - 1),
        ("params.mixed IS NULL", 0),
        (f"params.`{HOSTILE}` = 'one'", 125),
        ('params."a.b c" = 1 AND params.n <= 9', 4),
        ("name = 'r3' OR name = 'r4'", 2),
        ("created > -1d", 0),
        ("tags.nothing IS NULL", 249),
    ],
)
def test_the_same_runs_on_either_way(place, monkeypatch, query, count, known):
    monkeypatch.setattr(asked_for, "FEW", 1)
    if known:
        reading.runs("exp", connection=place)
    assert len(told(place, "exp", query)) == count


def test_archived_runs_are_left_out_unless_asked_for(place):
    assert "r7" not in told(place, "exp")
    assert "r7" in told(place, "exp", archived=True)
    assert told(place, "exp", "params.n = 7", archived=True) == ["r7"]
    assert told(place, "exp", "params.n = 7") == []


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ("metrics.acu > 0.5", "No run has a metric 'acu'. Did you mean 'auc'?"),
        ("params.zzz = 1", "No run has a parameter 'zzz'. There are: "),
        ("tags.team = 'x'", "No run has a tag 'team'."),
    ],
)
def test_a_query_that_names_what_no_run_has(place, query, words):
    with pytest.raises(NotFoundError) as caught:
        reading.runs("exp", query, connection=place)
    assert str(caught.value).startswith(words)
    assert "\n" not in str(caught.value)


def test_a_missing_name_is_no_error_where_others_are_found(place):
    assert len(told(place, "exp", "params.zzz = 1 OR params.n = 3")) == 1
    assert told(place, "lonely", "params.zzz IS NULL") == ["one"]


def test_experiments_of_no_and_of_one_run(place):
    assert told(place, "lonely") == ["one"]
    assert list(reading.parameters("lonely", connection=place).columns) == ["run"]
    assert len(reading.artifacts("lonely", connection=place)) == 0
    assert len(reading.analytics("lonely", connection=place)) == 1
    with pytest.raises(NotFoundError, match=r"No run has a metric 'auc'\. There is none at all\."):
        told(place, "lonely", "metrics.auc > 1")


def test_a_wrong_query_asks_nothing(place):
    with pytest.raises(QueryError, match="Query, column 1: there is no field 'statsu'"):
        reading.runs("exp", "statsu = 'x'", connection=place)
    assert not place.calls


def test_a_refused_expression_is_finished_here(place, monkeypatch):
    monkeypatch.setattr(asked_for, "FEW", 1)

    def spoil(params, **_):
        for inner in params.get("SearchExpression", {}).get("SubExpressions", []):
            for entry in inner.get("Filters", []):
                if entry["Name"].startswith("Metrics"):
                    entry["Name"] = "Nonsense"

    events = place.single("sagemaker").meta.events
    events.register("provide-client-params.sagemaker.Search", spoil)
    found = answer.find(place, answer.Wanted("exp", query="metrics.auc > 0.9"))
    assert (found.way, len(found.table)) == ("service", 24)


def test_300_parameters(tmp_path):
    service = EmbeddedSageMaker(tmp_path / "service")
    client = service.boto_session().client("sagemaker")
    client.create_experiment(ExperimentName="wide")
    client.create_trial(TrialName="t", ExperimentName="wide")
    parameters = {f"p{number}": {"NumberValue": float(number)} for number in range(300)}
    client.create_trial_component(TrialComponentName="wide-r", Parameters=parameters)
    client.associate_trial_component(TrialComponentName="wide-r", TrialName="t")
    place = Connection(config.resolve({"backend": "aws", "path": tmp_path}), service.boto_session())
    frame = reading.runs("wide", "params.p299 = 299", columns="params.*", connection=place)
    assert frame.shape == (1, 301)
    assert reading.parameters("wide", differing=True, connection=place).shape == (1, 1)


def test_what_is_missing_is_said(service, tmp_path, caplog):
    """Over HTTP: the rest of the pages fails for good."""
    with Server(service) as server:
        settings = config.resolve({"backend": "aws", "path": tmp_path})
        place = Connection(settings, server.boto_session())
        clients = place.single("sagemaker")

        def break_down(**_):
            server.faults.add("error", "Search")

        clients.meta.events.register("after-call.sagemaker.Search", break_down)
        with caplog.at_level(logging.WARNING, "sm_track_widgets"):
            frame = reading.runs("exp", connection=place)
        assert len(frame) == 100
        assert frame.attrs["missing"].startswith("Only 100 of 250 runs could be read. Cannot read")
        assert frame.attrs["missing"] in caplog.text
        server.faults.clear()
        clients.meta.events.unregister("after-call.sagemaker.Search", break_down)
        assert len(reading.runs("exp", connection=place)) == 249
        assert reading.runs("exp", connection=place).attrs["missing"] == ""


def test_expired_credentials_in_one_line(service, tmp_path):
    with Server(service) as server:
        server.faults.add("expired")
        place = Connection(config.resolve({"backend": "aws", "path": tmp_path}), server.boto_session())
        with pytest.raises(ServiceRefusedError, match="Log in again") as caught:
            reading.runs("exp", connection=place)
        assert "\n" not in str(caught.value)


def test_where_the_account_cannot_be_asked_for_runs_are_read_all_the_same(service, tmp_path):
    """As in a VPC without an endpoint of STS; nothing is kept then."""
    with Server(service) as server:
        server.faults.add("denied", "GetCallerIdentity")
        place = Connection(config.resolve({"backend": "aws", "path": tmp_path}), server.boto_session())
        assert len(reading.runs("exp", "metrics.auc > 0.5", connection=place)) == 124
        assert server.calls["GetCallerIdentity"] == 1
        assert len(reading.runs("exp", connection=place)) == 249
        assert server.calls["GetCallerIdentity"] == 1
        assert not (tmp_path / "cache").exists()


def test_runs_of_one_name_keep_their_names_in_every_part(tmp_path):
    service = EmbeddedSageMaker(tmp_path / "service")
    client = service.boto_session().client("sagemaker")
    client.create_experiment(ExperimentName="exp")
    client.create_trial(TrialName="t", ExperimentName="exp")
    for number in (1, 2):
        asked = {"sm_track.name": {"StringValue": "same name"}, "n": {"NumberValue": float(number)}}
        client.create_trial_component(TrialComponentName=f"exp-same-name-{number}", Parameters=asked)
        client.associate_trial_component(TrialComponentName=f"exp-same-name-{number}", TrialName="t")
    place = Connection(config.resolve({"backend": "aws", "path": tmp_path}), service.boto_session())
    assert sorted(told(place, "exp")) == ["same-name-1", "same-name-2"]
    assert told(place, "exp", "params.n = 2") == ["same-name-2"]
    assert len(told(place, "exp", "name = 'same name'")) == 2
