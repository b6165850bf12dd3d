import assert from "node:assert/strict";
import { test } from "node:test";
import type { Column } from "./columns";
import { aggregate, groupedItems, plainItems } from "./items";
import { frameOf } from "./testing";

const frame = frameOf(
  ["a", "b", "c", "d", "e"],
  { x: [1, 2, 3, Number.NaN, 5] },
  { kind: ["u", "v", "u", null, "v"], only: ["z", "z", "z", "z", "z"] },
);
const kind = frame.byName.get("kind") as Column;
const x = frame.byName.get("x") as Column;

test("the baseline comes first, and only there", () => {
  assert.deepEqual([...plainItems(Uint32Array.of(4, 1, 2), 1).codes], [1, 4, 2]);
  // One that fails the filters is shown all the same.
  assert.deepEqual([...plainItems(Uint32Array.of(4, 2), 1).codes], [1, 4, 2]);
  assert.deepEqual(plainItems(Uint32Array.of(4, 2), -1).fixed, 0);
});

test("groups come in the order of their first row, open ones with their rows", () => {
  const { codes, groups } = groupedItems(Uint32Array.of(4, 0, 2, 3, 1), kind, new Set(["u"]), -1);
  assert.deepEqual(
    groups.map((group) => [group.key, [...group.rows], group.open]),
    [
      ["v", [4, 1], false],
      ["u", [0, 2], true],
      ["none", [3], false],
    ],
  );
  assert.deepEqual([...codes], [-1, -2, 0, 2, -3]);
  const based = groupedItems(Uint32Array.of(4, 0), kind, new Set(), 2);
  assert.deepEqual([...based.codes], [2, -1, -2]);
});

test("groups show means, know the best of what has a good end, and show what all have in common", () => {
  const all = Uint32Array.of(0, 1, 2, 3);
  assert.deepEqual(aggregate(x, all), { kind: "mean", value: 2, best: Number.NaN, text: "", count: 3 });
  assert.equal(aggregate({ ...x, best: "max" } as Column, all).best, 3);
  assert.equal(aggregate({ ...x, best: "min" } as Column, all).best, 1);
  assert.equal(aggregate(x, Uint32Array.of(3)).kind, "none");
  assert.equal(aggregate(frame.byName.get("only") as Column, all).text, "z");
  assert.deepEqual(aggregate(kind, all), {
    kind: "several",
    value: Number.NaN,
    best: Number.NaN,
    text: "",
    count: 3,
  });
});
