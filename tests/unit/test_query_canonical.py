"""Any tree, written as text, reads as an equal tree."""

from __future__ import annotations

import pytest

from sm_track_widgets.reading.query import parse
from sm_track_widgets.reading.query.conditions import STATUSES
from sm_track_widgets.reading.query.fields import FIXED, TIMES
from sm_track_widgets.reading.query.nodes import (
    Ago,
    All,
    Between,
    Compare,
    Field,
    Like,
    Not,
    Null,
    Number,
    OneOf,
    Some,
    Text,
)
from sm_track_widgets.reading.query.pushing import push
from sm_track_widgets.reading.query.signed import plain, signed
from sm_track_widgets.reading.query.times import iso
from sm_track_widgets.reading.query.values import spelling
from sm_track_widgets.reading.query.written import written

hypothesis = pytest.importorskip("hypothesis", reason="not among the tests' own needs: see the extra dev")
st = pytest.importorskip("hypothesis.strategies")
given = hypothesis.given
settings = hypothesis.settings

SIGNS = ["=", "!=", "<", "<=", ">", ">="]
floats = st.floats(allow_nan=False, allow_infinity=False)
numbers = st.builds(
    Number, (floats.map(repr) | st.integers(-(10**6), 10**6).map(str)).map(lambda text: spelling(text, 1))
)
texts = st.builds(Text, st.text(max_size=6))
agos = st.builds(Ago, st.integers(0, 999).map(lambda amount: Number(str(amount))), st.sampled_from("smhdw"))
isos = (
    st.datetimes().map(lambda told: Text(told.isoformat())).filter(lambda text: iso(text.value) is not None)
)
names = st.text(min_size=1, max_size=6) | st.sampled_from(
    ["a.max", "max", "a.b", "val loss", "a`b", 'a"b', "and", "ß", "日本"]
)
statistics = st.sampled_from(["last", "min", "max", "avg", "std", "count"])
TEXT_FIELDS = [name for name in FIXED if name not in {*TIMES, "duration", "status"}]


@st.composite
def leaves(draw):
    kind = draw(st.sampled_from(["param", "metric", "duration", "text", "tag", "artifact", "status", "time"]))
    named = kind in {"param", "metric", "tag", "artifact"}
    fixed = {"text": st.sampled_from(TEXT_FIELDS), "time": st.sampled_from(TIMES)}.get(kind, st.just(kind))
    field = Field(draw(fixed), draw(names) if named else "", draw(statistics) if kind == "metric" else "")
    values = {
        "param": numbers | texts,
        "metric": numbers,
        "duration": numbers,
        "status": st.sampled_from(sorted(set(STATUSES.values()))).map(Text),
        "time": numbers | agos | isos,
    }.get(kind, texts)
    shapes = ["null", "in", "compare"]
    shapes += ["between"] if kind in {"param", "metric", "duration", "time"} else []
    shapes += ["like"] if kind not in {"metric", "duration", "time"} else []
    return draw(_shaped(field, kind, values, draw(st.sampled_from(shapes))))


def _shaped(field, kind, values, shape):
    negated = st.booleans()
    ordered = numbers if kind == "param" else values
    if shape == "null":
        return st.builds(Null, st.just(field), negated)
    if shape == "in":
        several = st.lists(values, min_size=1, max_size=3, unique=True).map(tuple)
        return st.builds(OneOf, st.just(field), several, negated)
    if shape == "like":
        return st.builds(Like, st.just(field), st.text(max_size=6), st.booleans(), negated)
    if shape == "between":
        return st.builds(Between, st.just(field), ordered, ordered, negated)
    equal = st.builds(Compare, st.just(field), st.sampled_from(["=", "!="]), values)
    if kind in {"param", "metric", "duration", "time"}:
        return equal | st.builds(Compare, st.just(field), st.sampled_from(SIGNS[2:]), ordered)
    return equal


def joined(parts):
    several = st.lists(parts, min_size=2, max_size=3)

    def flat(kind, nodes):
        return kind(
            tuple(inner for node in nodes for inner in (node.parts if isinstance(node, kind) else (node,)))
        )

    return (
        several.map(lambda nodes: flat(All, nodes))
        | several.map(lambda nodes: flat(Some, nodes))
        | parts.map(lambda node: node.part if isinstance(node, Not) else Not(node))
    )


trees = st.recursive(leaves(), joined, max_leaves=8)


@settings(max_examples=300, deadline=None)
@given(tree=trees)
def test_a_tree_is_written_so_that_it_reads_as_itself(tree):
    text = written(tree)
    assert parse(text).tree == tree
    assert parse(text).canonical() == text


@settings(max_examples=150, deadline=None)
@given(tree=trees)
def test_negations_brought_down_read_as_the_same(tree):
    """What is said to be asked and what is said to be left can be written, too."""
    low = plain(signed(tree))
    assert signed(parse(written(low)).tree) == signed(tree)
    pushed = push(parse(written(tree)))
    assert parse(pushed.asked)
    assert parse(pushed.left)
