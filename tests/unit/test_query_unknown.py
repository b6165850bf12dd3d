"""Names that no run has."""

from __future__ import annotations

import numpy as np

from sm_track_widgets.reading.query import explain_unknown, parse, unknown
from sm_track_widgets.reading.table.table import Table
from sm_track_widgets.reading.table.words import Words

ONE = np.array([1.0])
TABLE = Table(
    ["a"],
    numbers={"param": {"depth": ONE, "lr": ONE}, "last": {"accuracy": ONE, "loss": ONE, "system/cpu": ONE}},
    words={
        "param": {"sm_track.name": Words.of(["x"]), "opt": Words.of(["x"])},
        "tag": {"team": Words.of(["x"]), "sagemaker:trial-component-source": Words.of(["run"])},
        "output": {"model": Words.of(["x"])},
        "input": {"data": Words.of(["x"])},
    },
)


def told(text, table=TABLE):
    return explain_unknown(unknown(parse(text), table))


def test_a_slip_is_told_with_the_nearest_name():
    (found,) = unknown(parse("params.depth = 1 AND metrics.acuracy > 1"), TABLE)
    assert found == ("metric", "acuracy", 22, "Did you mean 'accuracy'?")
    assert told("metrics.acuracy > 1") == "No run has a metric 'acuracy'. Did you mean 'accuracy'?"


def test_without_a_near_name_those_that_there_are_are_told():
    assert told("metrics.xyz > 1") == "No run has a metric 'xyz'. There are: accuracy, loss, system/cpu."
    assert told("params.xyz = 1") == "No run has a parameter 'xyz'. There are: depth, lr, opt."
    assert told("tags.xyz = 'a'") == "No run has a tag 'xyz'. There are: team."
    assert told("artifacts.xyz = 'a'") == "No run has an artifact 'xyz'. There are: data, model."


def test_many_names_are_counted():
    table = Table(["a"], numbers={"param": {f"p{number}": ONE for number in range(8)}})
    assert (
        told("params.xyz = 1", table)
        == "No run has a parameter 'xyz'. There are: p0, p1, p2, p3, p4 and 3 more."
    )
    assert told("metrics.xyz = 1", table) == "No run has a metric 'xyz'. There is none at all."


def test_a_name_of_another_kind_is_said_to_be_one():
    assert told("metrics.depth > 1") == "No run has a metric 'depth'. Did you mean params.depth?"
    assert told("params.`Loss` = 1") == "No run has a parameter 'Loss'. Did you mean metrics.Loss?"


def test_several_are_told_each_once():
    assert told("params.abc = 1 OR params.ABC = 2 OR tags.abc = 'x'") == (
        "No run has a parameter 'abc'. There are: depth, lr, opt. No run has a tag 'abc'. There are: team."
    )


def test_known_names_are_none_whatever_their_case_and_statistic():
    assert unknown(parse("params.DEPTH = 1 AND metrics.Loss.max > 1 AND artifacts.data = 'x'"), TABLE) == []
    assert unknown(parse("name = 'x' AND created > -7d"), TABLE) == []
    assert told("name = 'x'") == ""


def test_what_is_only_asked_to_be_missing_need_not_be_there():
    assert unknown(parse("params.new IS NULL"), TABLE) == []
    assert unknown(parse("NOT params.new IS NOT NULL"), TABLE) == []
    assert told("params.new IS NOT NULL").startswith("No run has a parameter 'new'.")
    assert told("params.new IS NULL OR params.new = 1").startswith("No run has a parameter 'new'.")


def test_it_is_one_line_whatever_the_names_are():
    table = Table(["a"], numbers={"param": {"x\ny": ONE, "<b>": ONE}})
    assert told("params.`q\nq` = 1", table) == "No run has a parameter 'q\\nq'. There are: <b>, 'x\\ny'."
