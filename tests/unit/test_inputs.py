"""Which names a cell reads, and what is said of their values without touching them."""

from __future__ import annotations

import argparse
import dataclasses
import math
import time
import types
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from sm_track_widgets.tracking.capture.free_names import names_read
from sm_track_widgets.tracking.capture.inputs import INPUTS_KEPT, SHOWN_LENGTH, describe_inputs
from sm_track_widgets.tracking.capture.short_text import TEXT_LENGTH, short_text
from sm_track_widgets.tracking.redact import MARK, Redactor


@pytest.mark.parametrize(
    ("code", "names"),
    [
        ("y = x + 1\nz = y", "x"),
        ("x = x + 1", "x"),
        ("x += 1", "x"),
        ("x: int = y", "int y"),
        ("del x", "x"),
        ("for i in data:\n    t = i\nt, i", "data t i"),
        ("while a:\n    b = 1\nb", "a b"),
        ("if c:\n    v = 1\nelse:\n    v = 2\nv", "c"),
        ("if c:\n    v = 1\nv", "c v"),
        ("try:\n    v = f()\nexcept E as e:\n    v = e\nv", "f E"),
        ("try:\n    import a.b as v\nexcept ImportError:\n    pass\nv", "ImportError v"),
        ("with open(p) as f:\n    f.read()", "open p"),
        ("[i * k for i in xs if i > lo]", "xs i lo k".replace("i ", "")),
        ("{k: v for k, v in d.items()}", "d"),
        ("def f(a, b=q):\n    c = a\n    return c + g + late\nlate = 1\nf(1)", "q g"),
        ("def f():\n    global n\n    n = m\nn", "m n"),
        ("lambda a: a + b", "b"),
        ("class A(B):\n    x = y\n    def m(self):\n        return z", "B y z"),
        ("import numpy as np\nnp.ones(k)", "k"),
        ("if (n := len(xs)) > 1:\n    n", "len xs"),
        ("match v:\n    case {'a': q}:\n        q + r\n    case [*s]:\n        s", "v r"),
        ("get_ipython().run_line_magic('time', 'm.fit(X, y)')", "get_ipython m X y"),
        ("get_ipython().run_line_magic('cd', 'some where')", "get_ipython"),
        ("f'{a} {b:{c}}'", "a b c"),
        ("x = = 1", ""),
        ("(" * 500, ""),
    ],
)
def test_names_read(code: str, names: str) -> None:
    assert names_read(code) == names.split()


class Trap:
    """Raises at whatever is asked of it."""

    touched = 0

    def __getattribute__(self, name: str) -> object:
        Trap.touched += 1
        raise RuntimeError(name)

    def __repr__(self) -> str:
        Trap.touched += 1
        raise RuntimeError("repr")

    __str__ = __repr__

    def __len__(self) -> int:
        Trap.touched += 1
        raise RuntimeError("len")


class Lazy:
    """A frame that is not there yet: its shape is a computation."""

    __module__ = "dask.dataframe"

    @property
    def shape(self) -> object:
        raise AssertionError("computed")

    dtype = columns = shape


@dataclasses.dataclass
class Config:
    depth: int = 6
    password: str = "hunter2"
    part: object = None


def told(value: object, name: str = "value") -> dict[str, object]:
    names = describe_inputs(name, {name: value}, Redactor())["names"]
    assert len(names) == 1, names
    return names[0]


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0.1, "0.1"),
        (None, "None"),
        ("two\nlines", "'two\\nlines'"),
        ([1, (2,), {3}], "[1, (2,), {3}]"),
        ({"a": {"b": {"c": {}}}}, "{'a': {'b': {'c': …}}}"),
        (
            list(range(100)),
            "[0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, … 80 more]",
        ),
        (Path("/a/b"), "PosixPath('/a/b')"),
        (10**200, "<integer of 665 bits>"),
        (range(3), "range(0, 3)"),
        (Config(), f"Config(depth=6, password='{MARK}', part=None)"),
        (
            Config(part=np.ones((3, 4))),
            f"Config(depth=6, password='{MARK}', part=<numpy.ndarray 3\N{MULTIPLICATION SIGN}4>)",
        ),
        (argparse.Namespace(lr=0.1), "Namespace(lr=0.1)"),
        (types.SimpleNamespace(a=[1]), "SimpleNamespace(a=[1])"),
    ],
)
def test_texts_of_values(value: object, text: str) -> None:
    assert told(value)["value"] == text


def test_arrays_and_frames_tell_their_shape() -> None:
    assert told(np.zeros((3, 4), "f4")) == {
        "name": "value",
        "kind": "value",
        "type": "numpy.ndarray",
        "shape": [3, 4],
        "dtype": "float32",
    }
    frame = told(pd.DataFrame({"age": [1], 5: ["x"]}))
    assert (frame["type"], frame["shape"], frame["columns"]) == ("pandas.DataFrame", [1, 2], ["age", "5"])
    column = told(pd.Series([1, 2]))
    assert (column["shape"], column["dtype"]) == ([2], "int64")
    assert told(np.float64(0.5))["value"] == "np.float64(0.5)"
    assert told(["a", "b"])["length"] == 2


def test_estimators_tell_their_parameters() -> None:
    ensemble = pytest.importorskip("sklearn.ensemble")
    model = ensemble.RandomForestClassifier(max_depth=3, n_estimators=2).fit([[0], [1]], [0, 1])
    text = short_text(model)
    assert text is not None
    assert "max_depth=3" in text
    assert "estimators_" not in text


@pytest.mark.parametrize(
    "around", [lambda it: it, lambda it: [it], lambda it: {"a": it}, lambda it: Config(part=it)]
)
def test_nothing_of_the_users_is_called(around: Callable[[object], object]) -> None:
    value = around(Trap())
    Trap.touched = 0
    assert told(value)["kind"] == "value"
    assert Trap.touched == 0


def test_lazy_objects_are_not_touched() -> None:
    assert told(Lazy()) == {"name": "value", "kind": "value", "type": "dask.Lazy"}


def test_secrets_are_redacted_before_texts_are_cut() -> None:
    assert told("abcdef123", "api_key")["value"] == MARK
    assert told({"token": "abc123"})["value"] == f"{{'token': '{MARK}'}}"
    secret = "ghp" + "_" + "a1B2" * 9
    text = str(told("x" * (SHOWN_LENGTH - 20) + " " + secret)["value"])
    assert "a1B2" not in text
    assert len(text) <= SHOWN_LENGTH
    assert len(short_text("y" * 10**6) or "") <= TEXT_LENGTH


def test_what_comes_from_libraries_is_left_out() -> None:
    namespace = {"np": np, "sqrt": math.sqrt, "DataFrame": pd.DataFrame, "_private": 1, "x": 1}
    found = describe_inputs("np, sqrt, DataFrame, _private, x, unknown", namespace, Redactor())
    assert [one["name"] for one in found["names"]] == ["x"]
    assert found["modules"] == [{"name": "np", "module": "numpy", "version": np.__version__}]


def test_names_read_through_functions_of_the_notebook() -> None:
    namespace: dict[str, object] = {"__name__": "__main__", "rate": 0.1, "base": 2, "other": 3}
    exec(
        "def inner():\n    return [base for _ in range(3)]\n"
        "def train(x):\n    return rate * x + sum(inner()) + train(x - 1)\n",
        namespace,
    )
    found = describe_inputs("train(1)", namespace, Redactor())["names"]
    assert {one["name"]: one.get("via", "") for one in found} == {
        "train": "",
        "rate": "train",
        "inner": "train",
        "base": "inner",
    }
    assert found[0]["kind"] == "function"


def test_many_names_are_counted() -> None:
    namespace = {f"n{number}": number for number in range(INPUTS_KEPT + 5)}
    found = describe_inputs("\n".join(namespace), namespace, Redactor())
    assert (len(found["names"]), found["more"]) == (INPUTS_KEPT, 5)


def test_it_is_quick() -> None:
    namespace = {f"n{number}": list(range(1000)) for number in range(100)}
    code = "\n".join(f"v{number} = n{number % 100}[0] + 1" for number in range(1000))
    began = time.perf_counter()
    describe_inputs(code, namespace, Redactor())
    assert time.perf_counter() - began < 3
