import assert from "node:assert/strict";
import { test } from "node:test";
import { type Emphasis, lineColours, NO_EMPHASIS, roleOf } from "./emphasis";
import { bestRun, marksOf, placeLabels } from "./marks";
import { quantile, spanOf } from "./outliers";
import { chartRows, PLAIN } from "./rows";
import { introduce } from "./series";
import { pointsIn, seriesOf } from "./testing";

const three = [
  seriesOf([5, 1, 3], { run: "a" }),
  seriesOf([4, 2, 2.5], { run: "b" }),
  seriesOf([9, 9, Number.NaN], { run: "c" }),
];

test("the best run is the one whose last value is best; its best point and all ends are marked", () => {
  assert.equal(bestRun(three, "min"), "b");
  assert.equal(bestRun(three, "max"), "c");
  assert.equal(bestRun(three.slice(0, 1), "min"), "");
  const options = { ...PLAIN, best: "min" as const };
  const marks = marksOf(three, chartRows(three, options), options);
  assert.deepEqual(
    marks.map((one) => [one.kind, one.run, one.x, one.y]),
    [
      ["best", "b", 1, 2],
      ["last", "b", 2, 2.5],
      ["last", "a", 2, 3],
      ["last", "c", 1, 9],
    ],
  );
  const zoomed = { ...options, domain: [1.5, 2] as const };
  assert.deepEqual(
    marksOf(three, chartRows(three, zoomed), zoomed).map((one) => one.run),
    ["b", "a"],
  );
});

test("labels that would lie on each other give way to the ones before them", () => {
  const placed = (y: number, mark = marksOf(three, chartRows(three, PLAIN), PLAIN)[0]) => {
    assert.ok(mark);
    return { mark, x: 0, y };
  };
  const labels = placeLabels([placed(10), placed(15), placed(40), placed(23)], 12);
  assert.deepEqual(
    labels.map((one) => one.y),
    [10, 40, 23],
  );
});

test("emphasis changes how lines look and in which order they are drawn, nothing else", () => {
  const emphasis: Emphasis = {
    selected: new Set(["a"]),
    dimmed: new Set(["c"]),
    hidden: new Set(),
    baseline: "b",
  };
  const plain = chartRows(three, PLAIN);
  const picked = chartRows(three, { ...PLAIN, emphasis });
  assert.deepEqual(
    pointsIn(picked.line).map((row) => [row.run, row.x, row.y]),
    pointsIn(plain.line).map((row) => [row.run, row.x, row.y]),
  );
  const look = (run: string) => pointsIn(picked.line).find((row) => row.run === run);
  const [a, b, c] = ["a", "b", "c"].map(look);
  assert.ok(a && b && c && a.z > b.z && b.z > c.z && a.w > c.w);
  assert.notEqual(b.d, 0, "the baseline is dashed");
  assert.deepEqual([a.c, lineColours("light").length > b.c, c.d], [0, true, 0]);
});

test("without a selection what is not dimmed keeps its colours; with one the rest is its background", () => {
  assert.equal(roleOf("x", NO_EMPHASIS, ""), "plain");
  assert.equal(roleOf("x", NO_EMPHASIS, "x"), "best");
  const dimmed = { ...NO_EMPHASIS, dimmed: new Set(["x"]) };
  assert.deepEqual([roleOf("x", dimmed, "x"), roleOf("y", dimmed, "")], ["context", "plain"]);
  const selected = { ...NO_EMPHASIS, selected: new Set(["x"]) };
  assert.deepEqual(
    [roleOf("x", selected, "y"), roleOf("y", selected, "y"), roleOf("z", selected, "y")],
    ["selected", "best", "context"],
  );
});

test("outliers lie beyond the 1st and the 99th percentile, and are counted", () => {
  const values = Float64Array.from({ length: 1000 }, (_, i) => (i === 500 ? 1e6 : i / 1000));
  const span = spanOf([values], false);
  assert.ok(span && span.low > -0.05 && span.low < 0.01 && span.high > 0.99 && span.high < 1.05);
  assert.equal(span.outside, 1);
  assert.equal(spanOf([Float64Array.of(1, 1, Number.NaN)], false), null);
  assert.equal(spanOf([], false), null);
  const log = spanOf([Float64Array.from({ length: 1000 }, (_, i) => 10 ** (i / 100) - 1)], true);
  assert.ok(log && log.low > 0);
  assert.equal(quantile(Float64Array.of(0, 10), 0.25), 2.5);
  const shown = chartRows([seriesOf(values)], { ...PLAIN, ignoreOutliers: true, domain: [0, 400] });
  assert.ok(shown.span && shown.span.high < 0.5, "of what is shown");
});

test("x is another metric of the same run, joined by step", () => {
  const loss = seriesOf([4, 3, 2, 1], { run: "a", metric: "loss" });
  const epoch = seriesOf([2, 1, 0], { run: "a", metric: "epoch" });
  const other = seriesOf([7], { run: "b", metric: "epoch" });
  introduce([loss, epoch, other]);
  const level = loss.levels("epoch")[0];
  assert.deepEqual([...(level?.x ?? [])], [0, 1, 2]);
  assert.deepEqual([...(level?.low ?? [])], [2, 3, 4]);
  const lone = seriesOf([1, 2], { run: "c", metric: "loss" });
  introduce([loss, epoch, lone]);
  assert.equal(lone.levels("epoch")[0]?.x.length, 0);
  const more = seriesOf([2, 1, 0, 9], { run: "a", metric: "epoch" });
  introduce([loss, more]);
  assert.deepEqual([...(loss.levels("epoch")[0]?.x ?? [])], [0, 1, 2, 9], "a newer partner is taken at once");
});

test("between the points of a reduced metric x is a straight line", () => {
  const loss = seriesOf([4, 3, 2, 1], { run: "a", metric: "loss" });
  const epoch = seriesOf([0, 2], { run: "a", metric: "epoch", exact: false }, [0, 2]);
  epoch.step.set([0, 2]);
  introduce([loss, epoch]);
  assert.deepEqual([...(loss.levels("epoch")[0]?.x ?? [])], [0, 1, 2]);
});

test("points without times have no place on a time axis", () => {
  const one = seriesOf([1, 2, 3]);
  one.time.fill(Number.NaN);
  assert.equal(one.levels("relative")[0]?.x.length, 0);
  assert.deepEqual(pointsIn(chartRows([one], { ...PLAIN, axis: "time" }).line), []);
});
