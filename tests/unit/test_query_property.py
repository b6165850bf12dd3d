"""Random queries on a random world: what they find, and that what Search is asked finds it too, whatever AWS does."""

from __future__ import annotations

import json

import botocore.session
import pytest
import query_dice
import query_oracle
import query_world
from botocore.validate import ParamValidator
from query_world import NOW, RULES, Dice

from sm_track_widgets.reading.query import matches, parse, push
from sm_track_widgets.reading.table.decode import table_of

QUERIES = 2000
JUDGED = 1500
MUTATED = 300
SERVICE = botocore.session.get_session().get_service_model("sagemaker")
NAMES = [
    f"{'any case' if rules.search_ignores_case else 'as spelt'}, "
    f"absent {'unequal' if rules.not_equals_matches_absent else 'unknown'}"
    for rules in RULES
]


class World:
    """One random world under each reading of the unknown rules."""

    def __init__(self, path, seed, *, odd=True):
        self.home = query_world.build(path, seed, odd=odd)
        self.records = query_world.search(self.home)
        assert len(self.records) == query_world.RUNS
        self.table = table_of(self.records)
        self.homes = [query_world.reread(path, rules) for rules in RULES]

    def found(self, query, records=None):
        """The components that a query finds among records, evaluated here."""
        table = self.table if records is None else table_of(records)
        return {name for name, hit in zip(table.components, matches(query, table), strict=True) if hit}

    def lost(self, query, expression):
        """What a query finds and Search with this expression does not, by any reading of the rules."""
        wanted = self.found(query)
        return set().union(*(wanted - self.asked(home, expression) for home in self.homes))

    @staticmethod
    def asked(home, expression):
        return {record["TrialComponentName"] for record in query_world.search(home, expression)}


@pytest.fixture(scope="module")
def world(tmp_path_factory):
    return World(tmp_path_factory.mktemp("odd") / "home", 1)


def checked(expression):
    """What boto3 itself says to an expression, before it is sent."""
    shape = SERVICE.operation_model("Search").input_shape
    return ParamValidator().validate(
        {"Resource": "ExperimentTrialComponent", "SearchExpression": expression}, shape
    )


def queries(seed, count):
    dice = Dice(seed)
    for _ in range(count):
        meant = query_dice.random_meant(dice)
        text = query_dice.written(dice, meant)
        yield meant, text, parse(text, now=NOW)


def test_queries_find_what_they_mean(world):
    sizes = []
    for meant, text, query in queries(11, JUDGED):
        wanted = [query_oracle.holds(meant, record, NOW) is True for record in world.records]
        assert matches(query, world.table).tolist() == wanted, text
        again = parse(query.canonical(), now=NOW)
        assert again.tree == query.tree, text
        assert again.canonical() == query.canonical()
        sizes.append(sum(wanted))
    # They ask something: many find neither all nor nothing.
    assert sum(0 < size < query_world.RUNS for size in sizes) > JUDGED / 3


@pytest.mark.parametrize(
    "rules", range(len(RULES)), ids=lambda place: f"{RULES[place].search_ignores_case=}"[-5:]
)
def test_search_finds_at_least_as_much_by_every_reading_of_the_rules(world, rules):
    home, pushed, narrow = world.homes[rules], 0, 0
    for _, text, query in queries(23 + rules, QUERIES // len(RULES)):
        asked = push(query).expression
        if asked is None:
            continue
        assert not checked(asked).has_errors(), (text, asked)
        records = query_world.search(home, asked)
        assert world.found(query, records) == world.found(query), (text, asked)
        pushed += 1
        narrow += len(records) < query_world.RUNS / 2
    assert pushed > QUERIES / len(RULES) * 0.8
    assert narrow > pushed / 4


@pytest.mark.parametrize("kind", ["param", "metric", "tag", *query_dice.OTHERS])
def test_single_conditions_lose_nothing(world, kind):
    """Beside others, a condition that asks for too much is easily hidden."""
    dice, narrow = Dice(71), 0
    for _ in range(150):
        condition = query_dice.random_condition(dice, kind)
        meant = ("not", condition) if dice.likely(0.2) else condition
        text = query_dice.written(dice, meant)
        query = parse(text, now=NOW)
        asked = push(query).expression
        assert asked is None or not world.lost(query, asked), (text, asked)
        narrow += asked is not None and len(world.asked(world.home, asked)) < query_world.RUNS
    assert narrow > 20


@pytest.mark.parametrize("room", [1, 3, 8])
def test_little_room_loses_nothing(world, room):
    pushed = 0
    for _, text, query in queries(31 + room, 150):
        asked = push(query, room=room).expression
        if asked is not None:
            assert query_size(asked) <= room, text
            assert world.found(query) <= world.asked(world.home, asked), (text, asked)
            pushed += 1
    assert pushed > 50


def query_size(expression):
    """Conditions, counted as docs/assumptions.md says."""
    inner = expression.get("SubExpressions", [])
    assert max(len(expression.get("Filters", [])), len(inner)) <= 20
    return len(expression.get("Filters", [])) + len(inner) + sum(map(query_size, inner))


def test_what_is_said_to_be_asked_in_full_is(tmp_path):
    """Where no names differ in case only, and by the rules that are documented."""
    world = World(tmp_path / "home", 2, odd=False)
    full = 0
    for _, text, query in queries(47, 600):
        pushed = push(query)
        if pushed.left:
            left = parse(pushed.left, now=NOW)
            both = parse(" AND ".join(f"({part})" for part in (pushed.asked, pushed.left) if part), now=NOW)
            assert world.found(query) <= world.found(left), text
            assert world.found(both) <= world.found(query), (text, pushed)
        else:
            assert world.found(query) == world.asked(world.home, pushed.expression), (text, pushed)
            full += 1
    assert full > 100


def replaced(old, new):
    return lambda expression: json.loads(json.dumps(expression).replace(f'"{old}"', f'"{new}"'))


def integers(expression):
    """A value without its fraction, as Search may read it where it has none."""
    return json.loads(json.dumps(expression).replace('.5"', '.0"').replace('.001"', '"'))


def fewer(expression):
    """An alternative less."""
    if expression["Operator"] == "Or" and len(expression.get("Filters", [])) > 1:
        return {**expression, "Filters": expression["Filters"][1:]}
    inner = [fewer(part) for part in expression.get("SubExpressions", [])]
    return {**expression, "SubExpressions": inner} if inner else expression


WRONG = {
    "strict bounds": replaced("GreaterThanOrEqualTo", "GreaterThan"),
    "Exists turned round": replaced("Exists", "NotExists"),
    "Or read as And": replaced("Or", "And"),
    "another statistic": lambda expression: json.loads(json.dumps(expression).replace(".Max", ".Min")),
    "In for Contains": replaced("Contains", "Equals"),
    "whole numbers": integers,
    "an alternative less": fewer,
}


@pytest.mark.parametrize("wrong", WRONG.values(), ids=WRONG)
def test_a_wrong_expression_is_noticed(world, wrong):
    changed = (
        (query, wrong(asked))
        for _, _, query in queries(59, MUTATED)
        if (asked := push(query).expression) is not None and wrong(asked) != asked
    )
    assert any(world.lost(query, expression) for query, expression in changed)
