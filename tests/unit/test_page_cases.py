"""What the page computes too: the cases that its own tests read hold here."""

import json
import math
from pathlib import Path

import numpy as np
import pytest

from sm_track_widgets.charts.prepare import in_label_order
from sm_track_widgets.reading.curves import band
from sm_track_widgets.reading.smoothing import smooth


def cases(name):
    return json.loads(Path(__file__).with_name(name).read_text(encoding="utf-8"))


def numbers(values):
    return [math.nan if value is None else value for value in values]


@pytest.mark.parametrize("kind", ["ema", "mean", "gauss"])
def test_smoothing(kind):
    chosen = [case for case in cases("smoothing_cases.json") if case["kind"] == kind]
    assert len(chosen) > 10
    for case in chosen:
        found = smooth(numbers(case["values"]), kind, case["amount"])
        np.testing.assert_allclose(found, numbers(case["smoothed"]), rtol=1e-9, atol=1e-12)


@pytest.mark.parametrize("case", cases("band_cases.json"))
def test_bands(case):
    curves = [(numbers(x), numbers(y)) for x, y in case["curves"]]
    found = band(curves, case["x"], case["edges"])
    assert found.count.tolist() == case["count"]
    for name in ("mean", "low", "high"):
        np.testing.assert_allclose(getattr(found, name), numbers(case[name]), rtol=1e-9, atol=1e-12)


def test_numbers_in_labels_have_the_order_of_their_size():
    labels = ["lr 0.1", "lr 0.01", "b", "lr 0.002", "lr 10", "a 2", "a 10", "a"]
    assert in_label_order(labels) == ["a", "a 2", "a 10", "b", "lr 0.002", "lr 0.01", "lr 0.1", "lr 10"]
