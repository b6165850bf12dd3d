import assert from "node:assert/strict";
import { test } from "node:test";
import { recall, remember } from "./column_memory";

const state = (column: string) => ({ columns: [column], pinned: [], widths: { [column]: 80 } });

test("columns are remembered for each experiment, also where nothing may be stored", () => {
  // Node has no localStorage here: the fallback is what is tested.
  remember("fraud", state("a"));
  remember("churn", state("b"));
  assert.deepEqual(recall("fraud"), state("a"));
  assert.deepEqual(recall("churn"), state("b"));
  assert.equal(recall("other"), null);
  remember("", state("c"));
  assert.equal(recall(""), null);
});

test("only the last experiments are kept", () => {
  for (let i = 0; i < 60; i += 1) remember(`e${i}`, state("a"));
  assert.equal(recall("fraud"), null);
  assert.equal(recall("e0"), null);
  assert.deepEqual(recall("e59"), state("a"));
});

test("what is stored may be anything", () => {
  const kept = new Map([["sm_track_widgets.table", '{"bad": {"columns": 3}, "odd": {"columns": ["a", 4]}}']]);
  const storage = { getItem: (key: string) => kept.get(key) ?? null, setItem: () => {} };
  Object.defineProperty(globalThis, "localStorage", { value: storage, configurable: true });
  assert.equal(recall("bad"), null);
  assert.deepEqual(recall("odd"), { columns: ["a"], pinned: [], widths: {} });
  kept.set("sm_track_widgets.table", "not json");
  assert.equal(recall("odd"), null);
});
