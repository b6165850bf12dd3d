import assert from "node:assert/strict";
import { test } from "node:test";
import { ticksOf } from "./axis_ticks";
import type { Column } from "./columns";
import {
  along,
  filterOfSpan,
  scaleOf,
  spanOfFilter,
  spanOfSlots,
  toggled,
  valueAt,
  wanted,
  wantsLog,
} from "./scales";
import { frameOf } from "./testing";

const NA = Number.NaN;
const frame = frameOf(
  ["a", "b", "c", "d", "e"],
  {
    lr: [0.0001, 0.001, 0.01, 0.1, NA],
    depth: [2, 4, 6, 8, NA],
    one: [5, 5, 5, 5, 5],
    none: [NA, NA, NA, NA, NA],
  },
  { kind: ["b10", "b9", null, "a", "a"] },
);
const column = (name: string): Column => frame.byName.get(name) as Column;

test("places run from the lowest to the highest number, evenly or by ratio", () => {
  assert.deepEqual(
    [...scaleOf(column("depth"), false).places].slice(0, 4),
    [0, 1 / 3, 2 / 3, 1].map(Math.fround),
  );
  const log = scaleOf(column("lr"), true);
  assert.deepEqual([...log.places].slice(0, 4), [0, 1 / 3, 2 / 3, 1].map(Math.fround));
  assert.ok(Number.isNaN(log.places[4] as number));
  assert.ok(Math.abs(valueAt(log, along(log, 0.02)) - 0.02) < 1e-12);
  assert.ok(Number.isNaN(along(log, -1)));
});

test("a column of one number stands in the middle, one of none nowhere", () => {
  assert.deepEqual([...scaleOf(column("one"), false).places], [0.5, 0.5, 0.5, 0.5, 0.5]);
  assert.ok(scaleOf(column("none"), false).places.every(Number.isNaN));
  assert.equal(filterOfSpan(column("none"), scaleOf(column("none"), false), 0.2, 0.4), null);
});

test("texts stand in natural order", () => {
  assert.deepEqual(scaleOf(column("kind"), false).slots, ["a", "b9", "b10"]);
  assert.deepEqual(
    ticksOf(column("kind"), scaleOf(column("kind"), false), 9).map(({ label }) => label),
    ["a", "b9", "b10"],
  );
});

test("what spreads over powers of ten wants a log axis", () => {
  assert.equal(wantsLog(column("lr")), true);
  assert.equal(wantsLog(column("depth")), false);
  assert.equal(wantsLog(column("kind")), false);
  assert.equal(wantsLog(column("none")), false);
});

test("a span is a range with round bounds; at an end it has none", () => {
  const depth = column("depth");
  const scale = scaleOf(depth, false);
  assert.deepEqual(filterOfSpan(depth, scale, 0.2, 0.7), { column: "depth", low: 3, high: 6 });
  assert.deepEqual(filterOfSpan(depth, scale, 0.7, -0.1), { column: "depth", low: null, high: 6 });
  assert.deepEqual(filterOfSpan(depth, scale, 1 / 3, 1), { column: "depth", low: 4, high: null });
  assert.equal(filterOfSpan(depth, scale, 0, 1), null);
  const lr = column("lr");
  assert.deepEqual(filterOfSpan(lr, scaleOf(lr, true), 0.5, 1), { column: "lr", low: 0.00316, high: null });
});

test("a span over texts wants those it touches", () => {
  const kind = column("kind");
  const scale = scaleOf(kind, false);
  assert.deepEqual(filterOfSpan(kind, scale, 0.4, 0.9), { column: "kind", values: ["b9", "b10"] });
  assert.equal(filterOfSpan(kind, scale, 0, 1), null);
  assert.deepEqual(spanOfSlots(scale, { column: "kind", values: ["b10", null] }), [2 / 3, 1]);
  assert.equal(spanOfSlots(scale, undefined), null);
});

test("a filter's range lies where its bounds are", () => {
  const scale = scaleOf(column("depth"), false);
  assert.deepEqual(spanOfFilter(scale, { column: "depth", low: 5, high: null }), [0.5, 1]);
  assert.deepEqual(spanOfFilter(scale, { column: "depth", low: -9, high: 99 }), [0, 1]);
  assert.deepEqual(spanOfFilter(scale, { column: "depth", values: [4, 6, null] }), [1 / 3, 2 / 3]);
  assert.equal(spanOfFilter(scale, { column: "depth", values: [null] }), null);
  assert.equal(spanOfFilter(scale, undefined), null);
});

test("a click keeps a value, the next adds one, the last takes the filter away", () => {
  const kind = column("kind");
  const scale = scaleOf(kind, false);
  const one = toggled(kind, scale, undefined, "a");
  assert.deepEqual(one, { column: "kind", values: ["a"] });
  const two = toggled(kind, scale, one ?? undefined, null);
  assert.deepEqual(two, { column: "kind", values: ["a", null] });
  assert.deepEqual([wanted(two ?? undefined, "a"), wanted(two ?? undefined, "b9")], [true, false]);
  assert.equal(toggled(kind, scale, one ?? undefined, "a"), null);
  assert.equal(toggled(kind, scale, { column: "kind", values: ["a", "b9", null] }, "b10"), null);
});

test("marks of times and durations are round", () => {
  const time = { ...column("depth"), kind: "time", data: Float64Array.of(0, 7200) } as Column;
  assert.deepEqual(
    ticksOf(time, scaleOf(time, false), 4).map(({ label }) => label),
    ["Jan 1", "00:30", "01:00", "01:30", "02:00"],
  );
  const whole = { ...column("depth"), name: "w", data: Float64Array.of(1, 3) } as Column;
  assert.deepEqual(
    ticksOf(whole, scaleOf(whole, false), 8).map(({ label }) => label),
    ["1", "2", "3"],
  );
});
