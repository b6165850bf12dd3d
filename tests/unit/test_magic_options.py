"""The pure parts of the magics: words, expressions, the transformer, plain tables."""

from __future__ import annotations

import pytest
from IPython.core.magic_arguments import argument, magic_arguments

from sm_track_widgets._errors import UsageError
from sm_track_widgets.magics import options
from sm_track_widgets.magics.plain import facts, table
from sm_track_widgets.magics.transform import has_second_line, is_inner_magic, transform


@pytest.mark.parametrize(
    ("line", "found"),
    [
        ("", []),
        ("  a  b ", ["a", "b"]),
        ("'a b' \"c d\"", ["a b", "c d"]),
        ("--notes='a b' -p x=\"y z\"", ["--notes=a b", "-p", "x=y z"]),
        ("it's fine", ["it's", "fine"]),
        ("run-{d['x y']} {a + b}", ["run-{d['x y']}", "{a + b}"]),
        (r"C:\data\new ''", [r"C:\data\new", ""]),
        ("a}b c", ["a}b", "c"]),
    ],
)
def test_words(line, found):
    assert options.words(line) == found


def test_an_open_quote_is_said():
    with pytest.raises(UsageError, match="not closed"):
        options.words("'a b")


NAMES = {"lr": 0.1234, "n": 3, "d": {"x": 1}, "text": "5", "items": [1, 2, 3]}


@pytest.mark.parametrize(
    ("word", "found"),
    [
        ("a", "a"),
        ("lr{lr}", "lr0.1234"),
        ("{lr:.2f}-{n!r}", "0.12-3"),
        ("{d['x']}{n + 1}", "14"),
        ("$n-$lr", "3-0.1234"),
        ("{items[1:]}", "[2, 3]"),
        ("{}", "{}"),
        ("{0}", "{0}"),
        ("{{n}}", "{n}"),
        ("{n", "{n"),
        ("{1/0}", "{1/0}"),
        ("{n +}", "{n +}"),
        ("cost$", "cost$"),
    ],
)
def test_expand(word, found):
    assert options.expand(word, NAMES) == found


def test_expanding_leaves_the_namespace_alone():
    namespace = dict(NAMES)
    options.expand("{n}", namespace)
    options.value_of("{n}", namespace)
    assert namespace == NAMES


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("1", 1),
        ("1e-3", 0.001),
        ("True", True),
        ("None", None),
        ("abc", "abc"),
        ("'1'", "1"),
        ("{lr}", 0.1234),
        ("{text}", "5"),
        ("{lr:.1f}", 0.1),
        ("x{n}", "x3"),
        ("{items}", [1, 2, 3]),
        ("{1/0}", "{1/0}"),
        ("", ""),
    ],
)
def test_values(text, value):
    found = options.value_of(text, NAMES)
    assert (found, type(found)) == (value, type(value))


def test_an_undefined_name_is_said_with_the_nearest():
    for function in (options.expand, options.value_of):
        with pytest.raises(UsageError, match=r"'itms' is not defined\. Did you mean 'items'"):
            function("{itms}", NAMES)


@magic_arguments()
@argument("words", nargs="*")
@argument("--autolog", nargs="?", const="all")
@argument("--every", nargs="?", const="10")
@argument("--group")
def sample(self, line):
    """Have options whose value may be left out."""


@pytest.mark.parametrize(
    ("line", "found"),
    [
        ("my-run", (["my-run"], None, None)),
        ("--autolog my-run", (["my-run"], "all", None)),
        ("--autolog sklearn,xgboost my-run", (["my-run"], "sklearn,xgboost", None)),
        ("my-run --autolog", (["my-run"], "all", None)),
        ("--autolog xgbost my-run", (["my-run"], "xgbost", None)),
        ("--autolog=xgb", ([], "xgb", None)),
        ("--every 0.5 --autolog", ([], "all", "0.5")),
        ("--every my-run", (["my-run"], None, "10")),
        ("--every {period} x", (["x"], None, "{period}")),
        ("--every --autolog --group g", ([], "all", "10")),
    ],
)
def test_a_value_may_be_left_out(line, found):
    optional = {"--autolog": options.is_name_list, "--every": options.is_number_text}
    parsed = options.parse(sample, line, limit=1, optional=optional)
    assert (parsed.words, parsed.autolog, parsed.every) == found


def cell(text: str) -> list[str]:
    return transform(text.splitlines(keepends=True))


@pytest.mark.parametrize(
    "text",
    [
        "",
        "x = 1\n",
        "%%sm_runs\nx",
        "%%sm_run?\n",
        "%%sm_run??",
        "x\n%%sm_run\n",
        "%%sm_run a --allow-errors\nx\n",
    ],
)
def test_other_cells_are_left_alone(text):
    assert cell(text) == text.splitlines(keepends=True)


def test_the_first_line_becomes_the_opening_call_and_the_body_stays():
    assert cell("%%sm_run a -p x='1'\n%time y\n\n1/0") == [
        "get_ipython().run_line_magic('sm_run', \"a -p x='1'\")\n",
        "%time y\n",
        "\n",
        "1/0",
    ]
    assert cell("%%sm_run") == ["get_ipython().run_line_magic('sm_run', '')\n"]
    assert cell("%%sm_run 'open\nx")[0] == "get_ipython().run_line_magic('sm_run', \"'open\")\n"


def test_transforming_twice_is_transforming_once():
    once = cell("%%sm_run a\nx = 1\n")
    assert transform(list(once)) == once


def test_a_body_that_is_another_magic_becomes_its_call():
    assert cell("%%sm_run a\n\n%%time -n\nx\n") == [
        "get_ipython().run_line_magic('sm_run', 'a')\n",
        "\n",
        "get_ipython().run_cell_magic('time', '-n', 'x\\n')\n",
    ]


@pytest.mark.parametrize(
    ("body", "found"),
    [
        ("x = 1\n%%sm_run b\n", True),
        ("if x:\n    %%sm_run b\n", True),
        ("%%sm_run b\n", True),
        ("%%time\n%%sm_run b\n", True),
        ("x = 'it' # it's\n%%sm_run b\n", True),
        ('x = "\\""\n%%sm_run\n', True),
        ("!echo it's\n%%sm_run b\n", True),
        ("x = '''\n%%sm_run b\n'''\n", False),
        ('f"""{x}\n%%sm_run b\n"""\n', False),
        ("# %%sm_run b\n", False),
        ("%%writefile a.py\n%%sm_run b\n", False),
        ("x = '%%sm_run'\n", False),
        ("%%sm_run?\n", False),
    ],
)
def test_a_second_line(body, found):
    assert has_second_line(body) is found


def test_inner_magic():
    assert is_inner_magic("%%sm_run a\n\n%%time\nx")
    assert not is_inner_magic("%%sm_run a\nx\n%%time")
    assert not is_inner_magic("%%time\nx")


def test_tables_are_plain_and_aligned():
    assert table(["a", "bb"], [["1", "x\ny"], ["222", ""]]) == "a    bb\n1    x y\n222"
    assert facts([("a", "1"), ("long", "2\n3")]) == "a     1\nlong  2 3"
    assert len(table(["a"], [["x" * 200]]).splitlines()[1]) == 80
