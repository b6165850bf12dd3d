"""Groups of rows, against the cases that the JavaScript side reads too."""

from __future__ import annotations

import json
import math
from pathlib import Path

import numpy as np
import pytest

from sm_track_widgets.charts import grouping

CASES = json.loads(Path(__file__).with_name("group_cases.json").read_text(encoding="utf-8"))["cases"]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["kind"])
def test_each_row_is_in_its_group(case):
    values = case["values"]
    if case["kind"] in {"text", "status"}:
        assert grouping.keys_of_texts(values, case["kind"]) == case["keys"]
    else:
        numbers = np.array([math.nan if value is None else value for value in values], dtype=np.float64)
        assert grouping.keys_of_numbers(numbers, case["kind"]) == case["keys"]


def test_infinities_and_ends():
    assert grouping.keys_of_numbers(np.array([math.inf, 1.0, math.nan])) == ["none", "1", "none"]
    wide = np.array([*range(100), math.inf, -math.inf], dtype=np.float64)
    keys = grouping.keys_of_numbers(wide)
    assert keys[-2:] == [keys[99], keys[0]]


def test_what_rows_have_in_common():
    assert grouping.common_text(["a", "a"]) == "a"
    assert grouping.common_text(["a", None, "b"]) == "3 values"
    assert grouping.common_text([None]) == ""
    assert grouping.mean(np.array([1.0, math.nan, 2.0])) == 1.5
    assert math.isnan(grouping.mean(np.array([math.nan])))
    assert grouping.latest(np.array([5.0, math.nan, 7.0])) == 7.0
    assert math.isnan(grouping.latest(np.array([])))
    assert grouping.rows_by_key(["b", "a", "b"]) == {"b": [0, 2], "a": [1]}
