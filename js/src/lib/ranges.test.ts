import assert from "node:assert/strict";
import { test } from "node:test";
import { binsOf } from "./bins";
import { filterAt, rangeText, spanOf } from "./ranges";
import { frameOf } from "./testing";

const rows = Array.from({ length: 300 }, (_, i) => i);
const frame = frameOf(rows.map(String), {
  few: rows.map((i) => [0.001, 0.01, 0.1][i % 3] as number),
  whole: rows.map((i) => 3 + (i % 30)),
  log: rows.map((i) => 10 ** (-4 + (i % 100) / 25)),
  even: rows.map((i) => i / 299),
  one: rows.map(() => 5),
});
const of = (name: string) => {
  const column = frame.byName.get(name) as NonNullable<ReturnType<typeof frame.byName.get>>;
  return { column, bins: binsOf(column) };
};

test("places become bounds, and bounds the same places", () => {
  for (const [name, from, to] of [
    ["few", 1, 3],
    ["whole", 2, 5],
    ["log", 4, 11],
    ["even", 3, 17],
  ] as const) {
    const { column, bins } = of(name);
    const filter = filterAt(column, bins, [from, to]);
    assert.ok(filter, name);
    const again = spanOf(bins, filter);
    assert.ok(Math.abs(again[0] - from) < 0.3 && Math.abs(again[1] - to) < 0.3, `${name} ${again}`);
    assert.deepEqual(filterAt(column, bins, again), filter);
  }
});

test("the ends are no bounds, and all of it is no filter", () => {
  const { column, bins } = of("even");
  assert.equal(filterAt(column, bins, [0, bins.size]), null);
  assert.deepEqual(filterAt(column, bins, [0, 10]), { column: "even", low: null, high: 0.5 });
  assert.deepEqual(filterAt(of("few").column, of("few").bins, [1, 2]), {
    column: "few",
    low: 0.01,
    high: 0.01,
  });
  assert.deepEqual(filterAt(of("whole").column, of("whole").bins, [1, 20]), {
    column: "whole",
    low: 5,
    high: null,
  });
});

test("what a range says", () => {
  const say = (name: string, filter?: object) =>
    rangeText(of(name).column, of(name).bins, filter && { column: name, ...filter });
  assert.equal(say("few"), "0.001 – 0.1");
  assert.equal(say("one"), "5");
  assert.equal(say("whole"), "3 – 32");
  assert.equal(say("even", { low: 0.25, high: null }), "≥ 0.25");
  assert.equal(say("even", { low: 0.25, high: null, open: "low" }), "> 0.25");
  assert.equal(say("even", { low: null, high: 0.5, open: "high" }), "< 0.5");
  assert.equal(say("whole", { low: 4, high: 10 }), "4 – 10");
  assert.equal(say("whole", { values: [4, null] }), "4, missing");
});
