import assert from "node:assert/strict";
import { test } from "node:test";
import { aboutText, KINDS, kindOf, pointsOf, progressText, scoresOf, secondsLeft } from "./sweep";
import { down, nearest, pointPaths, scaleOf, spot, stairs } from "./sweep_plot";
import { frameOf } from "./testing";

const ROOM = { width: 440, height: 200, left: 40, right: 0, top: 10, bottom: 20 };

function sweep() {
  const frame = frameOf(
    ["late", "early", "running", "failed", "stopped"],
    {
      started: [30, 0, 50, 10, 20],
      duration_s: [15, 20, Number.NaN, 5, 10],
      loss: [0.5, 0.9, 0.1, Number.NaN, 0.2],
    },
    {
      status: ["Completed", "Completed", "InProgress", "Failed", "Stopped"],
      group: ["a", "a", "a", "b", "a"],
    },
  );
  return { frame, points: pointsOf(frame, "") };
}

const names = ({ frame, rows }: ReturnType<typeof pointsOf>) =>
  Array.from(rows, (row) => frame.header.runs[row]);

test("points stand in the order of their end, running ones last", () => {
  const { frame, points } = sweep();
  assert.deepEqual(names(points), ["failed", "early", "stopped", "late", "running"]);
  assert.deepEqual(points.counts, { done: 2, running: 1, stopped: 1, failed: 1 });
  assert.deepEqual(names(pointsOf(frame, "b")), ["failed"]);
  assert.equal(kindOf(""), "done");
});

test("only completed points that pass count for the best", () => {
  const { frame, points } = sweep();
  const column = frame.byName.get("loss");
  const all = scoresOf(points, column, "min", () => true);
  assert.deepEqual([all.steps, all.best, all.median], [[1, 3], 3, 0.7]);
  assert.deepEqual(scoresOf(points, column, "max", () => true).steps, [1]);
  const some = scoresOf(points, column, "min", (row) => row !== 0);
  assert.deepEqual([some.best, Array.from(some.passes)], [1, [1, 1, 1, 0, 1]]);
  assert.equal(scoresOf(points, undefined, "min", () => true).best, -1);
});

test("the rest is told by the pace so far", () => {
  const { points } = sweep();
  assert.equal(secondsLeft(points, 10, 80), 120);
  assert.ok(Number.isNaN(secondsLeft(points, 4, 80)));
  const without = frameOf(
    ["a", "b", "c"],
    { started: [Number.NaN, 10, 20] },
    { status: ["", "", "InProgress"] },
  );
  assert.equal(secondsLeft(pointsOf(without, ""), 4, 40), 30);
  assert.equal(
    progressText(points, 10, 80),
    "4 of 10 points, 1 running, 1 failed, 1 stopped, about 2 min left",
  );
  assert.equal(progressText(points, 0, 80), "4 points so far, 1 running, 1 failed, 1 stopped");
  assert.deepEqual([12, 200, 7000, Number.NaN].map(aboutText), [
    "about 20 s left",
    "about 3 min left",
    "about 2 h left",
    "",
  ]);
});

test("each look is one path, and points on one spot are drawn once", () => {
  const { frame, points } = sweep();
  const scores = scoresOf(points, frame.byName.get("loss"), "min", (row) => row !== 1);
  const scale = scaleOf(scores, ROOM, false);
  assert.ok(scale);
  const paths = pointPaths(scale, points, scores);
  assert.deepEqual(
    ["out", ...KINDS].map((look) => paths[look as keyof typeof paths].split("M").length - 1),
    [1, 1, 1, 1, 1],
  );
  assert.match(stairs(scale, scores), /^M320\.0 [\d.]+H440\.0$/);
  const [x, y] = spot(scale, points, scores, 3);
  assert.equal(nearest(scale, points, scores, [x + 3, y], 10), 3);
  assert.equal(nearest(scale, points, scores, [x + 3, y], 2), -1);
  const many = Array.from({ length: 5000 }, (_, i) => i % 7);
  const dense = frameOf(many.map(String), { loss: many });
  const crowd = pointsOf(dense, "");
  const worth = scoresOf(crowd, dense.byName.get("loss"), "min", () => true);
  const wide = scaleOf(worth, ROOM, false);
  assert.ok(wide);
  assert.ok(pointPaths(wide, crowd, worth).done.split("M").length < 1500);
});

test("a log scale leaves out what it cannot show", () => {
  const frame = frameOf(["a", "b", "c"], { loss: [-1, 1, 100] });
  const points = pointsOf(frame, "");
  const scores = scoresOf(points, frame.byName.get("loss"), "max", () => true);
  const scale = scaleOf(scores, ROOM, true);
  assert.ok(scale);
  assert.ok(scale.low > 0 && scale.low < 1 && scale.high > 100);
  assert.ok(down(scale, -1) > down(scale, 1));
  const nothing = scoresOf(points, undefined, "max", () => true);
  assert.equal(scaleOf(nothing, ROOM, false), null);
});
