import assert from "node:assert/strict";
import { test } from "node:test";
import { buildPyramid, nearest, selectWindow } from "./pyramid";
import { chartRows, MAX_ROWS, PLAIN, pointsOf, type RowOptions } from "./rows";
import { pointsIn, seriesOf } from "./testing";

const spiked = (n: number, at: number) =>
  Array.from({ length: n }, (_, i) => (i === at ? 1000 : Math.sin(i)));
const options: RowOptions = { ...PLAIN, width: 400 };

test("a spike is in every level, and a line reaches its end", () => {
  const series = seriesOf(spiked(5001, 3333));
  for (const level of series.levels("step")) {
    assert.equal(Math.max(...level.high), 1000);
    assert.equal(level.x[level.x.length - 1], 5000);
  }
});

test("a gap stays one only where a whole bucket is missing", () => {
  const nan = Number.NaN;
  const [, half] = buildPyramid({
    x: Float64Array.of(0, 1, 2, 3),
    low: Float64Array.of(1, nan, nan, nan),
    high: Float64Array.of(1, nan, nan, nan),
    mid: Float64Array.of(1, nan, nan, nan),
  });
  assert.deepEqual([...(half?.low ?? [])], [1, nan]);
});

test("the finest level that fits is taken, with a neighbour at each side", () => {
  const levels = seriesOf(spiked(4096, 5)).levels("step");
  assert.equal(selectWindow(levels, null, 512).depth, 3);
  const zoomed = selectWindow(levels, [1000, 1099], 512);
  assert.deepEqual([zoomed.depth, zoomed.from, zoomed.to], [0, 999, 1101]);
  assert.equal(nearest(Float64Array.of(0, 10, 20), 14), 1);
  assert.equal(nearest(new Float64Array(0), 1), -1);
});

test("a view stays under its rows and keeps the spike at every zoom", () => {
  const many = Array.from({ length: 200 }, (_, i) => seriesOf(spiked(4096, 2000), { run: `r${i}` }));
  const rows = chartRows(many, options);
  assert.ok(pointsOf(rows.line) <= MAX_ROWS, String(pointsOf(rows.line)));
  for (const half of [2000, 500, 20, 1]) {
    const zoomed = chartRows([many[0] as never], { ...options, domain: [2000 - half, 2000 + half] });
    assert.ok(zoomed.line[0]?.y.includes(1000), String(half));
  }
});

test("a log axis leaves out what it cannot show and counts it", () => {
  const rows = chartRows([seriesOf([0, -1, 5, 6])], { ...options, logX: true, logY: true });
  assert.deepEqual(
    pointsIn(rows.line).map((row) => row.y),
    [5, 6],
  );
  assert.equal(rows.dropped, 2);
});

test("smoothing draws the values behind the line", () => {
  const rows = chartRows([seriesOf([0, 1, 0, 1])], { ...options, smooth: 0.5 });
  assert.equal(pointsOf(rows.line), 4);
  assert.deepEqual(
    pointsIn(rows.raw).map((row) => row.y),
    [0, 1, 0, 1],
  );
});

test("a series whose finest level is coarser than the pixels asks for more", () => {
  const reduced = seriesOf(spiked(1000, 5), { count: 50_000, exact: false }, spiked(1000, 5));
  assert.equal(chartRows([reduced], options).coarse.length, 0);
  assert.equal(chartRows([reduced], { ...options, domain: [10, 40] }).coarse.length, 1);
  assert.equal(chartRows([seriesOf(spiked(1000, 5))], { ...options, domain: [10, 40] }).coarse.length, 0);
});
