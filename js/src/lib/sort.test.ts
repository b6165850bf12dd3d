import assert from "node:assert/strict";
import { test } from "node:test";
import { MANY, nextSort, sortedRows, sortRows } from "./sort";
import { frameOf } from "./testing";

const all = (rows: number) => Uint32Array.from({ length: rows }, (_, i) => i);

test("missing values are last either way and ties keep their order", () => {
  const frame = frameOf(["a", "b", "c", "d"], { x: [2, Number.NaN, 1, 2] });
  assert.deepEqual([...sortRows(frame, all(4), [{ column: "x", descending: false }])], [2, 0, 3, 1]);
  assert.deepEqual([...sortRows(frame, all(4), [{ column: "x", descending: true }])], [0, 3, 2, 1]);
});

test("several columns, the first counts most", () => {
  const frame = frameOf(["a", "b", "c"], { x: [1, 1, 0] }, { team: ["z", "y", null] });
  const sort = [
    { column: "x", descending: true },
    { column: "team", descending: false },
  ];
  assert.deepEqual([...sortRows(frame, all(3), sort)], [1, 0, 2]);
  assert.deepEqual([...sortRows(frame, all(3), [{ column: "unknown", descending: true }])], [0, 1, 2]);
});

test("a click begins at the good end, then turns, then ends", () => {
  const frame = frameOf(["a"], { loss: [1], auc: [1] });
  const [, loss, auc] = frame.columns;
  assert.ok(loss && auc);
  loss.best = "min";
  let sort = nextSort([], loss, false);
  assert.deepEqual(sort, [{ column: "loss", descending: false }]);
  sort = nextSort(sort, auc, true);
  assert.deepEqual(
    sort.map((key) => key.column),
    ["loss", "auc"],
  );
  sort = nextSort(nextSort(sort, auc, true), auc, true);
  assert.deepEqual(sort, [{ column: "loss", descending: false }]);
  sort = nextSort(sort, loss, false);
  assert.deepEqual(sort, [{ column: "loss", descending: true }]);
  assert.deepEqual(nextSort(sort, loss, false), []);
});

test("100,000 rows sort within a second", () => {
  const rows = 100_000;
  const frame = frameOf(
    Array.from({ length: rows }, (_, i) => `run-${(i * 7919) % rows}`),
    { x: Array.from({ length: rows }, (_, i) => (i * 7919) % 1000) },
  );
  const start = performance.now();
  const order = sortRows(frame, all(rows), [
    { column: "x", descending: true },
    { column: "run", descending: false },
  ]);
  assert.ok(performance.now() - start < 3000);
  assert.equal(order.length, rows);
});

test("rows that pass come in the order of all rows", () => {
  const frame = frameOf(["a", "b", "c", "d"], { x: [2, Number.NaN, 1, 2] });
  const sort = [{ column: "x", descending: true }];
  const passing = Uint32Array.of(1, 2, 3);
  const passes = (row: number) => passing.includes(row);
  assert.deepEqual([...sortedRows(frame, passing, passes, sort)], [3, 2, 1]);
  assert.deepEqual([...sortedRows(frame, all(4), () => true, sort)], [0, 3, 2, 1]);
  assert.deepEqual([...sortedRows(frame, passing, passes, [])], [1, 2, 3]);
  assert.deepEqual([...sortedRows(frame, passing, passes, [{ column: "x", descending: false }])], [2, 3, 1]);
});

test("many rows are sorted as few are", () => {
  let seed = 5;
  const next = () => {
    seed = (seed * 16807) % 2147483647;
    return seed / 2147483647;
  };
  const odd = [Number.NaN, 0, -0, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, 5e-324, -1e300];
  const count = 3 * MANY;
  const a = Array.from({ length: count }, () =>
    next() < 0.2 ? (odd[Math.floor(next() * odd.length)] as number) : Math.round((next() - 0.5) * 200) / 7,
  );
  const b = Array.from({ length: count }, () => Math.floor(next() * 5));
  const frame = frameOf(
    a.map((_, i) => `r${i}`),
    { a, b },
  );
  const rows = Uint32Array.from({ length: count }, (_, i) => i);
  for (const descending of [false, true]) {
    const sort = [
      { column: "b", descending: !descending },
      { column: "a", descending },
    ];
    const compared = Array.from(rows).sort((x, y) => {
      const first = ((b[x] as number) - (b[y] as number)) * (descending ? 1 : -1);
      if (first !== 0) return first;
      const [p, q] = [a[x] as number, a[y] as number];
      const missing = Number(Number.isNaN(p)) - Number(Number.isNaN(q));
      if (missing !== 0 || Number.isNaN(p)) return missing || x - y;
      return p === q ? x - y : (p < q ? -1 : 1) * (descending ? -1 : 1);
    });
    assert.deepEqual(Array.from(sortRows(frame, rows, sort)), compared);
  }
});
