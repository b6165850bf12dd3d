"""Envelopes, smoothing and bands of whatever comes: spikes survive, gaps stay, nothing leaves its range."""

import numpy as np
import pytest

from sm_track_widgets.reading.curves import band, envelope, smooth

hypothesis = pytest.importorskip("hypothesis", reason="not among the tests' own needs: see the extra dev")
st = pytest.importorskip("hypothesis.strategies")
given = hypothesis.given
NAN = float("nan")
values = st.one_of(st.floats(-1e6, 1e6), st.just(NAN))
lists = st.lists(values, max_size=300)


@given(lists, st.integers(1, 60), st.data())
def test_a_spike_survives_every_width_and_zoom(y, width, data):
    x = np.cumsum(data.draw(st.lists(st.integers(0, 9), min_size=len(y), max_size=len(y)))).astype(float)
    left, right = sorted(data.draw(st.tuples(st.floats(-5, 2000), st.floats(-5, 2000))))
    y = np.array(y, dtype=float)
    for span in (None, (left, right)):
        found, low, high = envelope(x, y, width, span)
        inside = y if span is None else y[(x >= left) & (x <= right)]
        assert len(found) == len(low) == len(high) <= width + (2 if span else 0)
        assert np.all(np.diff(found) >= 0)
        assert np.all((low <= high) | np.isnan(low))
        assert np.array_equal(np.isnan(low), np.isnan(high))
        shown = slice(None) if span is None else (found >= left) & (found <= right)
        if not np.isnan(inside).all():
            assert np.nanmin(low[shown]) == np.nanmin(inside)
            assert np.nanmax(high[shown]) == np.nanmax(inside)
        if len(inside) <= width:
            np.testing.assert_equal(low[shown], inside)


@given(st.integers(1, 50), st.integers(0, 400), st.integers(1, 300))
def test_gaps_stay_where_they_are(width, start, length):
    y = np.zeros(500)
    y[start : start + length] = NAN
    x = np.arange(500.0)
    _, low, _ = envelope(x, y, width)
    pixel = 499 / width
    if min(length, 500 - start) > 2 * pixel + 1:
        assert np.isnan(low).any()


@given(
    lists,
    st.sampled_from([("ema", 0.6), ("ema", 0.99), ("mean", 7), ("mean", 99), ("gauss", 2.5), ("gauss", 80)]),
)
def test_smoothing_keeps_gaps_and_the_range(y, way):
    smoothed = smooth(y, *way)
    y = np.array(y, dtype=float)
    assert np.array_equal(np.isnan(smoothed), np.isnan(y))
    if not np.isnan(y).all():
        slack = 1e-9 * np.nanmax(np.abs(y))
        assert np.nanmin(smoothed) >= np.nanmin(y) - slack
        assert np.nanmax(smoothed) <= np.nanmax(y) + slack


@given(
    st.floats(-1e290, 1e290), st.integers(1, 200), st.sampled_from([("mean", 9), ("gauss", 3), ("gauss", 70)])
)
def test_what_does_not_change_is_not_changed(value, count, way):
    assert smooth([value] * count, *way).tolist() == [value] * count


curves = st.lists(
    st.lists(st.tuples(st.integers(0, 50), values), max_size=20).map(
        lambda pairs: tuple(np.array(sorted(pairs, key=lambda pair: pair[0]), dtype=float).reshape(-1, 2).T)
    ),
    max_size=5,
)


@given(curves, st.sampled_from(["range", "deviation"]))
def test_the_mean_lies_inside_its_band(drawn, edges):
    found = band(drawn, edges=edges)
    there = found.count > 0
    assert np.array_equal(there, ~np.isnan(found.mean))
    assert np.all(found.low[there] <= found.mean[there])
    assert np.all(found.mean[there] <= found.high[there])
    assert np.all(np.diff(found.x) > 0)
    assert found.count.max(initial=0) <= len(drawn)
    finite = [y[np.isfinite(y)] for _, y in drawn]
    if there.any():
        everything = np.concatenate(finite)
        slack = 1e-9 * np.abs(everything).max()
        assert found.mean[there].min() >= everything.min() - slack
        assert found.mean[there].max() <= everything.max() + slack
