"""Deleted runs are found by counting, with few calls."""

from __future__ import annotations

import random
from collections import Counter

import pytest

from sm_track_widgets import config
from sm_track_widgets._connection import Connection
from sm_track_widgets.embedded import EmbeddedSageMaker
from sm_track_widgets.reading.cache import gone as looking
from sm_track_widgets.reading.fetch.pages import Scope
from sm_track_widgets.reading.fetch.sweep import Question, sweep
from sm_track_widgets.reading.table.decode import table_of
from sm_track_widgets.reading.table.stack import updated
from sm_track_widgets.reading.table.table import Table

COUNT = 2000
MOMENTS = {
    "even": lambda number: 60 * number,
    "bursts": lambda number: 86400 * (number // 400) + number % 3,
    "second": lambda number: number / COUNT,
}


def gone(connection, scope, table):
    return looking.look(connection, scope, table).gone


@pytest.fixture(scope="module", params=MOMENTS)
def world(request, tmp_path_factory):
    """Runs, a connection, and what has been read of them; each test deletes some more."""
    folder, now = tmp_path_factory.mktemp("gone"), [0.0]
    service = EmbeddedSageMaker(folder / "service", clock=lambda: now[0])
    session = service.boto_session()
    client = session.client("sagemaker")
    for number in range(COUNT):
        now[0] = 1_790_000_000 + MOMENTS[request.param](number)
        client.create_trial_component(TrialComponentName=f"c{number}")
    connection = Connection(config.resolve({"backend": "aws", "path": folder}), session)
    return client, connection, [sweep(connection, Question("read")).table]


@pytest.mark.parametrize("count", [0, 1, 3, 40])
def test_exactly_the_deleted_ones(world, count):
    client, connection, held = world
    table = held[0]
    deleted = random.Random(count).sample(table.components, count)
    for name in deleted:
        client.delete_trial_component(TrialComponentName=name)
    before = Counter(connection.calls)
    assert sorted(gone(connection, Scope(), table)) == sorted(deleted)
    calls = (connection.calls - before)["Search"]
    if count == 0:
        assert calls == 1
    held[0] = table = updated(table, Table(), deleted)
    assert gone(connection, Scope(), table) == []


def test_one_of_many_costs_few_calls(tmp_path):
    now = [0.0]
    service = EmbeddedSageMaker(tmp_path / "service", clock=lambda: now[0])
    client = service.boto_session().client("sagemaker")
    for number in range(COUNT):
        now[0] = 1_790_000_000 + 60 * number
        client.create_trial_component(TrialComponentName=f"c{number}")
    connection = Connection(config.resolve({"backend": "aws", "path": tmp_path}), service.boto_session())
    table = sweep(connection, Question("read")).table
    client.delete_trial_component(TrialComponentName="c1234")
    before = Counter(connection.calls)
    assert gone(connection, Scope(), table) == ["c1234"]
    assert (connection.calls - before)["Search"] <= 1 + 1 + 16 + 16


def test_a_new_run_hides_a_deleted_one_only_until_it_is_known(world):
    client, connection, held = world
    table = held[0]
    fresh, name = f"fresh-{len(table)}", table.components[3]
    client.create_trial_component(TrialComponentName=fresh)
    client.delete_trial_component(TrialComponentName=name)
    assert gone(connection, Scope(), table) == []
    record = client.search(
        Resource="ExperimentTrialComponent",
        SearchExpression={"Filters": [{"Name": "TrialComponentName", "Value": fresh}]},
    )["Results"][0]["TrialComponent"]
    table = updated(table, table_of([record]))
    assert gone(connection, Scope(), table) == [name]
    held[0] = updated(table, Table(), [name])


def test_a_count_that_is_a_lower_bound_only_is_not_trusted(world):
    client, connection, held = world
    table = held[0]

    def vague(parsed, **_):
        parsed.get("TotalHits", {})["Relation"] = "GreaterThanOrEqualTo"

    events = connection.single("sagemaker").meta.events
    events.register("after-call.sagemaker.Search", vague, unique_id="vague")
    name = table.components[5]
    client.delete_trial_component(TrialComponentName=name)
    try:
        assert gone(connection, Scope(), table) == [name]
    finally:
        events.unregister("after-call.sagemaker.Search", unique_id="vague")
    held[0] = updated(table, Table(), [name])
