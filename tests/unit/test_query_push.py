"""What the service is asked: expressions written by hand from AWS's documentation of Search, and their limits."""

from __future__ import annotations

import pytest

from sm_track_widgets.reading.query import QueryError, explain, parse, push, to_search_expression

NOW = 1_795_867_200.0  # 2026-11-28T12:00:00Z
GT, GE, LT, LE = "GreaterThan", "GreaterThanOrEqualTo", "LessThan", "LessThanOrEqualTo"


def f(name, operator, value=None):
    return {"Name": name, "Operator": operator} | ({} if value is None else {"Value": value})


def both(*parts):
    return joined("And", parts)


def either(*parts):
    return joined("Or", parts)


def joined(operator, parts):
    filters = [part for part in parts if "Name" in part]
    inner = [part for part in parts if "Name" not in part]
    made = {"Filters": filters, "SubExpressions": inner}
    return {name: part for name, part in made.items() if part} | {"Operator": operator}


def named(name, *more):
    entity = [
        f("DisplayName", "Equals", name),
        f("RunName", "Equals", name),
        f("TrialComponentName", "Contains", name),
    ]
    return either(f("Parameters.sm_track.name", "Equals", name), *entity, *more)


# query, what the service is asked, what is left to be done here (None: all of it)
ASKED = [
    # parameters: Equals by the plain spelling, order by a decimal
    ("params.depth = 4", both(f("Parameters.depth", "Equals", "4")), ""),
    ("params.depth = '4'", both(f("Parameters.depth", "Equals", "4")), ""),
    ("params.lr = 1e-3", both(f("Parameters.lr", "Equals", "0.001")), ""),
    ("params.opt = 'Adam'", both(f("Parameters.opt", "Equals", "Adam")), ""),
    ("params.code = '06'", both(f("Parameters.code", "Equals", "06")), None),
    ("params.depth != 4", both(f("Parameters.depth", "Exists")), None),
    ("params.opt != 'Adam'", both(f("Parameters.opt", "Exists")), None),
    ("params.opt != '日本'", both(f("Parameters.opt", "Exists"), f("Parameters.opt", "NotEquals", "日本")), ""),
    ("params.depth > 4", both(f("Parameters.depth", GT, "4.0")), ""),
    ("params.depth <= 1e-7", both(f("Parameters.depth", LE, "0.0000001")), ""),
    ("NOT params.depth < 4", both(f("Parameters.depth", GE, "4.0")), ""),
    ("params.lr BETWEEN 1e-3 AND 1", both(f("Parameters.lr", GE, "0.001"), f("Parameters.lr", LE, "1.0")), ""),
    ("params.lr NOT BETWEEN 1 AND 2", either(f("Parameters.lr", LT, "1.0"), f("Parameters.lr", GT, "2.0")), ""),
    ("params.d IN (4, 'a')", either(f("Parameters.d", "Equals", "4"), f("Parameters.d", "Equals", "a")), ""),
    ("params.d NOT IN (4, 'a')", both(f("Parameters.d", "Exists")), None),
    ("params.new IS NULL", both(f("Parameters.new", "NotExists")), ""),
    ("params.new IS NOT NULL", both(f("Parameters.new", "Exists")), ""),
    ("params.opt LIKE 'ad%'", both(f("Parameters.opt", "Contains", "ad")), None),
    ("params.opt LIKE '%dam%'", both(f("Parameters.opt", "Contains", "dam")), ""),
    ("params.opt ILIKE '%Run-2026-x%'", both(f("Parameters.opt", "Contains", "-2026-")), None),
    ("params.opt ILIKE '%adam%'", both(f("Parameters.opt", "Exists")), None),
    ("params.opt LIKE 'adam'", both(f("Parameters.opt", "Equals", "adam")), ""),
    ("params.opt LIKE '4'", both(f("Parameters.opt", "Equals", "4")), None),
    ("params.opt NOT LIKE 'ad%'", both(f("Parameters.opt", "Exists")), None),
    ("params.`my param` = ''", both(f("Parameters.my param", "Exists")), None),
    ("params.a = ' x'", both(f("Parameters.a", "Exists")), None),
    ("params.a = 'x\ny'", both(f("Parameters.a", "Exists")), None),
    ("params.größe = 4", None, None),
    ("params.日本 = 4", both(f("Parameters.日本", "Equals", "4")), ""),
    ("params.` x` = 4", None, None),
    # metrics: always with a statistic and as a decimal
    ("metrics.auc > 0.9", both(f("Metrics.auc.Last", GT, "0.9")), ""),
    ("metrics.auc.max = 1", both(f("Metrics.auc.Max", "Equals", "1.0")), ""),
    (
        "metrics.auc.std != 1",
        both(f("Metrics.auc.StdDev", "Exists"), f("Metrics.auc.StdDev", "NotEquals", "1.0")),
        "",
    ),
    (
        "metrics.`a.max`.count IN (1, 2)",
        either(f("Metrics.a.max.Count", "Equals", "1.0"), f("Metrics.a.max.Count", "Equals", "2.0")),
        "",
    ),
    ("metrics.auc.avg IS NULL", both(f("Metrics.auc.Avg", "NotExists")), ""),
    # tags, artifacts, and facts
    ("tags.team = 'x'", both(f("Tags.team", "Equals", "x")), ""),
    ("tags.team IN ('x', 'y z')", both(f("Tags.team", "In", "x,y z")), ""),
    ("tags.team IN ('x', 'y,z')", either(f("Tags.team", "Equals", "x"), f("Tags.team", "Equals", "y,z")), ""),
    ("tags.team != 'x'", both(f("Tags.team", "Exists")), None),
    ("tags.team != 7", both(f("Tags.team", "Exists"), f("Tags.team", "NotEquals", "7")), ""),
    ("artifacts.m = 'x'", either(f("OutputArtifacts.m", "Equals", "x"), f("InputArtifacts.m", "Equals", "x")), ""),
    ("artifacts.m != 'x'", either(f("OutputArtifacts.m", "Exists"), f("InputArtifacts.m", "Exists")), None),
    ("artifacts.m IS NULL", both(f("OutputArtifacts.m", "NotExists"), f("InputArtifacts.m", "NotExists")), ""),
    (
        "artifacts.m LIKE 's3%'",
        either(f("OutputArtifacts.m", "Contains", "s3"), f("InputArtifacts.m", "Contains", "s3")),
        None,
    ),
    ("artifacts.`m.value` = 'x'", None, None),
    ("status = 'FINISHED'", both(f("Status.PrimaryStatus", "Equals", "Completed")), ""),
    (
        "status != 'FINISHED'",
        both(f("Status.PrimaryStatus", "Exists"), f("Status.PrimaryStatus", "NotEquals", "Completed")),
        "",
    ),
    ("status IN ('Failed', 'KILLED')", both(f("Status.PrimaryStatus", "In", "Failed,Stopped")), ""),
    ("message IS NULL", None, None),
    ("message IS NOT NULL", both(f("Status.Message", "Exists")), None),
    ("component = 'e-a'", both(f("TrialComponentName", "Equals", "e-a")), ""),
    ("component != 'e-a'", None, None),
    ("component != '7'", both(f("TrialComponentName", "NotEquals", "7")), ""),
    ("experiment = 'e'", both(f("Parents.ExperimentName", "Equals", "e")), ""),
    ("experiment IS NULL", both(f("Parents.ExperimentName", "NotExists")), ""),
    ("group = 'g'", both(f("Parents.TrialName", "Equals", "g")), ""),
    ("group IS NULL", None, None),
    ("group IS NOT NULL", both(f("Parents.TrialName", "Exists")), None),
    ("parent = 'e-a'", both(f("Tags.sm_track:parent", "Equals", "e-a")), ""),
    ("notes LIKE '%x%'", both(f("Parameters.sm_track.notes", "Contains", "x")), ""),
    ("created_by = 'ann'", None, None),
    # names
    ("name = 'run-7'", named("run-7"), None),
    ("name = 'Run-7'", named("Run-7", f("TrialComponentName", "Contains", "run-7")), None),
    ("name = 'lr 0.05'", both(f("Parameters.sm_track.name", "Equals", "lr 0.05")), None),
    ("name != 'run-7'", None, None),
    (
        "name LIKE 'tmp%'",
        either(
            f("Parameters.sm_track.name", "Contains", "tmp"),
            f("DisplayName", "Contains", "tmp"),
            f("TrialComponentName", "Contains", "tmp"),
        ),
        None,
    ),
    ("name NOT LIKE 'tmp%'", None, None),
    ("name IS NOT NULL", None, None),
    # times: whole seconds, rounded outwards
    ("created > -7d", both(f("CreationTime", GE, "2026-11-21T12:00:00")), None),
    ("created >= -7d", both(f("CreationTime", GE, "2026-11-21T12:00:00")), ""),
    ("created > '2026-11-28'", both(f("CreationTime", GE, "2026-11-29T00:00:00")), ""),
    ("created < '2026-11-28'", both(f("CreationTime", LE, "2026-11-28T00:00:00")), None),
    (
        "created = '2026-11'",
        both(f("CreationTime", GE, "2026-11-01T00:00:00"), f("CreationTime", LE, "2026-12-01T00:00:00")),
        None,
    ),
    ("modified >= '2026-11-28T10:30:15.5'", both(f("LastModifiedTime", GE, "2026-11-28T10:30:15")), None),
    ("modified <= 1795867200.5", both(f("LastModifiedTime", LE, "2026-11-28T12:00:01")), None),
    ("started != '2026'", both(f("StartTime", "Exists")), None),
    ("ended IS NULL", both(f("EndTime", "NotExists")), ""),
    (f"started > -{'9' * 308}w", both(f("StartTime", "Exists")), None),
    ("started > -1000000d", both(f("StartTime", "Exists")), None),
    ("duration > 60", both(f("StartTime", "Exists"), f("EndTime", "Exists")), None),
    ("duration IS NULL", either(f("StartTime", "NotExists"), f("EndTime", "NotExists")), ""),
    # joined
    ("", None, ""),
    ("params.a = 1 AND created_by = 'x'", both(f("Parameters.a", "Equals", "1")), "created_by = 'x'"),
    ("params.a = 1 OR created_by = 'x'", None, None),
    (
        "params.a = 1 OR params.b = 2 AND created_by = 'x'",
        either(f("Parameters.a", "Equals", "1"), f("Parameters.b", "Equals", "2")),
        None,
    ),
    (
        "NOT (params.a = 1 OR tags.b IS NULL)",
        both(f("Parameters.a", "Exists"), f("Tags.b", "Exists")),
        "params.a != 1",
    ),
    ("NOT (params.a > 1 AND tags.b IS NULL)", either(f("Parameters.a", LE, "1.0"), f("Tags.b", "Exists")), ""),
    (
        "params.a = 1 AND (tags.b = 'x' OR tags.c = 'y' AND tags.d = 'z')",
        both(
            f("Parameters.a", "Equals", "1"),
            either(f("Tags.b", "Equals", "x"), both(f("Tags.c", "Equals", "y"), f("Tags.d", "Equals", "z"))),
        ),
        "",
    ),
]  # fmt: skip


@pytest.mark.parametrize(("text", "expression", "left"), ASKED)
def test_the_service_is_asked(text, expression, left):
    query = parse(text, now=NOW)
    pushed = push(query)
    assert pushed.expression == expression
    assert bool(pushed.asked) == (expression is not None)
    if left is not None:
        assert pushed.left == left
    elif not pushed.left.startswith("name NOT LIKE"):
        assert parse(pushed.left, now=NOW).canonical() == query.canonical()


def conditions(expression):
    inner = expression.get("SubExpressions", [])
    assert len(expression.get("Filters", [])) + len(inner) > 0
    assert len(expression.get("Filters", [])) <= 20
    assert len(inner) <= 20
    return len(expression.get("Filters", [])) + len(inner) + sum(map(conditions, inner))


def filters(expression):
    yield from expression.get("Filters", [])
    for inner in expression.get("SubExpressions", []):
        yield from filters(inner)


def test_only_one_contains_of_what_may_not_be_repeated():
    pushed = push(
        parse("params.a LIKE '%x%' AND message LIKE '%y%' AND notes LIKE '%z%' AND tags.t LIKE '%u%'")
    )
    assert pushed.expression == both(
        f("Parameters.a", "Contains", "x"),
        f("Status.Message", "Exists"),
        f("Parameters.sm_track.notes", "Exists"),
        f("Tags.t", "Contains", "u"),
    )


def test_a_contains_that_an_or_could_not_ask_is_there_for_others():
    pushed = push(parse("(params.a LIKE '%x%' OR created_by = 'me') AND message LIKE '%y%'"))
    assert pushed.expression == both(f("Status.Message", "Contains", "y"))
    second = push(parse("name LIKE '%x%' AND name LIKE '%y%'"))
    assert sum(one["Name"].startswith("Parameters") for one in filters(second.expression)) == 1


@pytest.mark.parametrize("room", [1, 5, 19, 20, 21, 44, 50, 99])
def test_an_and_keeps_what_is_most_useful(room):
    text = (
        " AND ".join(f"params.p{number} != 1" for number in range(60))
        + " AND component = 'x' AND metrics.m > 1"
    )
    pushed = push(parse(text), room=room)
    assert conditions(pushed.expression) <= min(room, 50)
    assert len(list(filters(pushed.expression))) >= min(room, 50) - 3
    assert f("TrialComponentName", "Equals", "x") in list(filters(pushed.expression))
    assert ("metrics.m > 1" in pushed.left) == (room == 1)


def test_an_or_that_does_not_fit_is_not_asked_or_asked_more_loosely():
    many = ", ".join(map(str, range(100)))
    assert push(parse(f"params.a IN ({many})")).expression == both(f("Parameters.a", "Exists"))
    assert push(parse(" OR ".join(f"params.p{number} = 1" for number in range(60)))).expression is None
    fits = push(parse(" OR ".join(f"params.p{number} = 1" for number in range(40)))).expression
    assert [len(part["Filters"]) for part in fits["SubExpressions"]] == [20, 20]
    assert fits["Operator"] == "Or"
    loose = push(parse(f"params.b = 2 OR params.a IN ({many})")).expression
    assert loose == either(f("Parameters.b", "Equals", "2"), f("Parameters.a", "Exists"))
    wide = " OR ".join(f"(params.a{n} = 1 AND params.b{n} > 2 AND tags.c{n} = 'x')" for n in range(12))
    asked = push(parse(wide)).expression
    assert conditions(asked) <= 44
    assert all(any(one["Name"].endswith(str(n)) for one in filters(asked)) for n in range(12))


@pytest.mark.parametrize(
    ("text", "asked"),
    [
        (f"params.a = '{'x' * 1024}'", f("Parameters.a", "Equals", "x" * 1024)),
        (f"params.a = '{'x' * 1025}'", f("Parameters.a", "Exists")),
        (f"params.a LIKE '%{'x' * 2000}%'", f("Parameters.a", "Contains", "x" * 1024)),
        (f"params.{'a' * 244} = 1", f(f"Parameters.{'a' * 244}", "Equals", "1")),
        (f"tags.a IN ('{'x' * 600}', 'y', 'y')", f("Tags.a", "In", f"{'x' * 600},y")),
        ("params.a > 1e300", f("Parameters.a", GT, f"1{'0' * 300}.0")),
    ],
    ids=["longest value", "too long a value", "too long a part", "longest name", "list", "large number"],
)
def test_names_and_values_keep_to_the_service_s_sizes(text, asked):
    assert push(parse(text)).expression == both(asked)


def test_too_long_a_name_or_list_is_not_asked_so():
    assert push(parse(f"params.{'a' * 245} = 1")).expression is None
    long = push(parse(f"tags.a IN ('{'x' * 600}', '{'y' * 600}')")).expression
    assert [one["Operator"] for one in long["Filters"]] == ["Equals", "Equals"]


@pytest.mark.parametrize("sign", ["\ud800", "\x00", "\r", "\x85", "\u2028"])
def test_what_the_service_cannot_be_sent_is_not_sent(sign):
    assert push(parse(f"params.a = 'x{sign}y'")).expression == both(f("Parameters.a", "Exists"))
    assert push(parse(f"params.`a{sign}b` = 1")).expression is None
    assert push(parse(f"tags.a LIKE '%x{sign}yz%'")).expression == both(f("Tags.a", "Contains", "yz"))


def test_huge_queries_are_asked_in_short():
    text = " AND ".join(f"(params.p{n} = 1 OR tags.t{n} = 'x')" for n in range(3_000))
    assert conditions(push(parse(text)).expression) <= 44


# -- for people ------------------------------------------------------------------------------------------------
def test_an_explanation_is_text():
    told = explain(
        parse("metrics.auc.max > 0.9 AND name LIKE 'tmp%' AND params.a != 1 AND created_by = 'me'")
    )
    lines = str(told).splitlines()
    assert lines[:4] == [
        "query: metrics.auc.max > 0.9 AND name LIKE 'tmp%' AND params.a != 1 AND created_by = 'me'",
        "asked of the service: metrics.auc.max > 0.9 AND name LIKE '%tmp%' AND params.a IS NOT NULL",
        "finished here: name LIKE 'tmp%' AND params.a != 1 AND created_by = 'me'",
        "SearchExpression: {",
    ]
    assert told.text() == str(told)
    assert '      "Name": "Metrics.auc.Max",' in lines


def test_an_explanation_of_what_cannot_be_asked():
    assert str(explain(parse("created_by = 'me'"))) == (
        "query: created_by = 'me'\nasked of the service: everything\nfinished here: created_by = 'me'"
    )
    assert (
        str(explain(parse("")))
        == "query: everything\nasked of the service: everything\nfinished here: nothing"
    )


def test_a_search_expression_for_boto3():
    assert to_search_expression("params.depth = 4") == both(f("Parameters.depth", "Equals", "4"))
    assert to_search_expression("params.depth != 4") == both(f("Parameters.depth", "Exists"))
    assert to_search_expression("created >= -7d", now=NOW) == both(
        f("CreationTime", GE, "2026-11-21T12:00:00")
    )
    assert to_search_expression("created_by = 'me'") == {}
    assert to_search_expression("") == {}


def test_strictly_it_finds_just_that_or_is_refused():
    assert to_search_expression("params.depth = 4", strict=True) == both(f("Parameters.depth", "Equals", "4"))
    with pytest.raises(QueryError) as caught:
        to_search_expression("params.depth != 4 AND tags.t = 'x'", strict=True)
    assert str(caught.value) == (
        "Search cannot be asked for just this: 'params.depth != 4'. "
        "Leave strict out, and look at what is found by sm_track_widgets.runs."
    )
    with pytest.raises(QueryError, match="column 1: there is no field"):
        to_search_expression("depth = 4")
