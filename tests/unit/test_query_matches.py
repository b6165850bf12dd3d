"""What queries find, on a small table made by hand."""

from __future__ import annotations

import numpy as np
import pytest

from sm_track_widgets.reading.query import matches, parse
from sm_track_widgets.reading.table.table import Table
from sm_track_widgets.reading.table.words import Words

NAN = float("nan")
DAY = 86_400.0
NOW = 1_795_867_200.0  # 2026-11-28T12:00:00Z
MIDNIGHT = NOW - DAY / 2


def numbers(*values):
    return np.array(values)


def words(*values):
    return Words.of(values)


NUMBERS = {
    "param": {
        "depth": numbers(4, 6, NAN, NAN),
        "lr": numbers(0.001, 0.1, NAN, NAN),
        "LR": numbers(0.5, NAN, 0.01, NAN),
    },
    "last": {
        "auc": numbers(0.9, 0.8, NAN, NAN),
        "val loss": numbers(1, 2, 3, NAN),
        "a.max": numbers(7, 8, NAN, NAN),
    },
    "max": {
        "auc": numbers(0.95, 0.85, NAN, NAN),
        "AUC": numbers(NAN, 0.99, 0.5, NAN),
        "a": numbers(1, 2, NAN, NAN),
    },
    "count": {"auc": numbers(10, 20, NAN, NAN)},
    "time": {
        "created": numbers(MIDNIGHT, MIDNIGHT - 0.5, NOW - 10 * DAY, NOW),
        "started": numbers(NOW - 100, NOW - 100, NOW, NAN),
        "ended": numbers(NOW, NAN, NOW + 30.5, NAN),
    },
}
WORDS = {
    "fact": {
        "name": words("Größe 1", "tmp-2", "tmp_3", "d"),
        "run": words("grose-1", "tmp-2", "tmp-3", "d"),
        "status": words("Completed", "Failed", "InProgress", None),
        "message": words(None, "out of\nmemory", "<b>fine</b>", None),
        "author": words("ann", "bob", None, None),
    },
    "param": {
        "depth": words(None, None, "6", None),
        "opt": words("adam", "Adam", "50%", None),
        "OPT": words(None, "sgd", None, None),
        "my param": words("0.001", "1e-3", "06", None),
        "sm_track.notes": words("see 7", None, None, None),
    },
    "tag": {"team": words("red", "Red", "", None), "sm_track:parent": words(None, "e-a", None, None)},
    "output": {"model": words("s3://b/m", None, None, None)},
    "input": {"model": words("s3://b/n", "s3://b/n", None, None), "data": words(None, None, "7", None)},
    "experiment": {"0": words("e", "e", "E2", None), "1": words("f", None, None, None)},
    "group": {"0": words("g", None, None, None), "1": words("h", None, None, None)},
}  # fmt: skip


@pytest.fixture(scope="module")
def table():
    """Four runs a, b, c, d; d has next to nothing."""
    return Table(["e-a", "e-b", "E-C", "d"], NUMBERS, WORDS)


FOUND = [
    ("", "abcd"),
    # numbers, and texts beside them
    ("params.depth = 4", "a"),
    ("params.depth = 6", "bc"),
    ("params.depth = '6'", "bc"),
    ("params.depth = 6.0", "b"),
    ("params.depth != 6", "a"),
    ("params.depth IN (4, '6')", "abc"),
    ("params.depth NOT IN (4, 5)", "bc"),
    ("params.depth > 4", "b"),
    ("params.depth >= 4", "ab"),
    ("NOT params.depth > 4", "a"),
    ("params.depth BETWEEN 4 AND 5", "a"),
    ("params.depth NOT BETWEEN 4 AND 5", "b"),
    ("params.depth BETWEEN 5 AND 4", ""),
    ("params.depth LIKE '%'", "c"),
    ("params.depth NOT LIKE '4'", "c"),
    ("params.`my param` = 0.001", "a"),
    ("params.`my param` = 1e-3", "a"),
    ("params.`my param` = '1e-3'", "b"),
    ("params.`my param` = 6", ""),
    ("params.`my param` = '06'", "c"),
    ("params.`my param` > 0", ""),
    ("NOT params.`my param` > 0", ""),
    # several columns of one name
    ("params.lr > 0.2", "a"),
    ("params.lr = 0.001 AND params.lr = 0.5", "a"),
    ("params.lr != 0.001", "bc"),
    ("NOT params.lr < 0.1", "b"),
    ("params.lr >= 0.1", "ab"),
    ("params.opt = 'sgd'", "b"),
    ("params.opt != 'sgd'", "ac"),
    ("params.OPT NOT IN ('adam', 'sgd')", "c"),
    ("metrics.auc.max > 0.9", "ab"),
    ("metrics.AUC.max < 0.9", "bc"),
    ("NOT metrics.auc.max > 0.9", "c"),
    # missing
    ("params.none = 1", ""),
    ("params.none != 1", ""),
    ("NOT params.none = 1", ""),
    ("params.none IS NULL", "abcd"),
    ("params.none IS NOT NULL", ""),
    ("params.depth IS NULL", "d"),
    ("params.depth IS NOT NULL", "abc"),
    ("NOT params.depth IS NULL", "abc"),
    ("params.none = 1 OR name = 'd'", "d"),
    ("NOT (params.none = 1 AND name = 'd')", "abc"),
    ("NOT (params.none = 1 OR name = 'x')", ""),
    ("tags.team IS NULL", "d"),
    ("tags.team = ''", "c"),
    ("tags.team != 'red'", "bc"),
    # metrics
    ("metrics.auc = 0.9", "a"),
    ("metrics.auc.last < 0.85", "b"),
    ("metrics.auc.count = '20'", "b"),
    ("metrics.auc.min IS NULL", "abcd"),
    ("metrics.`val loss` IN (1, 3)", "ac"),
    ("metrics.a.max = 1", "a"),
    ("metrics.`a.max` = 7", "a"),
    ("metrics.auc != 0.9", "b"),
    ("metrics.auc NOT IN (0.9, 0.8)", ""),
    # texts
    ("name = 'tmp-3'", "c"),
    ("name = 'tmp_3'", "c"),
    ("name != 'tmp-3'", "abd"),
    ("name = 'GRÖSSE 1'", ""),
    ("name LIKE 'tmp%'", "bc"),
    ("name LIKE 'tmp\\_%'", "c"),
    ("name LIKE 'tmp__'", "bc"),
    ("name NOT LIKE 'tmp%'", "ad"),
    ("name ILIKE 'GRÖ%'", "a"),
    ("name ILIKE 'größe%'", "a"),
    ("name LIKE 'größe%'", ""),
    ("component = 'e-a'", "a"),
    ("component LIKE 'e%'", "ab"),
    ("component ILIKE 'e%'", "abc"),
    ("component IN ('d', 'e-b', 'x')", "bd"),
    ("component NOT IN ('d', 'e-b', 'x', 'y', 'z', 'zz')", "ac"),
    ("component IS NULL", ""),
    ("experiment = 'f'", "a"),
    ("experiment != 'f'", "bc"),
    ("experiment IS NULL", "d"),
    ("group = 'h'", "a"),
    ("group IS NULL", "bcd"),
    ("group != 'h'", ""),
    ("message LIKE 'out%memory'", "b"),
    ("message ILIKE 'OUT_OF_MEMORY'", "b"),
    ("message LIKE '<b>%'", "c"),
    ("message IS NULL", "ad"),
    ("created_by = 'ann'", "a"),
    ("user NOT LIKE 'a%'", "b"),
    ("notes LIKE '%7'", "a"),
    ("parent = 'e-a'", "b"),
    ("parent IS NULL", "acd"),
    ("params.opt LIKE '50\\%'", "c"),
    ("params.opt LIKE '50\\%%'", "c"),
    ("params.opt ILIKE 'ADAM'", "ab"),
    ("artifacts.model = 's3://b/n'", "ab"),
    ("artifacts.model != 's3://b/m'", "b"),
    ("artifacts.Data = 7", "c"),
    ("artifacts.model IS NULL", "cd"),
    ("artifacts.model LIKE '%/n'", "ab"),
    ("artifacts.model NOT LIKE '%/m'", "b"),
    # status
    ("status = 'finished'", "a"),
    ("status != 'Completed'", "bc"),
    ("status IN ('RUNNING', 'failed')", "bc"),
    ("status LIKE 'C%'", "a"),
    ("status LIKE 'c%'", ""),
    ("status ILIKE 'c%'", "a"),
    ("status IS NULL", "d"),
    # times
    ("created = '2026-11-28'", "ad"),
    ("created = '2026-11-27'", "b"),
    ("created = '2026-11'", "abcd"),
    ("created != '2026-11-28'", "bc"),
    ("created > '2026-11-27'", "ad"),
    ("created >= '2026-11-27'", "abd"),
    ("created < '2026-11-28'", "bc"),
    ("created <= '2026-11-27'", "bc"),
    ("created BETWEEN '2026-11-27' AND '2026-11-28'", "abd"),
    ("created NOT BETWEEN '2026-11-27' AND '2026-11-28'", "c"),
    ("created = '2026-11-28T12:00'", "d"),
    ("created = '2026-11-28T13:00+01:00'", "d"),
    ("created IN ('2026-11-18', '2026-11-27')", "bc"),
    ("created > -7d", "abd"),
    ("created < -7d", "c"),
    ("created = -10d", "c"),
    ("created BETWEEN -240h AND -12h", "abc"),
    (f"created >= {NOW:.0f}", "d"),
    (f"created >= {NOW * 1000:.0f}", "d"),
    ("started IS NULL", "d"),
    ("modified > 0", ""),
    ("modified IS NULL", "abcd"),
    ("duration = 100", "a"),
    ("duration > 30", "ac"),
    ("duration IS NULL", "bd"),
    ("NOT duration > 50", "c"),
    ("duration BETWEEN 30.5 AND 99", "c"),
    # joined
    ("params.depth = 4 OR params.depth = 6 AND status = 'Failed'", "ab"),
    ("(params.depth = 4 OR params.depth = 6) AND status = 'Failed'", "b"),
    ("NOT (status = 'Failed' OR name LIKE 'd%')", "ac"),
    ("NOT params.depth = 4 AND NOT tags.team = 'x'", "bc"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "found"), FOUND)
def test_a_query_finds(table, text, found):
    mask = matches(parse(text, now=NOW), table)
    assert mask.dtype == np.bool_
    assert "".join(np.array(list("abcd"))[mask]) == found


def test_an_empty_table_has_nothing_to_find():
    for text, _ in FOUND:
        assert matches(parse(text, now=NOW), Table()).tolist() == []


def test_a_table_of_which_nothing_is_known_has_only_missing_values():
    table = Table(["a", "b"])
    assert matches(parse("params.x IS NULL AND group IS NULL"), table).all()
    assert not matches(parse("NOT params.x = 1 OR NOT name = 'a' OR duration > 0"), table).any()


def test_texts_that_no_row_has_any_more_are_not_found():
    stale = Words.of(["x", "y"]).take(np.array([1]))
    table = Table(["a"], words={"tag": {"t": stale}})
    assert not matches(parse("tags.t = 'x'"), table).any()
    assert matches(parse("tags.t != 'x'"), table).all()


@pytest.mark.parametrize("name", ["\u0130", "\u212a"])
def test_a_letter_outside_of_ascii_is_none_within(name):
    """Their lower case holds an ASCII letter: Search, asked for that, would not find them."""
    table = Table(["a"], numbers={"param": {name: numbers(1.0)}})
    assert not matches(parse(f"params.`{name.lower()}` = 1"), table).any()
    assert matches(parse(f"params.`{name}` = 1"), table).all()
