"""Values as users hand them in -> values as the service takes them."""

from __future__ import annotations

import datetime as dt
import math
from decimal import Decimal
from enum import Enum
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest

from sm_track_widgets._errors import UsageError
from sm_track_widgets.tracking import values


class Colour(Enum):
    RED = "red"


class Tensor:
    """What torch's tensors look like from outside."""

    dtype = "torch.float32"

    def __init__(self, *items: float) -> None:
        self.items = items
        self.shape = (len(items),)

    def item(self) -> float:
        if len(self.items) != 1:
            raise RuntimeError("a Tensor with several elements cannot be converted to Scalar")
        return self.items[0]


class Broken:
    def __str__(self) -> str:
        raise RuntimeError("no text")


@pytest.mark.parametrize(
    ("given", "stored"),
    [
        (3, 3),
        (0.25, 0.25),
        (-0.0, 0.0),
        (np.int64(7), 7),
        (np.float32(0.5), 0.5),
        (np.float64(0.1), 0.1),
        (np.array(4.0), 4.0),
        (np.array([[2]]), 2),
        (Tensor(1.5), 1.5),
        (Decimal("0.1"), 0.1),
        (Fraction(1, 4), 0.25),
        (True, "True"),
        (np.bool_(False), "False"),
        (None, "None"),
        (math.nan, "nan"),
        (math.inf, "inf"),
        (np.float32("-inf"), "-inf"),
        (Decimal("NaN"), "nan"),
        (2**53, 2**53),
        (2**53 + 1, str(2**53 + 1)),
        (-(10**40), str(-(10**40))),
        ("text", "text"),
        ("", ""),
        (Path("a/b"), "a/b"),
        (Colour.RED, "red"),
        (dt.date(2026, 1, 2), "2026-01-02"),
        (dt.datetime(2026, 1, 2, 3, 4, tzinfo=dt.timezone.utc), "2026-01-02T03:04:00+00:00"),
        ([1, "a", None], '[1, "a", null]'),
        ((1, 2), "[1, 2]"),
        ({"a": {"b": np.float32(0.5)}}, '{"a": {"b": 0.5}}'),
        ({3: True}, '{"3": true}'),
        ({"b", "a"}, '["a", "b"]'),
        (np.arange(3), "[0, 1, 2]"),
        ({"when": dt.date(2026, 1, 2), "what": Path("x")}, '{"when": "2026-01-02", "what": "x"}'),
        (b"bytes", "bytes"),
        (math.sqrt, "math.sqrt"),
        (Fraction, "fractions.Fraction"),
        (2 + 3j, "(2+3j)"),
        ("two\nlines\r\nthree", r"two\nlines\nthree"),
        ("lone \ud800 surrogate", "lone ? surrogate"),
    ],
)
def test_parameters_keep_their_meaning(given: object, stored: object) -> None:
    value, note = values.parameter("p", given)
    assert value == stored
    assert type(value) is type(stored)
    assert note == ""


def test_a_long_text_is_cut_and_the_note_names_the_parameter() -> None:
    value, note = values.parameter("prompt", "x" * 2501)
    assert value == "x" * 2500
    assert "'prompt'" in note
    assert "2,501" in note
    assert values.parameter("prompt", "x" * 2500) == ("x" * 2500, "")


def test_what_has_no_text_or_refers_to_itself_is_stored_all_the_same() -> None:
    assert values.parameter("p", Broken()).value == "<Broken: RuntimeError>"
    loop: list[object] = []
    loop.append(loop)
    assert values.parameter("p", loop).value == "[[...]]"


@pytest.mark.parametrize(
    ("name", "part"), [("", "without a name"), ("x" * 321, "320"), ("sm_track.x", "reserved")]
)
def test_impossible_parameter_names_say_why(name: str, part: str) -> None:
    assert part in values.parameter_name(name)[1]


def test_possible_parameter_names() -> None:
    assert values.parameter_name("x" * 320) == ("x" * 320, "")
    assert values.parameter_name(3) == ("3", "")
    assert values.parameter_name("a b/ü")[1] == ""


@pytest.mark.parametrize(
    ("given", "value"),
    [
        (1, 1.0),
        (0.5, 0.5),
        (True, 1.0),
        (np.float32(0.5), 0.5),
        (np.int8(-3), -3.0),
        (np.array(0.25), 0.25),
        (np.array([0.25]), 0.25),
        (Tensor(0.75), 0.75),
        (Decimal("0.5"), 0.5),
        (Fraction(1, 2), 0.5),
        ("0.5", 0.5),
        (10**400, math.inf),
        (-(10**400), -math.inf),
        ("-inf", -math.inf),
    ],
)
def test_metric_values(given: object, value: float) -> None:
    assert values.metric_value("m", given) == value
    assert type(values.metric_value("m", given)) is float


@pytest.mark.parametrize(
    "given", [None, "high", 1j, np.arange(3), Tensor(1.0, 2.0), object(), [1.0], np.array("a")]
)
def test_what_is_no_number_is_said_in_one_line(given: object) -> None:
    with pytest.raises(UsageError) as caught:
        values.metric_value("auc", given)
    assert "'auc'" in str(caught.value)
    assert "\n" not in str(caught.value)
    assert caught.value.cure


def test_nan_is_a_value_here() -> None:
    assert math.isnan(values.metric_value("m", np.float32("nan")))


@pytest.mark.parametrize(
    ("given", "step"), [(None, None), (0, 0), (np.int64(3), 3), (4.0, 4), (np.float32(5), 5)]
)
def test_steps(given: object, step: int | None) -> None:
    assert values.metric_step("m", given) == step


@pytest.mark.parametrize("given", [-1, 0.5, "3", 2**31, math.nan, math.inf, np.array([1, 2])])
def test_impossible_steps(given: object) -> None:
    with pytest.raises(UsageError, match="Step") as caught:
        values.metric_step("m", given)
    assert caught.value.cure


@pytest.mark.parametrize("name", ["", "x" * 256, "two\nlines", 3, None])
def test_impossible_metric_names(name: object) -> None:
    with pytest.raises(UsageError):
        values.metric_name(name)


def test_times() -> None:
    now = 1_790_000_000.0
    assert values.metric_time(None, now) == now
    assert values.metric_time(now - 5, now) == now - 5
    aware = dt.datetime.fromtimestamp(now, dt.timezone(dt.timedelta(hours=5)))
    assert values.metric_time(aware, now) == now
    naive = dt.datetime.fromtimestamp(now)  # noqa: DTZ006 - naive is the case
    assert values.metric_time(naive, now) == now
    for impossible in (now - 15 * 86_400, now + 3 * 3_600, "noon", math.nan):
        with pytest.raises(UsageError, match="imestamp"):
            values.metric_time(impossible, now)


def test_tags() -> None:
    assert values.tag("team", "vision 2") == ("team", "vision 2", "")
    assert values.tag("n", 3) == ("n", "3", "")
    assert values.tag("ä", "ü@x.y") == ("ä", "ü@x.y", "")
    key, value, note = values.tag("what", "<b>\N{ROCKET}")
    assert (key, value) == ("what", "_b__")
    assert "'what'" in note
    assert len(values.tag("k" * 200, "v" * 300)[1]) == 256
    for taken in ("aws:x", "sagemaker:x", "sm_track:parent", " "):
        with pytest.raises(UsageError):
            values.tag(taken, "x")


def test_which_types_need_no_question() -> None:
    for kind in (float, int, bool, np.float64, np.float32, np.int64):
        assert values.is_number_type(kind)
    for kind in (str, np.ndarray, np.bool_, Decimal, Tensor):
        assert not values.is_number_type(kind)
