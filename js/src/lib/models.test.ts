import assert from "node:assert/strict";
import { test } from "node:test";
import { type ModelVersion, metricNames, modelDifferences, modelsHeadline, picked } from "./models";

const version = (number: number, change: Partial<ModelVersion> = {}): ModelVersion => ({
  name: `churn/${number}`,
  version: number,
  status: "PendingManualApproval",
  run: "a",
  experiment: "churn",
  model: "",
  image: "x:1",
  commit: "",
  description: "",
  note: "",
  created_by: "",
  arn: "",
  created: 0,
  metrics: { auc: 0.9, loss: 0.4 },
  parameters: { lr: 0.1 },
  metadata: {},
  ...change,
});

test("at most two are picked, the one picked first gives way", () => {
  assert.deepEqual(picked([], 3), [3]);
  assert.deepEqual(picked([3], 1), [3, 1]);
  assert.deepEqual(picked([3, 1], 2), [1, 2]);
  assert.deepEqual(picked([3, 1], 3), [1]);
});

test("a better metric is told by its good end, and what is missing has no distance", () => {
  const rows = modelDifferences(
    version(1),
    version(2, { metrics: { auc: 0.92, loss: 0.5, f1: 0.7 }, parameters: { lr: 0.2, depth: "six" } }),
    { auc: "max", loss: "min", f1: "max" },
  );
  const told = Object.fromEntries(rows.map((row) => [row.name, [row.base, row.other, row.delta, row.tone]]));
  assert.deepEqual(told["auc"], ["0.9", "0.92", "+.02", "better"]);
  assert.deepEqual(told["loss"], ["0.4", "0.5", "+.1", "worse"]);
  assert.deepEqual(told["f1"], ["", "0.7", "", ""]);
  assert.deepEqual(told["lr"], ["0.1", "0.2", "+.1", ""]);
  assert.deepEqual(told["depth"], ["", "six", "", ""]);
  assert.ok(rows.find((row) => row.name === "image")?.same);
  assert.deepEqual(
    rows.slice(0, 3).map((row) => row.kind),
    ["metric", "metric", "metric"],
  );
});

test("the headline names the newest approved version", () => {
  const versions = [version(3), version(2, { status: "Approved" }), version(1, { status: "Approved" })];
  assert.equal(modelsHeadline(versions), "3 versions · approved: 2");
  assert.equal(modelsHeadline([version(1)]), "1 version · none approved");
  assert.equal(modelsHeadline([]), "");
  assert.deepEqual(metricNames([version(2, { metrics: { f1: 1 } }), version(1)]), ["f1", "auc", "loss"]);
});
