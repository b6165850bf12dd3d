import assert from "node:assert/strict";
import { test } from "node:test";
import cases from "../../../tests/unit/band_cases.json";
import { bandOf, type Edges, gridOf } from "./band";
import { NO_EMPHASIS } from "./emphasis";
import { groupsOf, inLabelOrder, labelsOf } from "./groups";
import { chartRows, PLAIN } from "./rows";
import { pointsIn, seriesOf } from "./testing";

const numbers = (values: readonly (number | null)[]) =>
  Float64Array.from(values, (value) => value ?? Number.NaN);

test("a band is Python's: gaps, ends, points that share an x", () => {
  for (const one of cases) {
    const curves = one.curves.map(([x, y]) => ({ x: numbers(x ?? []), y: numbers(y ?? []) }));
    const band = bandOf(curves, Float64Array.from(one.x), one.edges as Edges);
    assert.deepEqual([...band.count], one.count);
    for (const name of ["mean", "low", "high"] as const) {
      for (const [i, wanted] of one[name].entries()) {
        const value = band[name][i] as number;
        const told = `${name} at ${i}: ${value}, not ${wanted}`;
        if (wanted === null) assert.ok(Number.isNaN(value), told);
        else assert.ok(Math.abs(value - wanted) < 1e-9, told);
      }
    }
  }
});

test("lines are averaged wherever one has a point, or at so many places evenly", () => {
  const curve = (x: number[]) => ({ x: Float64Array.from(x), y: Float64Array.from(x) });
  assert.deepEqual([...gridOf([curve([0, 2]), curve([1, 2, 9])], [0, 5], 10, false)], [0, 1, 2]);
  assert.deepEqual([...gridOf([curve([0, 1, 2, 3, 4, 8])], [0, 8], 5, false)], [0, 2, 4, 6, 8]);
  const logs = gridOf([curve([0, 1, 2, 3, 5, 100])], [0, 100], 3, true);
  assert.deepEqual([...logs].map(Math.round), [1, 10, 100]);
});

test("groups keep their look in every panel, and numbers their order", () => {
  const labels = { a: "10", b: "9", c: "9" };
  const series = ["a", "b", "c", "d"].map((run) => seriesOf([1, 2], { run }));
  const groups = groupsOf(series, labels);
  assert.deepEqual(
    groups.map((one) => [one.label, one.members.length, one.colour]),
    [
      ["9", 2, 0],
      ["10", 1, 1],
      ["other runs", 1, 2],
    ],
  );
  assert.equal(groupsOf([seriesOf([1], { run: "a" })], labels)[0]?.colour, 1);
  assert.deepEqual(groupsOf(series, {})[0]?.members.length, 4);
  assert.equal(groupsOf([seriesOf([1], { run: "constructor" })], labels)[0]?.label, "other runs");
  assert.equal(labelsOf("", {}), null);
  assert.equal(labelsOf("params.depth", {}), null);
  assert.deepEqual(labelsOf("all", undefined), {});
});

test("with a band members are faint and the mean is a line; a gap of all breaks both", () => {
  const nan = Number.NaN;
  const series = [seriesOf([1, nan, 3], { run: "a" }), seriesOf([3, nan, 5], { run: "b" })];
  const rows = chartRows(series, { ...PLAIN, groups: {} });
  assert.deepEqual(
    rows.line.filter((row) => row.run === "all runs").map((row) => row.y),
    [[2, nan, 4]],
  );
  assert.deepEqual(
    rows.band.map((row) => [row.low, row.high]),
    [
      [
        [1, nan, 3],
        [3, nan, 5],
      ],
    ],
  );
  assert.ok(rows.line.filter((row) => row.run === "a").every((row) => row.o < 0.5 && row.z < 0));
  const emphasis = { ...NO_EMPHASIS, dimmed: new Set(["b"]) };
  const filtered = chartRows(series, { ...PLAIN, groups: {}, emphasis });
  assert.deepEqual(
    filtered.line.filter((row) => row.run === "all runs").map((row) => row.y),
    [[1, nan, 3]],
  );
  assert.equal(pointsIn(filtered.line).filter((row) => row.run === "b").length, 3);
  const colours = chartRows(series, { ...PLAIN, groups: { a: "1", b: "2" } });
  assert.deepEqual(
    new Set(colours.line.filter((row) => row.c === 1).map((row) => row.run)),
    new Set(["b", "2"]),
  );
  const zoomed = chartRows(series, { ...PLAIN, groups: {}, domain: [1.5, 3], edges: "deviation" });
  assert.deepEqual(
    zoomed.band.map((row) => [row.x, row.low, row.high]),
    [[[2], [3], [5]]],
  );
});

test("numbers in labels have the order of their size", () => {
  assert.deepEqual(inLabelOrder(["lr 0.1", "lr 0.01", "b", "lr 0.002", "lr 10", "a 2", "a 10", "a"]), [
    "a",
    "a 2",
    "a 10",
    "b",
    "lr 0.002",
    "lr 0.01",
    "lr 0.1",
    "lr 10",
  ]);
});
