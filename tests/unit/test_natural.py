"""Natural order, against the cases that the JavaScript side reads too."""

from __future__ import annotations

import json
from pathlib import Path

import pandas as pd
import pytest

from sm_track_widgets.charts import natural
from sm_track_widgets.widgets.columns import comparable

CASES = json.loads(Path(__file__).with_name("sort_cases.json").read_text(encoding="utf-8"))


@pytest.mark.parametrize(("texts", "ranks"), CASES["ranks"])
def test_texts_are_ranked(texts, ranks):
    assert natural.ranks(texts) == ranks
    assert natural.ordered(texts) == [
        text for _, text in sorted(zip(ranks, texts, strict=True), key=lambda x: x[0])
    ]


@pytest.mark.parametrize("dtype", ["object", "string", "category"])
def test_a_column_sorts_as_the_page_sorts_it(dtype):
    column = pd.Series(["run-10", None, "Run-2", "", "run-1"], dtype=dtype)
    assert comparable(column).fillna(-1).tolist() == [2, -1, 1, -1, 0]


def test_numbers_and_texts_in_one_column():
    frame = pd.DataFrame({"x": [10, "auto", 0.5, None, "9", 1e-5, True]})
    up = frame.sort_values("x", kind="stable", na_position="last", key=comparable)
    assert up["x"].tolist()[:-1] == [1e-5, 0.5, "9", 10, "auto", True]
    assert up["x"].isna().tolist()[-1]
    down = frame.sort_values("x", ascending=False, kind="stable", na_position="last", key=comparable)
    assert down["x"].tolist()[:2] == [True, "auto"]
    assert down["x"].isna().tolist()[-1]


def test_numbers_and_times_stay_as_they_are():
    numbers = pd.Series([2.0, 1.0])
    times = pd.Series(pd.to_datetime(["2026-01-02", "2026-01-01"], utc=True))
    assert comparable(numbers) is numbers
    assert comparable(times) is times
