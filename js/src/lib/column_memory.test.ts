import assert from "node:assert/strict";
import { test } from "node:test";
import { recallColumns, rememberColumns } from "./column_memory";

const state = (column: string) => ({ columns: [column], pinned: [], widths: { [column]: 80 } });

test("columns are remembered for each experiment, also where nothing may be stored", () => {
  // Node has no localStorage here: the fallback is what is tested.
  rememberColumns("fraud", state("a"));
  rememberColumns("churn", state("b"));
  assert.deepEqual(recallColumns("fraud"), state("a"));
  assert.deepEqual(recallColumns("churn"), state("b"));
  assert.equal(recallColumns("other"), null);
  rememberColumns("", state("c"));
  assert.equal(recallColumns(""), null);
});

test("only the last experiments are kept", () => {
  for (let i = 0; i < 60; i += 1) rememberColumns(`e${i}`, state("a"));
  assert.equal(recallColumns("fraud"), null);
  assert.equal(recallColumns("e0"), null);
  assert.deepEqual(recallColumns("e59"), state("a"));
});

test("what is stored may be anything", () => {
  const kept = new Map([["sm_track_widgets:table", '{"bad": {"columns": 3}, "odd": {"columns": ["a", 4]}}']]);
  const storage = { getItem: (key: string) => kept.get(key) ?? null, setItem: () => {} };
  Object.defineProperty(globalThis, "localStorage", { value: storage, configurable: true });
  // Once it can be stored, what could not be is given up.
  rememberColumns("fraud", state("a"));
  assert.equal(recallColumns("bad"), null);
  assert.deepEqual(recallColumns("odd"), { columns: ["a"], pinned: [], widths: {} });
  kept.set("sm_track_widgets:table", "not json");
  assert.equal(recallColumns("odd"), null);
});
