import assert from "node:assert/strict";
import { test } from "node:test";
import { crossing, freeBox, valueAt } from "./labels";
import type { Line } from "./rows";

const line = (x: number[], y: number[]): Line => ({ run: "r", c: 0, d: 0, o: 1, w: 1, z: 1, x, y });
const places = { x: (px: number) => px, y: (value: number) => value };
const box = (left: number, top: number) => ({ left, top, width: 20, height: 10 });

test("a line has values between its points, none beside them or in a gap", () => {
  const one = line([0, 10, 10, 20, 30], [0, 10, 20, Number.NaN, 5]);
  assert.deepEqual(
    [0, 5, 10, 30].map((x) => valueAt(one, x)),
    [0, 5, 10, 5],
  );
  for (const x of [-1, 15, 25, 31]) assert.ok(Number.isNaN(valueAt(one, x)), String(x));
});

test("lines that pass through a box are counted, also where none of their points is in it", () => {
  const lines = [line([0, 100], [0, 100]), line([0, 100], [12, 12]), line([0, 100], [90, 90])];
  assert.equal(crossing(lines, box(0, 8), places), 2);
  assert.equal(crossing(lines, box(60, 80), places), 2);
  assert.equal(crossing(lines, box(60, 20), places), 0);
});

test("a label goes where it covers the fewest lines, inside the plot, or nowhere", () => {
  const area = { left: 0, top: 0, width: 100, height: 100 };
  const counts = new Map([
    [0, 3],
    [20, 1],
    [40, 1],
    [60, 0],
  ]);
  const count = ({ top }: { top: number }) => counts.get(top) ?? 9;
  assert.deepEqual(freeBox([box(0, 0), box(0, 20), box(0, 40)], area, count, 1), box(0, 20));
  assert.deepEqual(freeBox([box(0, 20), box(0, 60)], area, count, 1), box(0, 60));
  assert.equal(freeBox([box(0, 0), box(90, 60), box(0, 95)], area, count, 1), null);
});
