import assert from "node:assert/strict";
import { test } from "node:test";
import { NONE, reuse } from "./slots";

const pool = (...codes: number[]) => codes.map((code, id) => ({ code, id }));
const ids = (slots: { id: number }[]) => slots.map((slot) => slot.id);

test("what shows a row already keeps it, wherever the row has gone", () => {
  assert.deepEqual(ids(reuse(pool(7, 8, 9, NONE), [8, 9])), [1, 2]);
  assert.deepEqual(ids(reuse(pool(7, 8, 9, NONE), [9, 10, 7])), [2, 1, 0]);
});

test("each is taken once, groups and rows that are there twice as well", () => {
  const taken = ids(reuse(pool(-1, 4, NONE, NONE), [-1, 4, 4, -1]));
  assert.equal(new Set(taken).size, 4);
  assert.deepEqual(taken.slice(0, 2), [0, 1]);
});

test("where nothing holds any more all stay where they are, or a hand would press one and release another", () => {
  assert.deepEqual(ids(reuse(pool(NONE, NONE, NONE), [3, 4])), [0, 1]);
});
