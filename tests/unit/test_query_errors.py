"""Queries that cannot be read: each has its own sentence, its column and its cure."""

from __future__ import annotations

import pickle

import pytest

from sm_track_widgets._errors import UsageError
from sm_track_widgets.reading.query import QueryError, parse

LIKE = "Write metrics.x > 0.5 or metrics.x BETWEEN 0.5 AND 0.6."
OPERATORS = "Operators are = != < <= > >= IN LIKE ILIKE BETWEEN IS NULL."
DEPTH = "Write params.depth, metrics.depth or tags.depth."
DATE = "Write created > '2026-11-28', '2026-11-28T10:30' or -7d."
STATUSES = "There are: InProgress, Completed, Failed, Stopped, Stopping."
NO_TIME = "Times are started, ended, created, modified."
# query, column, what is wrong and the cure
WHOLE_MONTH = "Write created >= '2026-11-28', or created = '2026-11' for the whole month."
TEXT = "is a text, and text cannot be ordered."
TURN = "Write NOT before the field to turn a condition round."
AFTER = "an operator is missing after 'params.a'. Write params.a IS NOT NULL to find where it is there."
REFUSED = [
    # fields
    ("statsu = 'x'", 1, "there is no field 'statsu'. Did you mean 'status'?"),
    ("params.a = 1 AND Statsu = 'x'", 18, "there is no field 'Statsu'. Did you mean 'status'?"),
    ("depth = 4", 1, f"there is no field 'depth'. {DEPTH}"),
    ("model = 'x'", 1, "there is no field 'model'. Write params.model, metrics.model or tags.model."),
    ("a.b = 4", 1, "there is no field 'a'. Write params.a.b, metrics.a.b or tags.a.b."),
    ("parms.depth = 4", 1, "there is no field 'parms'. Did you mean 'params'?"),
    ("attributes.foo = 4", 12, "there is no field 'foo'. Write params.foo, metrics.foo or tags.foo."),
    ("status.x = 4", 8, "the field 'status' has no parts. Write status."),
    ("params = 4", 1, "a name is missing after 'params'. Write params.NAME."),
    ("params. = 4", 8, "a name is missing after 'params.'."),
    ("params..a = 4", 8, "a name is missing after 'params.'."),
    ("params.`` = 4", 8, "the name between the quotes is empty."),
    ("`my param` = 4", 1, "'my param' is not said to be a name of what. Put params., metrics. or tags. before it."),
    # quotes and signs
    ("name = 'abc", 8, "the quote ' is not closed. Within a text it is doubled: ''"),
    ('name = "abc', 8, 'the quote " is not closed. Within a text it is doubled: ""'),
    ("params.`abc = 4", 8, "the quote ` is not closed. Within a text it is doubled: ``"),
    ("name = “abc”", 8, "'“' cannot stand here. Quotes are straight: 'text'."),
    ("params.a ≥ 4", 10, "'≥' cannot stand here. Write >=."),
    ("params.a≥4", 9, "'≥' cannot stand here. Write >=."),
    ("params.a = \u22124", 12, "'\u2212' cannot stand here. Write - for minus."),
    ("params.a\u200b = 4", 9, "'\\u200b' cannot stand here. Put names in backticks and texts in quotes."),
    ("params.a = 1 & params.b = 2", 14, "'&' cannot stand here. Write AND."),
    ("params.a = 1 || params.b = 2", 14, "'|' cannot stand here. Write OR."),
    ("!params.a = 1", 1, "'!' cannot stand here. Write NOT, or != to compare."),
    ("name =~ 'x'", 7, "'~' cannot stand here. There are no regular expressions; write LIKE with % and _."),
    ("name = x*", 9, "'*' cannot stand here. In LIKE, % stands for any text."),
    ("params.a IN [1]", 13, "'[' cannot stand here. Lists and groups are in round parentheses."),
    ("params.a = 1;", 13, "';' cannot stand here. A query is one condition, or several joined by AND and OR."),
    ("params.a$ = 1", 9, "'$' cannot stand here. Put names in backticks and texts in quotes."),
    # values
    ("status = Completed", 10, "'Completed' is no value. Put text in quotes: 'Completed'."),
    ("name = it's", 10, "the quote ' is not closed. Within a text it is doubled: ''"),
    ("created > 2026-11-28", 11, "'2026-11-28' is no value. Put text in quotes: '2026-11-28'."),
    ("artifacts.m = s3://b/x.csv", 15, "'s3://b/x.csv' is no value. Put text in quotes: 's3://b/x.csv'."),
    ("params.a = 0x10", 12, "'0x10' is no value. Put text in quotes: '0x10'."),
    ("created > 7d", 11, "'7d' is no value. Write -7d for a time before now."),
    ("duration > 2h", 12, "'2h' is no value. A duration is in seconds: 7200."),
    ("duration > -2h", 12, "-2h is a time, and duration is none. It is in seconds: duration > 7200."),
    ("params.a > -7d", 12, f"-7d is a time, and params.a is none. {NO_TIME}"),
    ("params.a IN (1, -7d)", 17, f"-7d is a time, and params.a is none. {NO_TIME}"),
    ("params.a = 1e999", 12, "the number 1e999 is out of range."),
    ("params.a = 1e-999", 12, "the number 1e-999 is out of range."),
    (f"params.a = {'9' * 400}", 12, f"the number {'9' * 27}... is out of range."),
    ("params.a =", 11, "a value is missing after '='."),
    ("params.a = AND params.b = 1", 12, "a value is missing after '='."),
    ("(params.a =)", 12, "a value is missing after '='."),
    ("params.a => 3", 11, "a value is missing after '='. Write >= for '=>'."),
    ("params.a =< 3", 11, "a value is missing after '='. Write <= for '=<'."),
    ("params.a = null", 12, "NULL is not compared by '='. Write IS NULL."),
    ("params.a != NULL", 13, "NULL is not compared by '!='. Write IS NOT NULL."),
    ("params.a = (4, 6)", 12, "a list is not compared by '='. Write IN (4, 6)."),
    ("params.a <> (4, 6)", 13, "a list is not compared by '<>'. Write NOT IN (4, 6)."),
    ("params.a LIKE", 14, "a value is missing after LIKE."),
    ("name LIKE 4", 11, "LIKE takes a text. Write name LIKE '%4%'."),
    ("name NOT ILIKE tmp", 16, "'tmp' is no value. Put text in quotes: 'tmp'."),
    ("name = it", 8, "'it' is no value. Put text in quotes: 'it'."),
    # types
    ("params.lr > '0.01'", 13, "'0.01' is a text, and text cannot be ordered. Write params.lr > 0.01 without quotes."),
    ("params.lr BETWEEN '1' AND 2", 19, f"'1' {TEXT} Write params.lr BETWEEN 1 without quotes."),
    ("params.lr > 'abc'", 13, "text cannot be ordered. Write params.lr = 'abc', IN or LIKE."),
    ("name > 3", 8, "text cannot be ordered. Write name = 3, IN or LIKE."),
    ("tags.a BETWEEN 'a' AND 'b'", 16, "text cannot be ordered. Write tags.a = 'a', IN or LIKE."),
    ("status < 'Failed'", 10, "text cannot be ordered. Write status = 'Failed', IN or LIKE."),
    ("metrics.x = 'abc'", 13, "'abc' is no number, and metrics.x is one. Write metrics.x > 0.5."),
    ("duration = 'long'", 12, "'long' is no number, and duration is one. Write duration > 0.5."),
    ("metrics.x LIKE 'a%'", 11, f"LIKE looks at texts, and metrics.x is a number. {LIKE}"),
    ("created ILIKE '2026%'", 9, f"ILIKE looks at texts, and created is a time. {WHOLE_MONTH}"),
    ("created > 'soon'", 11, f"'soon' is no time. {DATE}"),
    ("created > '2026-13-01'", 11, f"'2026-13-01' is no time. {DATE}"),
    ("status = 'SCHEDULED'", 10, f"there is no status 'SCHEDULED'. {STATUSES}"),
    ("status IN ('Failed', 'finishd')", 22, "there is no status 'finishd'. Did you mean 'finished'?"),
    # lists, BETWEEN, IS, NOT
    ("params.a IN ()", 14, "the list after IN is empty. Write IN (4, 6)."),
    ("params.a IN 4", 13, "IN takes a list. Write IN (4, 6)."),
    ("params.a IN (4 6)", 16, "a comma is missing before '6'. Write IN (4, 6)."),
    ("params.a IN (4,)", 16, "another value is missing after ','."),
    ("params.a IN (4, 6", 13, "this '(' is not closed."),
    ("params.a BETWEEN 1", 19, "BETWEEN takes two values. Write BETWEEN 1 AND 2."),
    ("params.a BETWEEN 1 OR 2", 20, "BETWEEN takes two values. Write BETWEEN 1 AND 2."),
    ("params.a BETWEEN 1 AND", 23, "another value is missing after AND."),
    ("params.a IS 4", 13, "IS takes NULL or NOT NULL, not '4'. Write = to compare."),
    ("params.a IS NOT", 16, "IS takes NULL or NOT NULL, not the end. Write = to compare."),
    ("params.a NULL", 10, "IS is missing before NULL. Write IS NULL."),
    ("params.a NOT NULL", 14, "IS is missing before NOT NULL. Write IS NOT NULL."),
    ("params.a NOT = 4", 14, "NOT is followed by IN, LIKE, ILIKE or BETWEEN here. Write !=."),
    ("params.a NOT 4", 14, f"NOT is followed by IN, LIKE, ILIKE or BETWEEN here. {TURN}"),
    # the whole
    ("params.a", 9, AFTER),
    ("params.a AND params.b = 1", 10, AFTER),
    ("params.a 4", 10, f"an operator is missing before '4'. {OPERATORS}"),
    ("name contains 'x'", 6, f"there is no operator 'contains'. {OPERATORS}"),
    ("4 < params.a", 1, "a condition begins with a field, not with '4'. Write metrics.auc > 0.9."),
    ("'x' = name", 1, "a condition begins with a field, not with \"'x'\". Write metrics.auc > 0.9."),
    ("= 4", 1, "a field is missing before '='. Write metrics.auc > 0.9."),
    ("params.a = 1 AND", 17, "a condition is missing after AND."),
    ("params.a = 1 OR OR params.b = 1", 17, "a condition is missing after OR."),
    ("NOT", 4, "a condition is missing after NOT."),
    ("AND params.a = 1", 1, "a condition is missing before AND."),
    ("()", 2, "there is nothing between the parentheses."),
    ("(", 1, "this '(' is not closed."),
    ("params.b = 2 AND (params.a = 1", 18, "this '(' is not closed."),
    ("params.a = 1)", 13, "there is no '(' for this ')'."),
    (")", 1, "there is no '(' for this ')'."),
    ("params.a = 1 params.b = 2", 14, "AND or OR is missing before 'params.b'."),
    ("params.a = 1 NOT params.b = 2", 14, "AND or OR is missing before NOT."),
    ("params.a = 1 (params.b = 2)", 14, "AND or OR is missing before '('."),
    ("params.a = 1, params.b = 2", 13, "conditions are not joined by commas. Write AND or OR."),
    ("params.a = 1 5", 14, "'5' is too much here. Join conditions by AND or OR."),
    ("1 < params.a < 5", 1, "a condition begins with a field, not with '1'. Write metrics.auc > 0.9."),
    ("params.a < 5 < 6", 14, "'<' is too much here. Join conditions by AND or OR."),
]  # fmt: skip


@pytest.mark.parametrize(("text", "column", "sentence"), REFUSED)
def test_a_query_that_cannot_be_read_says_what_where_and_what_to_write(text, column, sentence):
    with pytest.raises(UsageError) as caught:
        parse(text)
    error = caught.value
    assert str(error) == f"Query, column {column}: {sentence}"
    assert isinstance(error, QueryError)
    assert (error.query, error.column) == (text, column)
    assert "\n" not in str(error)


def told(text):
    with pytest.raises(QueryError) as caught:
        parse(text)
    return caught.value


def test_a_notebook_shows_the_query_and_a_mark_under_the_fault():
    assert told("params.a = 1 AND statsu = 'x'")._render_traceback_() == [
        "QueryError: Query, column 18: there is no field 'statsu'. Did you mean 'status'?",
        "params.a = 1 AND statsu = 'x'",
        "                 ^",
    ]


def test_the_mark_stands_right_below_wide_letters_and_line_breaks():
    shown = told("params.学習率 = 1\nAND\tstatsu = 2")._render_traceback_()
    assert shown[1:] == ["params.学習率 = 1 AND statsu = 2", " " * 22 + "^"]


def test_of_a_long_query_the_part_around_the_fault_is_shown():
    error = told(f"{'params.a = 1 AND ' * 50}statsu = 'x'{' AND params.a = 1' * 50}")
    _, line, mark = error._render_traceback_()
    assert len(line) <= 102
    assert line.startswith("…")
    assert line.endswith("…")
    assert line[mark.index("^") :].startswith("statsu")


def test_a_name_with_line_breaks_is_told_on_one_line():
    assert "\n" not in str(told("`a\nb` = 1"))
    assert "\n" not in str(told("params.`a\nb`. = 1"))
    assert "\n" not in str(told("params.`a\nb`"))


def test_an_error_without_a_place_is_one_line():
    assert QueryError("wrong.", "Right.")._render_traceback_() == ["QueryError: wrong. Right."]


def test_an_error_can_be_sent_elsewhere():
    error = told("statsu = 1")
    again = pickle.loads(pickle.dumps(error))
    assert (str(again), again.query, again.column) == (str(error), error.query, error.column)


@pytest.mark.parametrize(
    "text",
    [
        "(" * 10_000,
        ")" * 10_000,
        "NOT " * 10_000,
        "(params.a = 1 AND (params.b = 2 OR " * 3_000 + "params.c = 3" + "))" * 3_000,
        "(params.a = 1 AND NOT (params.b = 2 OR NOT " * 3_000 + "params.c = 3" + "))" * 3_000,
        "params.a = " * 10_000,
        "'" + "x" * 100_000,
        "params.a" + "." * 100_000,
        "params.a = '" + "''" * 50_000,
        "1" * 100_000,
        "-" * 100_000,
        "params.a IN (" + "1," * 50_000,
        "\x00" * 1000,
        "params.a = '\ud800' AND",
    ],
    ids=range(14),
)
def test_monsters_are_refused_and_not_crashed_over(text):
    with pytest.raises(QueryError) as caught:
        parse(text)
    assert len(caught.value._render_traceback_()) == 3


def test_what_is_nested_too_deeply_says_so():
    text = "(params.a = 1 AND (params.b = 2 OR " * 60 + "params.c = 3" + "))" * 60
    assert (
        str(told(text)) == "Query, column 1: AND, OR and NOT are nested more than 100 deep. Write it flatter."
    )
    assert parse("(params.a = 1 AND (params.b = 2 OR " * 49 + "params.c = 3" + "))" * 49).canonical()
