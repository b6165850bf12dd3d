import assert from "node:assert/strict";
import { test } from "node:test";
import { dragged, graspOf } from "./span";

test("a hand takes an end, the middle, or begins anew", () => {
  assert.equal(graspOf(null, 0.5, 0.02), "new");
  assert.equal(graspOf([0.2, 0.6], 0.21, 0.02), "low");
  assert.equal(graspOf([0.2, 0.6], 0.59, 0.02), "high");
  assert.equal(graspOf([0.2, 0.6], 0.4, 0.02), "move");
  assert.equal(graspOf([0.2, 0.6], 0.9, 0.02), "new");
});

test("a range is drawn in either direction and stays on the axis", () => {
  assert.deepEqual(dragged("new", null, 0.6, 0.3), [0.3, 0.6]);
  assert.deepEqual(dragged("new", [0, 0.1], 0.6, 1.4), [0.6, 1]);
});

test("its ends pass each other, and it moves as a whole up to the ends of the axis", () => {
  assert.deepEqual(dragged("low", [0.2, 0.6], 0.2, 0.8), [0.6, 0.8]);
  assert.deepEqual(dragged("high", [0.2, 0.6], 0.6, 0.9), [0.2, 0.9]);
  assert.deepEqual(dragged("move", [0.25, 0.5], 0.3, 0.9), [0.75, 1]);
  assert.deepEqual(dragged("move", [0.25, 0.5], 0.3, -5), [0, 0.25]);
});
