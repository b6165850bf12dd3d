import assert from "node:assert/strict";
import { test } from "node:test";
import { addLine, type LineSpace, moved, nearestLine } from "./lines";

const axis = (x: number, places: number[], flip = false) => ({ x, places: Float32Array.from(places), flip });
const space: LineSpace = {
  axes: [axis(0, [0, 1, 0.5]), axis(100, [0, 1, Number.NaN]), axis(200, [0, 1, 0.25], true)],
  top: 10,
  height: 100,
  missing: 20,
};

test("a line goes through its places, flipped and missing ones too", () => {
  const points: number[][] = [];
  const path = {
    moveTo: (x: number, y: number) => points.push([x, y]),
    lineTo: (x: number, y: number) => points.push([x, y]),
  };
  addLine(path as unknown as CanvasPath, space, 2);
  assert.deepEqual(points, [
    [0, 60],
    [100, 130],
    [200, 35],
  ]);
});

test("the nearest line is found within reach, between the axes of the place", () => {
  assert.equal(nearestLine(space, [0, 1, 2], 50, 108, 6), 0);
  assert.equal(nearestLine(space, [0, 1, 2], 50, 12, 6), 1);
  assert.equal(nearestLine(space, [0, 1], 50, 95, 6), -1);
  assert.equal(nearestLine(space, [0, 1, 2], 50, 95, 6), 2);
  assert.equal(nearestLine(space, [1, 2], 0, 111, 6), -1);
  assert.equal(nearestLine(space, [0, 1], 199, 11, 6), 0);
  assert.equal(nearestLine(space, [0, 1], 300, 11, 6), -1);
});

test("an axis is moved to another place", () => {
  assert.deepEqual(moved(["a", "b", "c"], "a", 1), ["b", "a", "c"]);
  assert.deepEqual(moved(["a", "b", "c"], "c", -1), ["c", "a", "b"]);
  assert.deepEqual(moved(["a", "b", "c"], "a", 9), ["b", "c", "a"]);
});
