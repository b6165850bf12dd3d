"""Tables of runs: from records, merged, stacked, cut, packed; against rows as plain dictionaries."""

from __future__ import annotations

import copy
import random
from datetime import datetime, timezone

import numpy as np
import pytest
from run_records import plain, random_record

from sm_track_widgets.reading.table.changes import changed
from sm_track_widgets.reading.table.decode import seconds, table_of
from sm_track_widgets.reading.table.files import BrokenFileError, packed, unpacked
from sm_track_widgets.reading.table.stack import newest_first, stacked, updated
from sm_track_widgets.reading.table.table import Table
from sm_track_widgets.reading.table.words import Words


def records(seed, count, start=0):
    dice = random.Random(seed)
    return [random_record(dice, f"exp-{number}") for number in range(start, start + count)]


def test_a_record_as_columns():
    (record,) = records(3, 1)
    record |= {
        "Parameters": {
            "lr": {"NumberValue": 0.5},
            "opt": {"StringValue": "adam"},
            "empty": {"StringValue": ""},
        },
        "Metrics": [{"MetricName": "loss", "Last": 1.0, "Min": 0.5, "Max": 2.0, "Avg": 1.1, "Count": 7}],
        "Tags": [{"Key": "team", "Value": ""}],
        "Parents": [
            {"ExperimentName": "Other", "TrialName": "t1"},
            {"ExperimentName": "EXP", "TrialName": "Default-Run-Group-exp"},
        ],
    }
    table = table_of([record], "exp")
    row = plain(table)["exp-0"]
    assert {key: value for key, value in row.items() if key[0] in {"n.param", "w.param", "w.tag"}} == {
        ("n.param", "lr"): 0.5,
        ("w.param", "opt"): "adam",
        ("w.param", "empty"): "",
        ("w.tag", "team"): "",
    }
    assert [row["n." + kind, "loss"] for kind in ("last", "min", "max", "avg", "count")] == [
        1.0,
        0.5,
        2.0,
        1.1,
        7.0,
    ]
    assert ("n.std", "loss") not in row
    assert row["w.fact", "metrics"] == "loss"
    # The parent of the experiment that was asked for comes first; its default group is no group.
    assert (row["w.experiment", "0"], row["w.experiment", "1"]) == ("EXP", "Other")
    assert (row.get(("w.group", "0")), row["w.group", "1"]) == (None, "t1")


def test_texts_for_what_is_no_number_in_json():
    (record,) = records(3, 1)
    record |= {
        "Parameters": {"a": {"NumberValue": "Infinity"}, "b": {"NumberValue": "NaN"}},
        "Metrics": [
            {"MetricName": "loss", "Last": "NaN", "Min": "-Infinity", "Max": 2, "Avg": "NaN", "Count": 7}
        ],
    }
    row = plain(table_of([record]))["exp-0"]
    assert (row["n.param", "a"], row["n.min", "loss"], row["n.max", "loss"]) == (np.inf, -np.inf, 2.0)
    assert ("n.param", "b") not in row
    assert ("n.last", "loss") not in row


def test_of_records_of_one_component_the_last_counts():
    first, second = records(1, 1) + records(2, 1)
    assert plain(table_of([first, second])) == plain(table_of([second]))


def test_times_in_all_forms():
    moment = datetime(2026, 11, 28, 12, 0, 0, 500_000, tzinfo=timezone.utc)
    assert seconds(moment) == seconds(moment.timestamp()) == seconds("2026-11-28T12:00:00.5Z")


@pytest.mark.parametrize("seed", range(8))
def test_a_table_is_brought_up_to_date_by_another(seed):
    dice = random.Random(seed)
    table, expected = newest_first(table_of(records(seed, 40))), {}
    expected.update(plain(table))
    for step in range(6):
        block = table_of(dice.sample(records(seed * 10 + step, 60), 15))
        before, change = plain(table), plain(block)
        gone = dice.sample(sorted(set(expected) - set(change)), 5)
        fresh = updated(table, block, [*gone, "unknown"])
        assert plain(table) == before  # who looks at it sees what he saw
        assert plain(block) == change
        expected.update(change)
        for name in gone:
            del expected[name]
        table = fresh
        assert plain(table) == expected
        assert newest_first(table) is table
        assert [table.places[name] for name in table.components] == list(range(len(table)))


def test_a_column_that_no_run_has_any_more_is_gone():
    (record,) = records(1, 1)
    table = table_of([{**record, "Parameters": {"a": {"StringValue": "x"}, "b": {"NumberValue": 1.0}}}])
    fresh = updated(table, table_of([{**record, "Parameters": {"a": {"NumberValue": 2.0}}}]))
    assert fresh.names("param") == ["a"]
    assert "a" not in fresh.words.get("param", {})


@pytest.mark.parametrize("seed", range(5))
def test_stacking_keeps_the_last_of_each_newest_first(seed):
    blocks = [table_of(records(seed + step, 20, start=10 * step)) for step in range(4)]
    expected = {}
    for block in blocks:
        expected.update(plain(block))
    whole = stacked(blocks)
    assert plain(whole) == expected
    made = whole.number("time", "created")
    assert all(made[:-1] >= made[1:])
    assert newest_first(whole).components == whole.components
    assert len(stacked([])) == 0


def test_a_part_of_a_table_is_its_own():
    table = table_of(records(5, 30))
    before = copy.deepcopy(plain(table))
    part = table.take(np.arange(len(table)) % 2 == 0)
    assert plain(part) == {name: row for at, (name, row) in enumerate(before.items()) if at % 2 == 0}
    assert all(not np.isnan(column).all() for columns in part.numbers.values() for column in columns.values())
    assert len(updated(part, table_of(records(6, 30)))) == 30
    assert plain(table) == before


@pytest.mark.parametrize("seed", range(5))
def test_what_changed(seed):
    dice = random.Random(seed)
    old = records(seed, 30)
    new = copy.deepcopy(old) + records(seed + 100, 5, start=30)
    touched = set()
    for record in dice.sample(new[:30], 6):
        record["Parameters"] = {**record["Parameters"], "fresh": {"NumberValue": 1.0}}
        touched.add(record["TrialComponentName"])
    for record in dice.sample(new[:30], 4):
        record["Status"] = {"PrimaryStatus": "Stopped"}
        touched.add(record["TrialComponentName"])
    table, block = table_of(old), table_of(new)
    found = {block.components[row] for row in np.flatnonzero(changed(table, block))}
    assert found == touched | {f"exp-{number}" for number in range(30, 35)}
    assert not changed(table, table_of(old)).any()


@pytest.mark.parametrize("count", [0, 1, 50])
def test_packed_and_unpacked(count):
    table = table_of(records(7, count))
    again = unpacked(packed(table))
    assert plain(again) == plain(table)
    assert again.components == table.components
    assert len(updated(again, table_of(records(8, 60)))) == 60


@pytest.mark.parametrize("where", [0.02, 0.3, 0.5, 0.7, 0.98])
def test_a_broken_file_is_noticed(where):
    data = bytearray(packed(table_of(records(7, 50))))
    with pytest.raises(BrokenFileError):
        unpacked(bytes(data[: int(len(data) * where)]))
    at = int(len(data) * where)
    data[at : at + 8] = bytes(255 - value for value in data[at : at + 8])
    try:
        again = unpacked(bytes(data))
    except BrokenFileError:
        return
    assert plain(again) == plain(table_of(records(7, 50)))  # what was hit means nothing


def test_files_that_never_were_one():
    for data in (b"", b"hello", b"PK\x05\x06" + b"\0" * 18):
        with pytest.raises(BrokenFileError):
            unpacked(data)


def test_words():
    words = Words.of(["a", None, "b", "a"])
    assert words.objects("-").tolist() == ["a", "-", "b", "a"]
    assert words.where(lambda text: text > "a").tolist() == [False, False, True, False]
    assert np.isnan(words.numbers(lambda _: 2.0)).tolist() == [False, True, False, False]
    assert (words.at(1), words.at(2)) == (None, "b")
    assert words.take(np.array([2, 1])).compact().values == ["b"]
    assert not words.distinct()
    assert Words.of(["b", "a"]).distinct()
    assert Words.none(2).compact().codes.tolist() == [-1, -1]
    assert Words.none(2).where(bool).tolist() == [False, False]


def test_an_empty_table():
    table = Table()
    assert (len(table), table.names("param"), plain(table)) == (0, [], {})
    assert plain(updated(table, Table(), ["x"])) == {}
    assert plain(updated(table, table_of(records(1, 3)))) == plain(table_of(records(1, 3)))
