import assert from "node:assert/strict";
import { test } from "node:test";
import { filterRows, words } from "./filter";
import { frameOf } from "./testing";

const frame = frameOf(
  ["xgb-1", "mlp-2", "xgb-3"],
  { x: [1, 2, 3] },
  { status: ["Failed", "InProgress", null], notes: ["two words", null, "two"] },
);

test("every word must be somewhere, in any case", () => {
  assert.deepEqual([...filterRows(frame, "")], [0, 1, 2]);
  assert.deepEqual([...filterRows(frame, "XGB two")], [0, 2]);
  assert.deepEqual([...filterRows(frame, "xgb failed")], [0]);
  assert.deepEqual([...filterRows(frame, "nothing")], []);
});

test("a state is found by the word that is shown", () => {
  assert.deepEqual([...filterRows(frame, "running")], [1]);
  assert.deepEqual([...filterRows(frame, "inprogress")], [1]);
});

test("quotes keep words together", () => {
  assert.deepEqual(words('a "two words" "" b'), ["a", "two words", "b"]);
  assert.deepEqual([...filterRows(frame, '"two words"')], [0]);
});
