"""The options and the query of one line, told apart."""

from __future__ import annotations

import random

import pytest
from IPython.core.magic_arguments import argument, magic_arguments

from sm_track_widgets._errors import UsageError
from sm_track_widgets.magics import query_line
from sm_track_widgets.reading.query import parse
from sm_track_widgets.reading.query.tokens import quoted


@magic_arguments()
@argument("words", nargs="*")
@argument("-e", "--experiment")
@argument("--sort")
@argument("--df", action="store_true")
def magic(line):
    """A magic."""


NAMES = {"team": "it's", "low": 0.25, "name": 'a"b', "tick": "a`b"}


@pytest.mark.parametrize(
    ("line", "query", "experiment"),
    [
        ("", None, None),
        ("-e fraud", None, "fraud"),
        ("-e fraud a = 1", "a = 1", "fraud"),
        ("a = 1 -e fraud", "a = 1", "fraud"),
        ("a = 1 --experiment=fraud AND b = 2", "a = 1 AND b = 2", "fraud"),
        ("-efraud  a  =  'x  y'", "a = 'x  y'", "fraud"),
        ("-e 'my exp' a = 1", "a = 1", "my exp"),
        ("'a = 1' -e fraud", "a = 1", "fraud"),
        ("\"a = 'x'\" -e fraud", "a = 'x'", "fraud"),
        ("'name = 'x''", "name = 'x'", None),
        ("a = ' -e x --df '", "a = ' -e x --df '", None),
        ("tags.` -e x` = 1", "tags.` -e x` = 1", None),
        ("tags.a=' -e x'", "tags.a=' -e x'", None),
        ("created > -7d AND x > -.5 -e f", "created > -7d AND x > -.5", "f"),
        (r"name LIKE '5\%' -e f", r"name LIKE '5\%'", "f"),
        ("x IN (4, 6)", "x IN (4, 6)", None),
        ("x > {low}", "x > 0.25", None),
        ("x > {low + 1:.1f}", "x > 1.2", None),
        ("x > $low", "x > 0.25", None),
        ("x = '{team}'", "x = 'it''s'", None),
        ('x = "{name}" AND tags.`{tick}` = 1', 'x = "a""b" AND tags.`a``b` = 1', None),
        ("'x = '{team}''", "x = 'it''s'", None),
        ("x = '$low'", "x = '$low'", None),
        ("x = 'open -e f", "x = 'open -e f", None),
        ("x = '\u202e<b>'", "x = '\u202e<b>'", None),
    ],
)
def test_options_are_cut_out_and_the_rest_stays(line, query, experiment):
    parsed, rest = query_line.parse(magic, line)
    assert query_line.query(rest, NAMES) == query
    assert parsed.experiment == experiment


@pytest.mark.parametrize("word", ["params.x", "metrics.auc.max", "Tags.team", "artifacts.model"])
def test_a_lone_field_is_told_what_is_missing(word):
    with pytest.raises(UsageError) as caught:
        query_line.query(word, NAMES, "sm_runs")
    assert str(caught.value) == f"'{word}' is no condition. Write, for example, {word} IS NOT NULL."
    with pytest.raises(UsageError, match="An experiment is named by -e: %sm_runs -e trees;"):
        query_line.query("trees", NAMES, "sm_runs")


def test_values_that_look_like_options_belong_to_theirs():
    parsed, rest = query_line.parse(magic, "--sort -auc a = 1 --df")
    assert (parsed.sort, parsed.df, rest) == ("-auc", True, "a = 1")


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("a = 1 --experimnt f", "Did you mean '--experiment'?"),
        ("a = 1 -e", "expected one argument"),
        ("-e 'open", "The quote ' is not closed"),
        ("a = 1 -x", "There is no option -x"),
    ],
)
def test_a_mistake_in_an_option_is_told(line, told):
    with pytest.raises(UsageError, match=told):
        query_line.parse(magic, line)


def test_a_lone_name_is_no_query():
    with pytest.raises(UsageError, match="-e: %sm_runs -e fraud; a condition is, for example"):
        query_line.query("fraud", {}, "sm_runs")


def test_first_and_last_word():
    assert query_line.first_word("auc x = 'a'") == ("auc", "x = 'a'")
    assert query_line.first_word("'val auc'") == ("val auc", "")
    assert query_line.first_word("") == ("", "")
    assert query_line.last_word("x = 'a b' \"my runs.csv\"") == ("my runs.csv", "x = 'a b'")
    assert query_line.last_word("runs.csv") == ("runs.csv", "")
    assert query_line.last_word("{d['a b']}.csv") == ("{d['a b']}.csv", "")
    assert query_line.last_word("") == ("", "")


@pytest.mark.parametrize("mark", ["'", '"'])
def test_any_text_put_in_between_quotes_is_looked_for(mark):
    dice = random.Random(7)
    _, rest = query_line.parse(magic, f"-e f name = {mark}{{text}}{mark}")
    for _ in range(500):
        text = "".join(dice.choices("ab -e'\"`\\%_{}$\n\u202eע", k=dice.randrange(8)))
        assert parse(query_line.query(rest, {"text": text})).tree == parse(f"name = {quoted(text)}").tree
