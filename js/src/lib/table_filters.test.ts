import assert from "node:assert/strict";
import { test } from "node:test";
import { binsOf } from "./bins";
import type { Column } from "./columns";
import { Crossfilter } from "./crossfilter";
import { between, binFilter, coveredBins, filterText, toggled } from "./table_filters";
import { frameOf } from "./testing";

const names = (count: number) => Array.from({ length: count }, (_, i) => `r${i}`);

const spread = Array.from({ length: 300 }, (_, i) => Math.sin(i * 12.9898) * 43.7585);
const skewed = spread.map((value) => 10 ** (value / 12));
const whole = Array.from({ length: 300 }, (_, i) => (i * 7919) % 100);
const few = Array.from({ length: 300 }, (_, i) => [2, 4, 8][i % 3] as number);

function column(data: number[]): { frame: ReturnType<typeof frameOf>; column: Column } {
  const frame = frameOf(names(data.length), { x: data });
  return { frame, column: frame.byName.get("x") as Column };
}

test("a range of bins keeps exactly the rows that were counted in them", () => {
  for (const data of [spread, skewed, whole, few, [...spread.slice(1), Number.NaN]]) {
    const { frame, column: x } = column(data);
    const { size } = binsOf(x);
    const counts = new Crossfilter(frame).update([], "").counts(x);
    for (let from = 0; from < size; from += 1) {
      for (let to = from; to < size; to += 1) {
        const filter = binFilter(x, to, from);
        const wanted = counts.slice(from, to + 1).reduce((sum, count) => sum + count, 0);
        if (!filter) assert.deepEqual([from, to], [0, size - 1]);
        else assert.equal(new Crossfilter(frame).update([filter], "").rows().length, wanted);
      }
    }
  }
});

test("bounds are as short as they can be", () => {
  const { column: x } = column(spread);
  const filter = binFilter(x, 5, 9);
  assert.ok(String(filter?.low).length <= 6, String(filter?.low));
  assert.equal(between(0.91, 0.93, 0.9234, true), 0.92);
  assert.equal(between(0.92, 0.93, 0.9234, false), 0.92);
  assert.equal(between(1, 1, 1, true), 1);
});

test("the bins of a filter are those it was made of", () => {
  const { column: x } = column(whole);
  assert.deepEqual(coveredBins(x, binFilter(x, 3, 7) ?? undefined), [3, 7]);
  assert.equal(coveredBins(x, { column: "x", low: 500, high: null }), null);
  const { column: y } = column(few);
  assert.deepEqual(coveredBins(y, { column: "x", low: 3, high: 100 }), [1, 2]);
});

test("values are toggled; none or all of them are no filter", () => {
  const all = ["a", "b", null];
  const one = toggled("x", undefined, "a", all);
  assert.deepEqual(one, { column: "x", values: ["a"] });
  const two = toggled("x", one ?? undefined, null, all);
  assert.deepEqual(two, { column: "x", values: ["a", null] });
  assert.equal(toggled("x", two ?? undefined, "b", all), null);
  assert.equal(toggled("x", one ?? undefined, "a", all), null);
});

test("filters are told in a few words", () => {
  const { column: x } = column(spread);
  assert.equal(filterText(x, { column: "x", low: 4, high: 10 }), "4 – 10");
  assert.equal(filterText(x, { column: "x", low: 4, high: 4 }), "4");
  assert.equal(filterText(x, { column: "x", low: 0.92, open: "low" }), "> 0.92");
  assert.equal(filterText(x, { column: "x", high: 3 }), "≤ 3");
  const status = frameOf(["r"], {}, { status: ["InProgress"] }).byName.get("status") as Column;
  assert.equal(filterText(status, { column: "status", values: ["InProgress", null] }), "Running, none");
});
