"""CBOR: the examples of RFC 8949, what comes back as it went, and bytes that are none."""

from __future__ import annotations

from contextlib import suppress
from datetime import datetime, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as some

from sm_track_widgets.serve.cbor import CborError, dumps, loads

EXAMPLES = {
    "00": 0,
    "17": 23,
    "1818": 24,
    "1903e8": 1000,
    "1bffffffffffffffff": 18446744073709551615,
    "20": -1,
    "3903e7": -1000,
    "f93c00": 1.0,
    "fa47c35000": 100000.0,
    "fb3ff199999999999a": 1.1,
    "f97c00": float("inf"),
    "f4": False,
    "f5": True,
    "f6": None,
    "c11a514b67b0": 1363896240,
    "c1fb41d452d9ec200000": 1363896240.5,
    "4401020304": b"\x01\x02\x03\x04",
    "62c3bc": "ü",
    "83010203": [1, 2, 3],
    "a26161016162820203": {"a": 1, "b": [2, 3]},
    "5f42010243030405ff": b"\x01\x02\x03\x04\x05",
    "7f657374726561646d696e67ff": "streaming",
    "9f018202039f0405ffff": [1, [2, 3], [4, 5]],
    "bf61610161629f0203ffff": {"a": 1, "b": [2, 3]},
}
"""Of the RFC's appendix A: hexadecimal -> value."""

scalars = some.none() | some.booleans() | some.floats(allow_nan=False) | some.text() | some.binary()
scalars |= some.integers(-(2**64), 2**64 - 1)
values = some.recursive(scalars, lambda inner: some.lists(inner) | some.dictionaries(some.text(), inner))


@pytest.mark.parametrize("code", EXAMPLES)
def test_the_examples_of_the_rfc(code):
    found = loads(bytes.fromhex(code))
    assert found == EXAMPLES[code]
    assert type(found) is type(EXAMPLES[code])


@given(values)
def test_what_is_written_is_read_back(value):
    assert loads(dumps(value)) == value


def test_times_are_seconds():
    assert loads(dumps(datetime(2013, 3, 21, 20, 4, 0, 500_000, tzinfo=timezone.utc))) == 1363896240.5


@given(some.binary())
def test_anything_else_is_refused_in_one_way(content):
    with suppress(CborError):
        loads(content)


@pytest.mark.parametrize(
    "code", ["", "0000", "1c", "fc", "f8ff", "61ff", "5f01ff", "a1800", "9bffffffffffffffff00"]
)
def test_bytes_that_are_none(code):
    with pytest.raises(CborError):
        loads(bytes.fromhex(code.ljust(len(code) + len(code) % 2, "0")))
