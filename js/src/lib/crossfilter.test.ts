import assert from "node:assert/strict";
import { test } from "node:test";
import { binsOf, placeOf } from "./bins";
import { Crossfilter } from "./crossfilter";
import { type Filter, withFilter } from "./filters";
import { frameOf } from "./testing";

const NA = Number.NaN;
const frame = frameOf(
  ["xgb-1", "mlp-2", "xgb-3", "two words"],
  { x: [1, 2, 3, NA], y: [0.1, 0.2, 0.3, 0.4] },
  { status: ["Failed", "InProgress", null, "Completed"], notes: ["two words", null, "two", "x"] },
);
const column = (name: string) => frame.byName.get(name) as NonNullable<ReturnType<typeof frame.byName.get>>;
const passing = (filters: Filter[], text = "") => [...new Crossfilter(frame).update(filters, text).rows()];

test("ranges hold their ends, unless they are open; missing values fail", () => {
  assert.deepEqual(passing([]), [0, 1, 2, 3]);
  assert.deepEqual(passing([{ column: "x", low: 2, high: null }]), [1, 2]);
  assert.deepEqual(passing([{ column: "x", low: 2, high: 3, open: "low" }]), [2]);
  assert.deepEqual(passing([{ column: "x", low: 1, high: 3, open: "both" }]), [1]);
  assert.deepEqual(passing([{ column: "x", low: null, high: 2, open: "high" }]), [0]);
  assert.deepEqual(passing([{ column: "none", low: 0, high: null }]), []);
});

test("values are texts, numbers or nothing", () => {
  assert.deepEqual(passing([{ column: "status", values: ["Failed", null] }]), [0, 2]);
  assert.deepEqual(passing([{ column: "x", values: [3, null] }]), [2, 3]);
  assert.deepEqual(passing([{ column: "none", values: [null] }]), [0, 1, 2, 3]);
});

test("every word must be somewhere, in any case; states are found by the word shown", () => {
  assert.deepEqual(passing([], "XGB two"), [0, 2]);
  assert.deepEqual(passing([], "running"), [1]);
  assert.deepEqual(passing([], '"two words"'), [0, 3]);
  assert.deepEqual(passing([], "nothing"), []);
});

test("a column's own filter does not count in its own bins", () => {
  const engine = new Crossfilter(frame).update(
    [
      { column: "x", low: 2, high: null },
      { column: "y", low: 0.25, high: null },
    ],
    "",
  );
  assert.deepEqual([...engine.counts(column("x"))], [0, 0, 1, 1]);
  assert.deepEqual([...engine.counts(column("y"))], [0, 1, 1, 0, 0]);
  assert.deepEqual([...engine.counts(column("status"))], [0, 0, 0, 1]);
});

test("any order of changes comes to what a fresh start comes to", () => {
  const engine = new Crossfilter(frame);
  let filters: Filter[] = [];
  let state = 7;
  const next = (n: number) => {
    state = (state * 16807) % 2147483647;
    return state % n;
  };
  for (let i = 0; i < 200; i += 1) {
    const name = ["x", "y", "status"][next(3)] as string;
    const filter: Filter | null =
      next(4) === 0
        ? null
        : name === "status"
          ? { column: name, values: ["Failed", null].slice(next(2)) }
          : { column: name, low: next(4) / 3, high: next(2) ? 2.5 : null };
    filters = withFilter(filters, name, filter);
    const text = ["", "two", "xgb"][next(3)] as string;
    engine.update(filters, text);
    const fresh = new Crossfilter(frame).update(filters, text);
    assert.deepEqual([...engine.rows()], [...fresh.rows()]);
    for (const one of frame.columns) assert.deepEqual([...engine.counts(one)], [...fresh.counts(one)]);
  }
});

test("a range that is moved by small steps comes to what a fresh start comes to", () => {
  const count = 500;
  const at = (i: number, k: number) => ((i * 7919 * (k + 1)) % 97) / 10;
  const numbers = (k: number) =>
    Array.from({ length: count }, (_, i) => (at(i, k + 2) < 0.5 ? NA : at(i, k) - (k === 1 ? 5 : 0)));
  const texts = Array.from({ length: count }, (_, i) => (i % 11 ? `t${i % 4}` : null));
  const many = frameOf(
    Array.from({ length: count }, (_, i) => `r${i}`),
    { a: numbers(0), b: numbers(1), c: numbers(2) },
    { t: texts },
  );
  const engine = new Crossfilter(many);
  for (let step = 0; step < 120; step += 1) {
    const low = step < 60 ? step / 12 : (120 - step) / 12;
    const filters: Filter[] = [
      { column: "a", low, high: step % 7 ? low + 4 : null, ...(step % 3 ? {} : { open: "low" }) },
      { column: "b", low: step < 40 ? -3 : -3 + step / 60, high: 4 },
      ...(step % 20 > 10 ? [{ column: "t", values: ["t1", null] }] : []),
    ];
    engine.update(filters, "");
    const fresh = new Crossfilter(many).update(filters, "");
    assert.deepEqual([...engine.rows()], [...fresh.rows()]);
    for (const one of many.columns.slice(step % 2)) assert.deepEqual(engine.counts(one), fresh.counts(one));
  }
});

test("bins: a few numbers each their own, whole numbers between edges, wide ones by their logarithms", () => {
  const many = frameOf(
    Array.from({ length: 400 }, (_, i) => `r${i}`),
    {
      few: Array.from({ length: 400 }, (_, i) => [0.001, 0.01, 0.1][i % 3] as number),
      whole: Array.from({ length: 400 }, (_, i) => i % 30),
      log: Array.from({ length: 400 }, (_, i) => 10 ** (-4 + (i % 100) / 25)),
      even: Array.from({ length: 400 }, (_, i) => (i === 0 ? Number.POSITIVE_INFINITY : i / 400)),
    },
    {},
  );
  const of = (name: string) => binsOf(many.byName.get(name) as never);
  assert.deepEqual([of("few").kind, [...of("few").marks]], ["points", [0.001, 0.01, 0.1]]);
  assert.deepEqual([of("whole").kind, of("whole").size, of("whole").marks[0]], ["linear", 15, -0.5]);
  assert.deepEqual([of("log").kind, of("log").size], ["log", 20]);
  assert.deepEqual([of("even").kind, of("even").codes[0]], ["linear", 19]);
  assert.ok(Math.abs(placeOf(of("log"), 1e-2) - 10.1) < 0.1);
});
