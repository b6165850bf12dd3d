import assert from "node:assert/strict";
import { test } from "node:test";
import { height, moveDomain, placeName, positiveDomain, readAt, readingText, snap, xExtent } from "./reading";
import { decodeSeries } from "./series";
import { smoothEma } from "./smooth";
import { seriesOf } from "./testing";

test("bytes become series; an exact one has one array for low and high", () => {
  const bytes = Float64Array.of(0, 1, 50, 60, 5, 6, 0, 1, 70, 80, 1, 2, 3, 4);
  const header = { run: "r", metric: "m", colour: 0, dash: 0, n: 2, count: 2, origin: 50 };
  const [exact, reduced] = decodeSeries(
    {
      metrics: ["m"],
      series: [
        { ...header, offset: 0, exact: true },
        { ...header, offset: 48, exact: false },
      ],
    },
    new DataView(bytes.buffer),
  );
  assert.equal(exact?.low, exact?.high);
  assert.deepEqual([...(reduced?.high ?? [])], [3, 4]);
  assert.deepEqual([...(exact?.levels("relative")[0]?.x ?? [])], [0, 10]);
  assert.deepEqual([...(exact?.levels("time")[0]?.x ?? [])], [50_000, 60_000]);
  assert.deepEqual(decodeSeries(null, null), []);
});

test("unordered steps are sorted with their values", () => {
  const series = seriesOf([10, 20, 30]);
  series.step.set([5, 0, 2]);
  const level = series.levels("step")[0];
  assert.deepEqual([...(level?.x ?? [])], [0, 2, 5]);
  assert.deepEqual([...(level?.low ?? [])], [20, 30, 10]);
});

test("the average is not pulled towards zero at its start and steps over gaps", () => {
  const flat = smoothEma(Float64Array.of(3, 3, Number.NaN, 3), 0.9);
  assert.deepEqual(
    [...flat].map((value) => Number(value.toFixed(12))),
    [3, 3, Number.NaN, 3],
  );
  const raw = Float64Array.of(1, 2);
  assert.equal(smoothEma(raw, 0), raw);
  const [, second] = smoothEma(Float64Array.of(0, 1), 0.5);
  assert.ok(Math.abs((second ?? 0) - 2 / 3) < 1e-12);
});

test("the rule reads every run that reaches there, highest first", () => {
  const long = seriesOf([1, 2, 3, 4, 5], { run: "long" });
  const short = seriesOf([9, 8], { run: "short" });
  assert.deepEqual(
    readAt([long, short], "step", 1, 0).map((one) => [one.run, one.low]),
    [
      ["short", 8],
      ["long", 2],
    ],
  );
  assert.deepEqual(
    readAt([long, short], "step", 4, 0).map((one) => one.run),
    ["long"],
  );
  assert.equal(snap([long, short], "step", 2.4), 2);
  assert.deepEqual(xExtent([long, short], "step"), [0, 4]);
  assert.equal(xExtent([], "step"), null);
});

test("readings and places as text", () => {
  const bucket = seriesOf([1], { exact: false }, [3]);
  const [reading] = readAt([bucket], "step", 0, 0);
  assert.ok(reading);
  assert.equal(readingText(reading), "1 – 3");
  assert.equal(height(reading), 2);
  assert.equal(placeName("step", 1200), "step 1,200");
  assert.equal(placeName("relative", 75), "1:15 after start");
  assert.equal(placeName("time", 0), "1970-01-01 00:00:00 UTC");
});

test("zooming by keys stays inside the data and ends at all of it", () => {
  assert.deepEqual(moveDomain(null, [0, 100], { scale: 0.5, around: 20 }), [10, 60]);
  assert.deepEqual(moveDomain([10, 60], [0, 100], { shift: 0.25 }), [22.5, 72.5]);
  assert.deepEqual(moveDomain([50, 100], [0, 100], { shift: 1 }), [50, 100]);
  assert.equal(moveDomain([10, 60], [0, 100], { scale: 2 }), null);
  const moved = moveDomain([10, 100], [1, 1000], { shift: 1, log: true });
  assert.deepEqual(moved?.map(Math.round), [100, 1000]);
  assert.deepEqual(moveDomain([-5, 10], [1, 1000], { shift: 1, log: true })?.map(Math.round), [10, 100]);
  assert.deepEqual(positiveDomain([-5, 10], [1, 1000]), [1, 10]);
  assert.equal(positiveDomain([-5, 0], [1, 1000]), null);
  const zoomed = moveDomain(null, [1, 10_000], { scale: 0.5, around: 100, log: true });
  assert.deepEqual(zoomed?.map(Math.round), [10, 1000]);
});
