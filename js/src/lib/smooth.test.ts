import assert from "node:assert/strict";
import { test } from "node:test";
import cases from "../../../tests/unit/smoothing_cases.json";
import { amountOf, amountText, SMOOTH_KINDS, type SmoothKind, smooth, weightOf } from "./smooth";

const numbers = (values: readonly (number | null)[]) =>
  Float64Array.from(values, (value) => value ?? Number.NaN);

test("every kind smooths as Python does, gaps and ends included", () => {
  assert.deepEqual(new Set(cases.map((one) => one.kind)), new Set(SMOOTH_KINDS));
  for (const { kind, amount, values, smoothed } of cases) {
    const found = smooth(numbers(values), kind as SmoothKind, amount);
    assert.equal(found.length, smoothed.length);
    for (const [i, wanted] of smoothed.entries()) {
      const value = found[i] as number;
      const told = `${kind} ${amount} at ${i}: ${value}, not ${wanted}`;
      if (wanted === null) assert.ok(Number.isNaN(value), told);
      else assert.ok(Math.abs(value - wanted) <= 1e-9 * Math.max(1, Math.abs(wanted)), told);
    }
  }
});

test("a value that stands for several points is smoothed as much as they would be", () => {
  const noise = Float64Array.from({ length: 4000 }, (_, i) => Math.sin(i * 12.9898) * 43758.5453);
  const wave = noise.map((value, i) => Math.sin(i / 300) + 0.1 * (value - Math.floor(value)));
  const halved = Float64Array.from(
    { length: 2000 },
    (_, i) => ((wave[2 * i] as number) + (wave[2 * i + 1] as number)) / 2,
  );
  for (const [kind, amount] of [
    ["ema", 0.95],
    ["mean", 81],
    ["gauss", 20],
    ["gauss", 150],
  ] as const) {
    const fine = smooth(wave, kind, amount);
    const coarse = smooth(halved, kind, amount, 2);
    for (let i = 100; i < 1900; i += 100)
      assert.ok(Math.abs((fine[2 * i + 1] as number) - (coarse[i] as number)) < 0.02, `${kind} at ${i}`);
  }
});

test("the slider means as much of every kind, and finds its place again", () => {
  for (const kind of SMOOTH_KINDS) {
    assert.equal(amountOf(kind, 0), 0);
    assert.equal(weightOf(kind, 0), 0);
    for (const weight of [0.5, 0.8, 0.95]) {
      assert.ok(Math.abs(weightOf(kind, amountOf(kind, weight)) - weight) < 0.03, `${kind} ${weight}`);
    }
  }
  assert.equal(weightOf("mean", 1e6), 0.99);
  assert.equal(amountText("mean", 8), "9 points");
  assert.equal(amountText("gauss", 2.5), "σ 2.5");
  assert.equal(amountText("ema", 0.6), "0.60");
  assert.equal(amountText("ema", 0), "off");
});
