import assert from "node:assert/strict";
import { test } from "node:test";
import cases from "../../../tests/unit/delta_cases.json";
import { deltaText, deltaTone } from "./deltas";

test("deltas are written as Python writes them", () => {
  for (const [value, base, wanted] of cases as [number | null, number | null, string][])
    assert.equal(deltaText(value ?? Number.NaN, base ?? Number.NaN), wanted, `${value} against ${base}`);
});

test("better and worse follow the good end", () => {
  assert.equal(deltaTone(2, 1, "max"), "better");
  assert.equal(deltaTone(2, 1, "min"), "worse");
  assert.equal(deltaTone(1, 1, "min"), "");
  assert.equal(deltaTone(2, 1, undefined), "");
  assert.equal(deltaTone(Number.NaN, 1, "max"), "");
});
