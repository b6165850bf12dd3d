"""All records of a search: in windows side by side; throttled, failing, deleted on the way: never too few unsaid."""

from __future__ import annotations

import random
import time
from collections import Counter

import pytest
from run_records import plain

from sm_track_widgets import _crew, config
from sm_track_widgets._connection import Connection
from sm_track_widgets._errors import ConfigError, ServiceRefusedError
from sm_track_widgets.embedded import EmbeddedSageMaker
from sm_track_widgets.reading.fetch.pages import Scope, ask
from sm_track_widgets.reading.fetch.sweep import Question, sweep
from sm_track_widgets.reading.table.decode import table_of
from sm_track_widgets.serve import Server

QUESTION = Question("read runs")
START = 1_790_000_000


def moments(kind, count):
    """When the runs were made: evenly, in bursts with days between, all in a second, most of them at one end."""
    dice = random.Random(1)
    if kind == "even":
        return [START + 60 * at for at in range(count)]
    if kind == "bursts":
        days = sorted(dice.choice([0, 1, 1, 40, 300]) for _ in range(count))
        return [START + day * 86400 + at % 7 for at, day in enumerate(days)]
    if kind == "second":
        return [START + at / count for at in range(count)]
    return sorted(START + int(1e7 * dice.random() ** 8) for _ in range(count))


def filled(folder, kind, count):
    """Make a home with `count` components that were created then."""
    times = iter(moments(kind, count))
    now = [START]
    home = EmbeddedSageMaker(folder, clock=lambda: float(now[0]))
    client = home.boto_session().client("sagemaker")
    for number, moment in enumerate(times):
        now[0] = moment
        client.create_trial_component(
            TrialComponentName=f"c{number}", Parameters={"n": {"NumberValue": float(number)}}
        )
    return home


@pytest.fixture(scope="module")
def homes(tmp_path_factory):
    made = {}

    def get(kind, count=1530):
        if (kind, count) not in made:
            made[kind, count] = filled(tmp_path_factory.mktemp("home"), kind, count)
        return made[kind, count]

    return get


def connected(home, folder):
    return Connection(config.resolve({"backend": "aws", "path": folder}), home.boto_session())


@pytest.fixture
def served(tmp_path, homes, monkeypatch):
    """A connection over HTTP, and the server."""
    monkeypatch.setattr(_crew, "PAUSE", 0.002)
    monkeypatch.setattr(_crew, "LONGEST_PAUSE", 0.01)
    servers = []

    def serve(kind="even", count=1530, latency=0.0):
        server = Server(homes(kind, count)).start()
        server.faults.latency = latency
        servers.append(server)
        settings = config.resolve({"backend": "aws", "path": tmp_path, "region": "us-east-1"})
        return Connection(settings, server.boto_session()), server

    yield serve
    for server in servers:
        server.stop()


def in_turn(connection):
    """Read page by page, as the reference does."""
    records, token = [], None
    while True:
        page = ask(connection, (), token=token)
        records += page.records
        token = page.token
        if token is None:
            return table_of(records)


@pytest.mark.parametrize("kind", ["even", "bursts", "second", "end"])
@pytest.mark.parametrize("count", [0, 1, 100, 101, 301, 450, 1530])
def test_windows_give_what_pages_give(homes, tmp_path, kind, count):
    connection = connected(homes(kind, count), tmp_path)
    found, whole = sweep(connection, QUESTION), in_turn(connection)
    assert found.missing == ""
    assert plain(found.table) == plain(whole)
    assert len(set(found.table.components)) == len(found.table) == count
    created = found.table.number("time", "created")
    assert all(created[:-1] >= created[1:])


@pytest.mark.parametrize("kind", ["even", "bursts", "second", "end"])
def test_few_calls_are_wasted(homes, tmp_path, kind):
    connection = connected(homes(kind), tmp_path)
    before = Counter(connection.calls)
    sweep(connection, QUESTION)
    assert (connection.calls - before)["Search"] <= 2.5 * 16


@pytest.mark.parametrize("count", [0, 1, 100])
def test_one_page_is_one_call(homes, tmp_path, count):
    connection = connected(homes("even", count), tmp_path)
    before = Counter(connection.calls)
    assert len(sweep(connection, QUESTION).table) == count
    assert (connection.calls - before)["Search"] == 1


def test_calls_go_side_by_side(served):
    connection, server = served(latency=0.05)
    sweep(connection, QUESTION)
    calls, seconds = server.calls["Search"], 0.05
    assert calls >= 16
    begin = time.monotonic()
    sweep(connection, QUESTION)
    # In turn, each call alone would take the latency.
    assert time.monotonic() - begin < 0.75 * calls * seconds


def test_the_raw_answer_is_read_as_botocore_reads_it(served):
    """The check of our decoding: botocore's own parser on the same answers."""
    connection, _ = served()
    theirs = table_of(
        result["TrialComponent"]
        for page in connection.client("sagemaker")
        .get_paginator("search")
        .paginate(Resource="ExperimentTrialComponent", PaginationConfig={"PageSize": 100})
        for result in page["Results"]
    )
    assert plain(sweep(connection, QUESTION).table) == plain(theirs)


@pytest.mark.parametrize("kind", ["throttle", "error", "unavailable", "drop-request", "drop-reply"])
def test_a_troubled_service_loses_nothing(served, kind):
    connection, server = served()
    server.faults.add(kind, "Search", probability=0.4)
    found = sweep(connection, QUESTION)
    assert (found.missing, len(found.table)) == ("", 1530)
    assert server.faults.happened[kind] > 2
    assert (connection.throttled["Search"] > 0) == (kind == "throttle")


def test_progress_is_told(homes, tmp_path):
    told = []
    sweep(connected(homes("even"), tmp_path), QUESTION, lambda done, total: told.append((done, total)))
    assert told[0] == (100, 1530)
    assert told[-1] == (1530, 1530)
    assert [done for done, _ in told] == sorted(done for done, _ in told)


@pytest.mark.parametrize(
    ("kind", "error", "words"),
    [
        ("denied", ServiceRefusedError, "Cannot read runs: AccessDeniedException.*Ask for this permission"),
        ("expired", ServiceRefusedError, "Cannot read runs: ExpiredTokenException.*Log in again"),
        ("unavailable", ServiceRefusedError, "Cannot read runs: ServiceUnavailable"),
        ("drop-request", ConfigError, "Cannot read runs: .*closed.*Check AWS credentials and network"),
    ],
)
def test_what_cannot_be_read_at_all_is_one_line(served, kind, error, words):
    connection, server = served()
    server.faults.add(kind, "Search")
    with pytest.raises(error, match=words) as caught:
        sweep(connection, QUESTION)
    assert "\n" not in str(caught.value)


def test_credentials_that_expire_in_the_middle(served):
    connection, server = served(latency=0.01)

    def expire(done, _):
        if done > 500:
            server.faults.add("expired", "Search")

    with pytest.raises(ServiceRefusedError, match="ExpiredToken"):
        sweep(connection, QUESTION, expire)


def test_a_page_that_fails_for_good_is_said_to_be_missing(served):
    connection, server = served()

    def break_down(done, _):
        if done > 700:
            server.faults.add("error", "Search")

    found = sweep(connection, QUESTION, break_down)
    assert 700 < len(found.table) < 1530
    assert found.missing.startswith("Only ")
    assert "of 1,530 runs could be read. Cannot read runs: InternalFailure" in found.missing
    assert "\n" not in found.missing


def test_runs_that_are_deleted_between_two_pages_take_no_others_with_them(tmp_path):
    home = filled(tmp_path / "home", "second", 900)
    client = home.boto_session().client("sagemaker")
    connection = connected(home, tmp_path)
    deleted = []

    def delete(done, _):
        if done in {100, 300, 500}:
            for number in range(899 - done, 899 - done - 30, -1):
                deleted.append(f"c{number}")
                client.delete_trial_component(TrialComponentName=deleted[-1])

    found = sweep(connection, QUESTION, delete)
    assert found.missing == ""
    alive = {f"c{number}" for number in range(900)} - set(deleted)
    assert alive <= set(found.table.components)
    assert len(deleted) == 90


def test_a_service_that_forgets_runs_on_its_pages_is_not_believed(homes, tmp_path):
    """Whatever the reason: fewer than the service counted is said."""
    connection = connected(homes("even", 450), tmp_path)

    def shorten(parsed, **_):
        if len(parsed.get("Results", [])) == 100:
            del parsed["Results"][50]

    connection.single("sagemaker").meta.events.register("after-call.sagemaker.Search", shorten)
    found = sweep(connection, QUESTION)
    assert len(found.table) < 450
    assert found.missing.endswith(" of 450 runs were not found.")


def test_an_interrupt_ends_it(homes, tmp_path):
    def interrupt(*_):
        raise KeyboardInterrupt

    connection = connected(homes("even"), tmp_path)
    with pytest.raises(KeyboardInterrupt):
        sweep(connection, QUESTION, interrupt)
    assert len(sweep(connection, QUESTION).table) == 1530


def test_a_scope_in_words_and_filters():
    assert Scope("x").filters[0]["Value"] == "x"
    assert Scope().filters == []
    assert Scope(unassigned=True).filters[0]["Operator"] == "NotExists"
    assert [Scope("x").title, Scope().title, Scope(unassigned=True).title] == [
        "the runs of 'x'",
        "runs",
        "runs of no experiment",
    ]
