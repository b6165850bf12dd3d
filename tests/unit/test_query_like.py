"""LIKE's patterns."""

from __future__ import annotations

import time

import pytest
from query_oracle import _like

from sm_track_widgets.reading.query.patterns import chunks, contained, escaped, literal, matcher

hypothesis = pytest.importorskip("hypothesis", reason="not among the tests' own needs: see the extra dev")
st = pytest.importorskip("hypothesis.strategies")
given = hypothesis.given

SIGNS = st.text(alphabet="ab%_\\A", max_size=8)


@given(pattern=SIGNS, text=SIGNS, any_case=st.booleans())
def test_a_pattern_matches_as_trying_every_way_does(pattern, text, any_case):
    assert matcher(pattern, any_case=any_case)(text) == _like(pattern, text, any_case=any_case)


@given(pattern=SIGNS, text=SIGNS)
def test_what_matches_contains_the_chunks_of_the_pattern(pattern, text):
    if matcher(pattern, any_case=False)(text):
        assert all(chunk in text for chunk in chunks(pattern))
        assert literal(pattern) in {None, text}


@given(text=st.text(alphabet="ab%_\\A"))
def test_an_escaped_text_matches_itself_only(text):
    assert literal(escaped(text)) == text
    if text:
        assert contained(f"%{escaped(text)}%") == text


@pytest.mark.parametrize(
    ("pattern", "parts", "whole", "inner"),
    [
        ("abc", ["abc"], "abc", None),
        ("a%b_c", ["a", "b", "c"], None, None),
        ("%abc%", ["abc"], None, "abc"),
        ("%a\\%b%", ["a%b"], None, "a%b"),
        ("%a%b%", ["a", "b"], None, None),
        ("%%", [], None, None),
        ("", [], "", None),
        ("50\\%", ["50%"], "50%", None),
        ("\\\\_", ["\\"], None, None),
        ("a\\b", ["a\\b"], "a\\b", None),
        ("a\\", ["a\\"], "a\\", None),
    ],
)
def test_the_parts_of_a_pattern(pattern, parts, whole, inner):
    assert chunks(pattern) == parts
    assert literal(pattern) == whole
    assert contained(pattern) == inner


@pytest.mark.parametrize("any_case", [False, True])
def test_many_wildcards_take_no_longer(any_case):
    start = time.monotonic()
    assert not matcher("%a" * 200 + "%b", any_case=any_case)("a" * 2500)
    assert not matcher("%a_" * 200 + "%b", any_case=any_case)("a" * 2500)
    assert time.monotonic() - start < 2
