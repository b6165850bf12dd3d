import assert from "node:assert/strict";
import { test } from "node:test";
import { nearestPoint, nextPoint, paretoFront, pointSpace } from "./points";

const NA = Number.NaN;
const area = { left: 10, top: 20, width: 100, height: 200 };
const space = pointSpace(Float32Array.of(0, 1, 0.5, NA), Float32Array.of(0, 1, 0.5, 1), area, { x: 0, y: 0 });

test("points lie between the axes' ends; those without a value nowhere", () => {
  assert.deepEqual([...space.xs.subarray(0, 3)], [10, 110, 60]);
  assert.deepEqual([...space.ys.subarray(0, 3)], [220, 20, 120]);
  assert.deepEqual([...space.there], [1, 1, 1, 0]);
});

test("points of one text lie beside each other, each time alike", () => {
  const flat = Float32Array.of(0.5, 0.5, 0.5);
  const [one, again] = [0, 1].map(() => pointSpace(flat, flat, area, { x: 0.2, y: 0 }));
  assert.equal(new Set(one?.xs).size, 3);
  assert.deepEqual(one, again);
  assert.ok(one?.xs.every((x) => x >= 50 && x <= 70));
});

test("the nearest point within reach", () => {
  assert.equal(nearestPoint(space, [0, 1, 2, 3], 62, 121, 5), 2);
  assert.equal(nearestPoint(space, [0, 1], 62, 121, 5), -1);
  assert.equal(nearestPoint(space, [3], 0, 0, 500), -1);
});

test("keys walk the points from left to right and stop at the ends", () => {
  const walk = (row: number, step: 1 | -1) => nextPoint(space, [0, 1, 2, 3], row, step);
  assert.deepEqual([walk(-1, 1), walk(0, 1), walk(2, 1), walk(1, 1)], [0, 2, 1, 1]);
  assert.deepEqual([walk(-1, -1), walk(1, -1), walk(0, -1)], [1, 2, 0]);
  const same = pointSpace(Float32Array.of(0, 0, 0), Float32Array.of(0, 1, 1), area, { x: 0, y: 0 });
  const order = [nextPoint(same, [0, 1, 2], -1, 1)];
  for (let i = 0; i < 2; i += 1) order.push(nextPoint(same, [0, 1, 2], order[i] as number, 1));
  assert.equal(new Set(order).size, 3);
  assert.equal(nextPoint(space, [3], -1, 1), -1);
});

test("the front holds those that none beats in both", () => {
  const [x, y] = [
    [1, 2, 3, 2, NA],
    [5, 4, 6, 4.5, 1],
  ];
  assert.deepEqual(
    paretoFront(x as number[], y as number[], [0, 1, 2, 3, 4], { x: "min", y: "min" }),
    [0, 1],
  );
  assert.deepEqual(paretoFront(x as number[], y as number[], [0, 1, 2, 3], { x: "min", y: "max" }), [0, 2]);
  assert.deepEqual(paretoFront(x as number[], y as number[], [0, 1, 2, 3], { x: "max", y: "max" }), [2]);
  assert.deepEqual(paretoFront([], [], [], { x: "max", y: "max" }), []);
});
