"""What queries are read as."""

from __future__ import annotations

import subprocess
import sys
import time

import pytest

from sm_track_widgets.reading.query import Mention, parse

EXAMPLE = (
    "metrics.auc.max > 0.9 AND (params.depth IN (4, 6) OR tags.team = 'x') AND params.lr BETWEEN 1e-3 AND 1e-1 "
    "AND params.new IS NULL AND NOT name LIKE 'tmp%' AND status = 'Completed' AND created > -7d"
)
WRITTEN = [
    ("", ""),
    ("  \n\t ", ""),
    (EXAMPLE, EXAMPLE.replace("1e-3", "0.001").replace("1e-1", "0.1")),
    # fields
    ("run = 'a' and run_name = 'b' and NAME = 'c'", "name = 'a' AND name = 'b' AND name = 'c'"),
    ("component = 'a' or run_id = 'b'", "component = 'a' OR component = 'b'"),
    (
        "user = 'a' or user_id = 'b' or created_by = 'c'",
        "created_by = 'a' OR created_by = 'b' OR created_by = 'c'",
    ),
    ("start_time > 1 and end_time > 2 and duration_s > 3", "started > 1 AND ended > 2 AND duration > 3"),
    ("attributes.status = 'FINISHED'", "status = 'Completed'"),
    ("attribute.start_time > 1764288000000", "started > 1764288000000"),
    ("attr.run_name = 'x' or run.status = 'failed'", "name = 'x' OR status = 'Failed'"),
    ("attributes.`status` = 'KILLED'", "status = 'Stopped'"),
    ("group = 'g' and experiment = 'e' and parent = 'p'", "group = 'g' AND experiment = 'e' AND parent = 'p'"),
    ("notes LIKE '%x%' or message LIKE '%y%'", "notes LIKE '%x%' OR message LIKE '%y%'"),
    ("param.a = 1 or parameter.b = 2 or parameters.c = 3", "params.a = 1 OR params.b = 2 OR params.c = 3"),
    ("metric.a = 1 or tag.b = '2' or artifact.c = '3'", "metrics.a = 1 OR tags.b = '2' OR artifacts.c = '3'"),
    # names
    ("params.optimizer.lr = 1", "params.optimizer.lr = 1"),
    ("params.a-b:c/d@e+f_1 = 1", "params.a-b:c/d@e+f_1 = 1"),
    (
        "params.größe = 1 or params.学習率 = 2 or params.कक्षा = 3",
        "params.größe = 1 OR params.学習率 = 2 OR params.कक्षा = 3",
    ),
    ("params.0 = 1 or params.1st.2nd = 2", "params.0 = 1 OR params.1st.2nd = 2"),
    ("params.`my param` = 1", "params.`my param` = 1"),
    ('params."my param" = 1', "params.`my param` = 1"),
    ('params."x.y" = 1', "params.x.y = 1"),
    ("params.a.`b c`.d = 1", "params.`a.b c.d` = 1"),
    ("params.`a``b` = 1", "params.`a``b` = 1"),
    ('params."a""b" = 1', 'params.`a"b` = 1'),
    ("params.`<b>&amp;` = 1", "params.`<b>&amp;` = 1"),
    ("params.and = 1 AND tags.in = 'x'", "params.and = 1 AND tags.in = 'x'"),
    ("tags.mlflow.runName = 'x'", "tags.mlflow.runName = 'x'"),
    # statistics
    ("metrics.auc > 1", "metrics.auc > 1"),
    ("metrics.auc.last > 1", "metrics.auc > 1"),
    ("metrics.auc.MAX > 1", "metrics.auc.max > 1"),
    ("metrics.max > 1", "metrics.max > 1"),
    ("metrics.max.max > 1", "metrics.max.max > 1"),
    (
        "metrics.a.b.std > 1 or metrics.a.count > 2 or metrics.a.avg > 3",
        "metrics.a.b.std > 1 OR metrics.a.count > 2 OR metrics.a.avg > 3",
    ),
    ("metrics.a.`max` > 1", "metrics.`a.max` > 1"),
    ("metrics.`a.max` > 1", "metrics.`a.max` > 1"),
    ("metrics.`a.max`.min > 1", "metrics.a.max.min > 1"),
    ("metrics.`val loss`.max > 1", "metrics.`val loss`.max > 1"),
    ("metrics.loss.median > 1", "metrics.loss.median > 1"),
    # operators
    ("params.a == 1 and params.b <> 2", "params.a = 1 AND params.b != 2"),
    ("params.a<1 and params.b>=2", "params.a < 1 AND params.b >= 2"),
    (
        "name not in ('a') and name not like 'b' and name not ilike 'c'",
        "name NOT IN ('a') AND name NOT LIKE 'b' AND name NOT ILIKE 'c'",
    ),
    (
        "params.a not between 1 and 2 and params.b is not null",
        "params.a NOT BETWEEN 1 AND 2 AND params.b IS NOT NULL",
    ),
    ("params.a in (1, 'b', 1, 2.50)", "params.a IN (1, 'b', 2.50)"),
    ("params.a IN(1)and(params.b=2)", "params.a IN (1) AND params.b = 2"),
    # joining
    ("params.a = 1 OR params.b = 2 AND params.c = 3", "params.a = 1 OR params.b = 2 AND params.c = 3"),
    ("(params.a = 1 OR params.b = 2) AND params.c = 3", "(params.a = 1 OR params.b = 2) AND params.c = 3"),
    ("params.a = 1 OR (params.b = 2 AND params.c = 3)", "params.a = 1 OR params.b = 2 AND params.c = 3"),
    ("(params.a = 1 AND params.b = 2) AND params.c = 3", "params.a = 1 AND params.b = 2 AND params.c = 3"),
    ("NOT params.a = 1 AND params.b = 2", "NOT params.a = 1 AND params.b = 2"),
    ("NOT (params.a = 1 AND params.b = 2)", "NOT (params.a = 1 AND params.b = 2)"),
    ("NOT NOT (NOT params.a = 1)", "NOT params.a = 1"),
    ("((((params.a = 1))))", "params.a = 1"),
    # values
    (
        "params.a = -1.50 or params.a = +2 or params.a = .5 or params.a = 3.",
        "params.a = -1.50 OR params.a = 2 OR params.a = 0.5 OR params.a = 3",
    ),
    (
        "params.a = 1_000 or params.a = 1E3 or params.a = 1.25e-2",
        "params.a = 1000 OR params.a = 1000 OR params.a = 0.0125",
    ),
    ("params.a = 'it''s' or params.a = \"say \"\"x\"\"\"", "params.a = 'it''s' OR params.a = 'say \"x\"'"),
    ("params.a = \"it's\" or params.a = ''", "params.a = 'it''s' OR params.a = ''"),
    ("metrics.a = '0.5' and duration > ' 60 '", "metrics.a = 0.5 AND duration > 60"),
    ("tags.a = 7 and name = 1e3 and group IN (1.0)", "tags.a = '7' AND name = '1000' AND group IN ('1.0')"),
    ("status IN ('RUNNING', 'inprogress', 'In Progress', 'IN_PROGRESS')", "status IN ('InProgress')"),
    ("status != 'killed' and status like 'C%'", "status != 'Stopped' AND status LIKE 'C%'"),
    (
        "created > -1.5h or created < -90s or created > -2w or created > -30m",
        "created > -1.5h OR created < -90s OR created > -2w OR created > -30m",
    ),
    (
        "created = '2026-11-28' or created > '2026-11-28T10:00Z'",
        "created = '2026-11-28' OR created > '2026-11-28T10:00Z'",
    ),
]  # fmt: skip


@pytest.mark.parametrize(("text", "canonical"), WRITTEN)
def test_a_query_is_read_and_written_in_one_spelling(text, canonical):
    query = parse(text)
    assert query.text == text
    assert query.canonical() == canonical
    again = parse(canonical)
    assert again.tree == query.tree
    assert again.canonical() == canonical


def test_mentions_are_the_names_with_their_places():
    query = parse(
        "metrics.auc.max > 1 AND NOT (params.`a b` IS NULL OR tags.t = 'x') AND artifacts.m IS NULL AND name = 'y'"
    )
    assert query.mentions == (
        Mention("metric", "auc", 1, null_test=False),
        Mention("param", "a b", 30, null_test=False),
        Mention("tag", "t", 54, null_test=False),
        Mention("artifact", "m", 72, null_test=True),
    )  # fmt: skip


def test_now_is_the_clock_unless_given():
    assert parse("created > -7d", now=5.0).now == 5.0
    assert abs(parse("created > -7d").now - time.time()) < 5


def test_equal_queries_are_equal():
    assert parse("params.a=1", now=0.0) == parse("params.a=1", now=0.0)
    assert parse("params.a = 1").tree == parse("( params.a  ==  1 )").tree
    assert parse("params.a = 1").tree != parse("params.a = 1.0").tree


@pytest.mark.parametrize(
    "text",
    [
        "(" * 10_000 + "params.a = 1" + ")" * 10_000,
        "NOT " * 10_000 + "params.a = 1",
        " AND ".join(["params.a = 1"] * 8_000),
        f"params.a IN ({', '.join(map(str, range(15_000)))})",
        f"params.a = '{'x' * 100_000}'",
        f"params.`{'``' * 50_000}` = 1",
        f"params.{'a.' * 50_000}a = 1",
    ],
    ids=["parentheses", "nots", "conditions", "values", "text", "quotes", "parts"],
)
def test_long_queries_are_read(text):
    query = parse(text)
    assert parse(query.canonical()).tree == query.tree


def test_nothing_is_loaded_before_it_is_used():
    code = "import sys, sm_track_widgets.reading.query; print(sorted({'lark', 'numpy'} & set(sys.modules)))"
    told = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert told.stdout.strip() == "[]"


def test_an_unknown_name_of_the_package_is_an_attribute_error():
    import sm_track_widgets.reading.query as package

    assert all(getattr(package, name) for name in package.__all__)
    with pytest.raises(AttributeError, match="no attribute 'nothing'"):
        _ = package.nothing
