"""Search against a plain reading of the records, on random expressions and orders (seeded), by every plan."""

from __future__ import annotations

import random

import pytest
from embedded_home import CheckedHome
from search_oracle import BY_PATH, COMPONENTS, NOW, build, everything, in_order, matches, random_expression

from sm_track_widgets.embedded import Rules
from sm_track_widgets.embedded.search_pages import Order, Position, first_page, gather, next_page, walk
from sm_track_widgets.embedded.search_plan import Lead, Plan
from sm_track_widgets.embedded.search_properties import resolve
from sm_track_widgets.embedded.search_resources import RESOURCES
from sm_track_widgets.embedded.search_sql import conditions

EXPRESSIONS = 120
RESOURCE = RESOURCES["ExperimentTrialComponent"]


@pytest.fixture
def world(tmp_path, clients):
    """Make a random home; return its client, its records by id, and its service."""

    def make(seed, rules=None):
        home = CheckedHome(tmp_path / f"random{seed}", rules=rules or Rules(), clock=lambda: float(NOW))
        clients.switch.target = home.engine
        build(clients, random.Random(seed))
        client = clients["sagemaker"]
        records = everything(client, SortBy="CreationTime", SortOrder="Ascending")
        assert len(records) == COMPONENTS
        return client, records, home.engine.service

    return make


def names(records):
    return [record["TrialComponentName"] for record in records]


@pytest.mark.shows(
    "Search", "random expressions and orders agree with a plain reading of the rules, page by page"
)
@pytest.mark.parametrize(
    "rules",
    [Rules(), Rules(search_ignores_case=True), Rules(not_equals_matches_absent=False)],
    ids=["default", "ignores case", "absent never unequal"],
)
def test_search_agrees_with_a_plain_reading(world, rules):
    dice = random.Random(20251123)
    client, records, _ = world(1, rules)
    sizes = []
    for _ in range(EXPRESSIONS):
        expression, path, ascending = (
            random_expression(dice),
            dice.choice(sorted(BY_PATH)),
            dice.random() < 0.5,
        )
        expected = [record for record in records if matches(record, expression, rules)]
        found = everything(
            client,
            size=dice.choice([3, 40]),
            SearchExpression=expression,
            SortBy=path,
            SortOrder="Ascending" if ascending else "Descending",
        )
        assert names(found) == in_order(expected, path, ascending=ascending), (expression, path, ascending)
        sizes.append(len(found))
    # The expressions ask something: many find neither all nor nothing.
    assert sum(0 < size < COMPONENTS for size in sizes) > EXPRESSIONS / 3


def leads(tests):
    """Every way to begin: the table, and each test that has indexes, in either order of its index."""
    yield Lead(None, COMPONENTS)
    for test in tests:
        if test.reaches:
            yield Lead(test, COMPONENTS)
            yield Lead(test, 1)
        if len(test.reaches) == 1 and test.reaches[0].index.by_record:
            yield Lead(test, COMPONENTS, by_record=True)


def read_through(first, following):
    """All rows, in pages of seven."""
    rows = found = first()
    while len(rows) == 7:
        rows = following(Position(rows[-1]["rank"], rows[-1]["id"]))
        found = [*found, *rows]
    return [row["id"] for row in found]


def pages(plan, order, total):
    """All ids, in pages of seven, by whichever way the plan's sizes suggest."""
    return read_through(
        lambda: first_page(plan, order, 7)[0], lambda after: next_page(plan, order, 7, total, after)
    )


def gathered(plan, order):
    """The ids of those that have the property, gathered."""
    return read_through(lambda: gather(plan, order, 7, None), lambda after: gather(plan, order, 7, after))


def walked(plan, order):
    """The same, walked along the index."""

    def step(after=None):
        return walk(plan, order, order.index, 7, after, limit=COMPONENTS)

    return read_through(step, step)


@pytest.mark.shows("Search", "whichever index leads, the same records come in the same order")
@pytest.mark.parametrize("seed", [2, 3])
def test_every_plan_gives_the_same_answer(world, seed):
    dice = random.Random(seed)
    _, records, service = world(seed)
    numbers = {row["name"]: row["id"] for row in service.store.rows("SELECT id, name FROM components")}
    walks = 0
    for _ in range(EXPRESSIONS // 2):
        expression, path, ascending = (
            random_expression(dice),
            dice.choice(sorted(BY_PATH)),
            dice.random() < 0.5,
        )
        tests = conditions(service, RESOURCE, expression)
        order = Order(resolve(service, RESOURCE, path), ascending)
        meant = [record for record in records if matches(record, expression, service.rules)]
        expected = [numbers[name] for name in in_order(meant, path, ascending=ascending)]
        having = [numbers[name] for name in names(meant) if BY_PATH[path][1](records[numbers[name] - 1])]
        for lead in leads(tests):
            plan = Plan(service.store, "components", tests, lead)
            assert plan.count() == len(meant), (expression, lead)
            for total in (1, len(meant), COMPONENTS):
                assert pages(plan, order, total) == expected, (expression, path, lead)
            assert gathered(plan, order) == expected[: len(having)], (expression, path, lead)
        if order.ordered:
            plan = Plan(service.store, "components", tests)
            assert walked(plan, order) == expected[: len(having)], (expression, path)
            cut = walk(plan, order, order.index, 7, None, limit=5)
            assert cut is None or [row["id"] for row in cut] == expected[: min(7, len(having))]
            walks += 1
    assert walks > EXPRESSIONS / 10
