"""Distances from a baseline: the page writes the same texts."""

from __future__ import annotations

import json
import math
from pathlib import Path

import pytest

from sm_track_widgets.charts import deltas

CASES = json.loads(Path(__file__).with_name("delta_cases.json").read_text("utf-8"))


@pytest.mark.parametrize(("value", "base", "wanted"), CASES)
def test_deltas_are_written_as_the_page_writes_them(value, base, wanted):
    numbers = [math.nan if one is None else float(one) for one in (value, base)]
    assert deltas.delta(*numbers) == wanted


def test_better_and_worse_follow_the_good_end():
    assert deltas.tone(2, 1, "max") == "better"
    assert deltas.tone(2, 1, "min") == "worse"
    assert deltas.tone(1, 1, "min") == ""
    assert deltas.tone(2, 1, "") == ""
    assert deltas.tone(math.nan, 1, "max") == ""
