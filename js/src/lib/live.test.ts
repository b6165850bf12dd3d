import assert from "node:assert/strict";
import { test } from "node:test";
import {
  barState,
  bestText,
  elapsed,
  factTexts,
  footTexts,
  isOver,
  outcomeText,
  placeText,
  type RunState,
  tileCount,
  timeText,
  workText,
} from "./live";
import { barsPath, extent, sparkPath } from "./spark";

const state = (change: Partial<RunState> = {}): RunState => ({
  status: "InProgress",
  name: "n",
  experiment: "e",
  group: "",
  started: 1000,
  ended: null,
  now: 1100,
  home: "embedded",
  metrics: [{ name: "loss", last: 0.21634, best: 0.2171, best_step: 1117, step: 124, n: 125 }],
  sparks: [],
  parameters: 4,
  files: 0,
  waiting: 0,
  trouble: "",
  message: "",
  progress: { done: 100, total: 150 },
  ...change,
});

test("what the run uses of its machine is the last fact", () => {
  const busy = state({ system: ["CPU 143%", "memory 1.2 GB"] });
  assert.equal(factTexts(busy).at(-1), "CPU 143% · memory 1.2 GB");
  assert.ok(!factTexts(state({ system: [] })).includes(""));
});

test("a file on its way is named, open or over, and moves the bar where no steps do", () => {
  const upload = { text: "sending model.pt: 45 MB of 120 MB", done: 45, total: 120 };
  const open = state({ upload });
  assert.equal(footTexts(open, true).at(-1), upload.text);
  assert.equal(barState(open)?.label, "Progress");
  assert.deepEqual(barState(state({ upload, progress: null })), { label: "Upload", done: 45, total: 120 });
  const over = state({ upload, ended: 1165 });
  assert.deepEqual(footTexts(over, false), [upload.text]);
  assert.equal(barState(over)?.done, 45);
  assert.equal(barState(state({ ended: 1165 })), null);
  assert.deepEqual(footTexts(state({ ended: 1165 }), false), []);
});

test("time goes on by the page's clock and stops at the end", () => {
  assert.equal(elapsed(state(), 2), 102);
  assert.equal(elapsed(state({ ended: 1165 }), 50), 165);
  assert.equal(timeText(100, 50), "1:40 · about 50 s left");
  assert.equal(timeText(100, null), "1:40");
  assert.ok(isOver(state({ ended: 1 })) && !isOver(state()));
});

test("facts and outcome in one line each", () => {
  assert.deepEqual(factTexts(state()), ["step 100 of 150", "4 parameters"]);
  assert.deepEqual(factTexts(state({ progress: null, parameters: 0 })), ["step 124"]);
  assert.equal(placeText(state({ group: "g" })), "e · group g");
  assert.equal(bestText(state().metrics[0] as never), "best 0.2171 at 1,117");
  assert.equal(outcomeText(state({ ended: 1165 })), "e · 2:45 · loss 0.2163");
});

test("work is named as its bar has it, also without an end; a run that stopped early says where", () => {
  assert.equal(workText({ done: 3, total: 10, label: "epoch" }), "epoch 3 of 10");
  assert.equal(workText({ done: 1204.5, total: null }), "step 1205");
  assert.equal(workText({ done: 1204, total: 2000 }), "step 1,204 of 2,000");
  assert.equal(barState(state({ progress: { done: 7, total: null } })), null);
  assert.deepEqual(factTexts(state({ progress: { done: 7, total: null } }))[0], "step 7");
  const over = state({ ended: 1165, status: "Failed", stopped: "stopped at 124 of 200" });
  assert.equal(outcomeText(over), "e · 2:45 · stopped at 124 of 200 · loss 0.2163");
});

test("there are four tiles, or as many as were asked for", () => {
  const metrics = Array.from({ length: 9 }, (_, i) => ({
    ...(state().metrics[0] as never as object),
    name: `m${i}`,
  }));
  const some = state({ metrics: metrics as never });
  assert.equal(tileCount(some), 4);
  assert.ok(factTexts(some).includes("5 more metrics"));
  assert.equal(tileCount({ ...some, first: 8 }), 8);
  assert.ok(factTexts({ ...some, first: 8 }).includes("1 more metric"));
  assert.equal(tileCount(state()), 1);
});

test("a spark line is broken at gaps and flat where nothing changes", () => {
  assert.equal(sparkPath([0, 1, 2], [0, 1, 0], 20, 10), "M0.0 10.0L10.0 0.0L20.0 10.0");
  assert.equal(sparkPath([0, 1, 2], [1, Number.NaN, 1], 20, 10), "M0.0 5.0M20.0 5.0");
  assert.equal(sparkPath([1], [1], 20, 10), "");
});

test("bars stand on their ground; without a value there is no extent", () => {
  assert.deepEqual(extent([Number.NaN]), [Number.NaN, Number.NaN]);
  assert.equal(barsPath(Uint32Array.of(0, 2), 10, 8), "M5 8v-8h4v8z");
});
