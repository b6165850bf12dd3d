import assert from "node:assert/strict";
import { test } from "node:test";
import type { Column } from "./columns";
import { differs, onlyDiffering } from "./differing";
import { frameOf } from "./testing";

const frame = frameOf(
  ["a", "b", "c"],
  { same: [1, 1, 1], other: [1, 1, 2], gaps: [Number.NaN, Number.NaN, Number.NaN], auc: [1, 2, 3] },
  { word: ["u", "u", null] },
);
for (const column of frame.columns) if (column.kind !== "run") column.group = "params";
const auc = frame.byName.get("auc") as Column;
auc.group = "metrics";
const get = (name: string) => frame.byName.get(name) as Column;

test("columns differ in the rows that are looked at", () => {
  const all = Uint32Array.of(0, 1, 2);
  assert.deepEqual(
    ["same", "other", "gaps", "word"].map((name) => differs(get(name), all)),
    [false, true, false, true],
  );
  assert.equal(differs(get("other"), Uint32Array.of(0, 1)), false);
  assert.equal(differs(get("other"), new Uint32Array(0)), false);
});

test("parameters that are the same go, those that differ come, others stay", () => {
  const shown = onlyDiffering([get("same"), auc], frame.columns, Uint32Array.of(0, 1, 2));
  assert.deepEqual(
    shown.map((column) => column.name),
    ["other", "word", "auc"],
  );
  const chosen = onlyDiffering([get("word"), auc], frame.columns, Uint32Array.of(0, 1, 2));
  assert.deepEqual(
    chosen.map((column) => column.name),
    ["word", "other", "auc"],
  );
});
