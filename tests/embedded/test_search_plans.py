"""How Search reads the store: through indexes; and the tables made for that, in step with what they are made from."""

from __future__ import annotations

import random
import re
import sqlite3

import pytest
from embedded_home import CheckedHome
from search_oracle import TC, build
from search_world import f

from sm_track_widgets.embedded import search
from sm_track_widgets.embedded.schema import MIGRATIONS
from sm_track_widgets.embedded.service import Service
from sm_track_widgets.embedded.store import Store

RUNS = 3000
EXPERIMENT = f("Parents.ExperimentName", "Equals", "e1")
RANGE = f("Parameters.lr", "GreaterThan", "0.5")
THRESHOLD = f("Metrics.loss", "LessThan", "0.5")
STATUS = f("Status.PrimaryStatus", "Equals", "Completed")
TAG = f("Tags.team", "Equals", "red")
SELECTIVE = f("Parameters.seed", "Equals", "17")


def fill(store):
    """Enough runs that leading with an index and looking at everything are worth different plans."""
    with store.atomic() as connection:
        for number, name in enumerate(("e1", "e2"), start=1):
            connection.execute(
                "INSERT INTO experiments (id, name, key, display_name, created, modified) VALUES (?, ?, ?, ?, 0, 0)",
                (number, name, name, name),
            )
            connection.execute(
                "INSERT INTO trials (id, name, key, display_name, experiment_id, created, modified) "
                "VALUES (?1, ?2, ?2, ?2, ?1, 0, 0)",
                (number, f"t{number}"),
            )
        for number in range(1, RUNS + 1):
            add_run(connection, number)


def add_run(connection, number):
    name = f"run-{number}"
    connection.execute(
        "INSERT INTO components (id, name, key, display_name, status, started, created, modified) "
        "VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
        (number, name, name, name, ["Completed", "Failed"][number % 10 == 0], number, number, number),
    )
    connection.executemany(
        "INSERT INTO component_parameters (component_id, name, text, number) VALUES (?, ?, NULL, ?)",
        [(number, "lr", number / RUNS), (number, "seed", number)],
    )
    connection.execute(
        "INSERT INTO series (component_id, name, count, minimum, maximum, mean, m2, last, last_time, next_position, "
        "tail_position) VALUES (?1, 'loss', 1, ?2, ?2, ?2, 0, ?2, 0, 0, 0)",
        (number, (number * 7 % RUNS) / RUNS),
    )
    connection.execute(
        "INSERT INTO trial_components (trial_id, component_id, linked) VALUES (?, ?, 0)",
        (1 + number % 2, number),
    )
    connection.execute(
        "INSERT INTO tags (arn, position, key, value) VALUES (?, 0, 'team', ?)",
        (
            f"arn:aws:sagemaker:us-east-1:000000000000:experiment-trial-component/{name}",
            ["red", "blue"][number % 2],
        ),
    )


@pytest.fixture(scope="module")
def traced(tmp_path_factory):
    """A filled store and what it was asked since."""
    folder = tmp_path_factory.mktemp("plans")
    asked = []
    store = Store(folder / "store.sqlite", tracer=asked.append)
    fill(store)
    yield Service(store=store, folder=folder), asked
    store.close()


def steps(traced, *filters, **params):
    """Every step by which one Search finds its records (not by which it reads them), and its answer."""
    service, asked = traced
    asked.clear()
    expression = {"SearchExpression": {"Filters": list(filters)}} if filters else {}
    answer = search.OPERATIONS["Search"](service, {"Resource": TC, "MaxResults": 5, **expression, **params})
    statements = [text for text in asked if text.startswith(("SELECT", "WITH")) and "json_each" not in text]
    connection = service.store.connection()
    plans = [connection.execute(f"EXPLAIN QUERY PLAN {text}").fetchall() for text in statements]
    return [row["detail"] for plan in plans for row in plan], answer


SCANS = re.compile(r"SCAN (?!.*(USING|\(|every|CONSTANT ROW))")
MIXES = [
    (),
    (EXPERIMENT,),
    (RANGE,),
    (THRESHOLD,),
    (STATUS,),
    (TAG,),
    (SELECTIVE,),
    (EXPERIMENT, RANGE, THRESHOLD, STATUS, TAG),
    (SELECTIVE, EXPERIMENT, STATUS),
]
SORTS = [
    "LastModifiedTime",
    "StartTime",
    "TrialComponentName",
    "Parameters.lr",
    "Metrics.loss",
    "Metrics.loss.Max",
    "Tags.team",
]


@pytest.mark.shows("Search", "filters and orders on indexed properties read no table from end to end")
@pytest.mark.parametrize("order", ["Ascending", "Descending"])
@pytest.mark.parametrize("by", SORTS)
@pytest.mark.parametrize(
    "filters", MIXES, ids=lambda filters: " and ".join(one["Name"] for one in filters) or "all"
)
def test_no_table_is_read_from_end_to_end(traced, filters, by, order):
    plan, first = steps(traced, *filters, SortBy=by, SortOrder=order)
    assert [step for step in plan if SCANS.match(step)] == []
    if "NextToken" in first:
        plan, _ = steps(traced, *filters, SortBy=by, SortOrder=order, NextToken=first["NextToken"])
        assert [step for step in plan if SCANS.match(step)] == []


def test_the_most_selective_condition_leads(traced):
    plan, answer = steps(traced, EXPERIMENT, STATUS, SELECTIVE, SortBy="Metrics.loss")
    assert answer["TotalHits"]["Value"] == 0  # 17 is odd, and in e2
    assert any("parameter_values_value (name_id=? AND value=?)" in step for step in plan)


def test_an_unselective_search_walks_the_index_of_its_order(traced):
    plan, answer = steps(traced, STATUS, SortBy="Parameters.lr")
    assert any(
        "held USING COVERING INDEX parameter_values_value (name_id=? AND value>?" in step for step in plan
    )
    assert not any("TEMP B-TREE FOR ORDER BY" in step for step in plan)
    assert [one["TrialComponent"]["TrialComponentName"] for one in answer["Results"]] == [
        f"run-{RUNS - number}" for number in (1, 2, 3, 4, 5)
    ]


def test_a_walk_that_meets_nothing_is_given_up(traced):
    # All that match are at the far end of the order.
    filters = [f("Parameters.lr", "LessThan", "0.3"), STATUS]
    _, answer = steps(traced, *filters, SortBy="CreationTime")
    found = [one["TrialComponent"]["TrialComponentName"] for one in answer["Results"]]
    assert found == ["run-899", "run-898", "run-897", "run-896", "run-895"]
    assert answer["TotalHits"]["Value"] == 899 - 89


@pytest.mark.parametrize("by", ["Metrics.loss.StdDev", "Metrics.nothing.StdDev"])
def test_deviations_do_without_the_mathematics_of_sqlite(traced, by):
    filters = [STATUS, f("Metrics.loss.StdDev", "LessThanOrEqualTo", "0"), f("Metrics.other", "NotExists")]
    _, own = steps(traced, *filters, SortBy=by)
    traced[0].store.connection().create_function("sqrt", 1, search.root, deterministic=True)
    _, ours = steps(traced, *filters, SortBy=by)
    assert own["Results"]
    assert ours == own
    assert (search.root(None), search.root(2.25)) == (None, 1.5)


# -- the tables made for Search ----------------------------------------------------------------------------

SHOULD = {
    "SELECT place, name_id, value FROM parameter_values": (
        "SELECT (names.id << 32) + component_id, names.id, coalesce(number, text) FROM component_parameters AS given "
        "JOIN names ON names.kind = 'parameter' AND names.name = given.name"
    ),
    "SELECT place, name_id, count, minimum, maximum, mean, m2, last FROM metric_values": (
        "SELECT (names.id << 32) + component_id, names.id, count, minimum, maximum, mean, m2, last FROM series "
        "JOIN names ON names.kind = 'metric' AND names.name = series.name"
    ),
    "SELECT place, name_id, value FROM tag_values": (
        "SELECT (names.id << 32) + components.id, names.id, tags.value FROM tags "
        "JOIN components ON tags.arn LIKE '%:experiment-trial-component/' || components.key "
        "JOIN names ON tags.arn = names.kind || components.key AND names.name = tags.key"
    ),
    "SELECT place FROM memberships": (
        "SELECT DISTINCT (trials.experiment_id << 32) + component_id FROM trial_components "
        "JOIN trials ON trials.id = trial_id"
    ),
}


def check_in_step(store):
    """Hold each table made for Search to what it is made from; return how many rows they have."""
    total = 0
    for held, made in SHOULD.items():
        is_there = sorted(map(tuple, store.rows(held)))
        assert is_there == sorted(map(tuple, store.rows(made))), held
        total += len(is_there)
    return total


def test_the_tables_made_for_search_follow_every_change(tmp_path, clients):
    home = CheckedHome(tmp_path / "home", clock=lambda: 1_760_000_000.0)
    clients.switch.target = home.engine
    store, client = home.engine.service.store, clients["sagemaker"]
    build(clients, random.Random(5))
    assert check_in_step(store) > 200
    changes = {"lr": {"StringValue": "now text"}, "opt": {"NumberValue": 3}, "new": {"NumberValue": 1}}
    for number in range(10):
        client.update_trial_component(
            TrialComponentName=f"C{number}", Parameters=changes, ParametersToRemove=["a.b"]
        )
        arn = client.describe_trial_component(TrialComponentName=f"c{number}")["TrialComponentArn"]
        client.add_tags(
            ResourceArn=arn, Tags=[{"Key": "team", "Value": "green"}, {"Key": "neu", "Value": "ä"}]
        )
        client.delete_tags(ResourceArn=arn, TagKeys=["x:y"])
        client.add_tags(ResourceArn=arn.replace("C", "c"), Tags=[{"Key": "neu", "Value": "ü"}])
        clients["sagemaker-metrics"].batch_put_metrics(
            TrialComponentName=f"c{number}",
            MetricData=[{"MetricName": "loss", "Value": 9.5, "Timestamp": 1_760_000_000, "Step": 99}],
        )
    assert check_in_step(store) > 200
    for trial in ("e1-t1", "e1-t2", "e2-t1"):
        for entry in client.list_trial_components(TrialName=trial, MaxResults=50)["TrialComponentSummaries"]:
            client.disassociate_trial_component(
                TrialName=trial, TrialComponentName=entry["TrialComponentName"]
            )
    check_in_step(store)
    for number in range(60):
        parents = client.search(
            Resource=TC,
            SearchExpression={
                "Filters": [f("TrialComponentName", "Equals", f"c{number}"), f("Parents", "Exists")]
            },
        )
        if not parents["Results"]:
            client.delete_trial_component(TrialComponentName=f"c{number}")
    left = client.search(Resource=TC)["TotalHits"]["Value"]
    assert 0 < left < 40
    assert check_in_step(store) > 20


def test_a_store_of_the_first_version_is_searched_like_any_other(tmp_path):
    path = tmp_path / "store.sqlite"
    with sqlite3.connect(path, isolation_level=None) as old:
        old.executescript(MIGRATIONS[0])
        old.execute("BEGIN")
        for name in ("e1", "e2"):
            old.execute(
                "INSERT INTO experiments (name, key, display_name, created, modified) VALUES (?1, ?1, ?1, 0, 0)",
                (name,),
            )
            old.execute(
                "INSERT INTO trials (name, key, display_name, experiment_id, created, modified) "
                "VALUES (?1, ?1, ?1, last_insert_rowid(), 0, 0)",
                (f"t-{name}",),
            )
        for number in range(1, 40):
            add_run(old, number)
        old.execute("INSERT INTO component_parameters VALUES (3, 'opt', 'adam', NULL)")
        old.execute(
            "INSERT INTO tags VALUES ('arn:aws:sagemaker:us-east-1:000000000000:experiment/e1', 0, 'a', 'b')"
        )
        old.execute("PRAGMA user_version = 1")
        old.execute("COMMIT")
    old.close()
    store = Store(path)
    assert check_in_step(store) == 39 * 2 + 1 + 39 + 39 + 39
    service = Service(store=store, folder=tmp_path)
    filters = [
        f("Parameters.opt", "Equals", "adam"),
        f("Parents.ExperimentName", "Equals", "e2"),
        f("Tags.team", "Equals", "blue"),
    ]
    asked = {"Resource": TC, "SearchExpression": {"Filters": filters}}
    answer = search.OPERATIONS["Search"](service, asked)
    assert [one["TrialComponent"]["TrialComponentName"] for one in answer["Results"]] == ["run-3"]
    store.close()
