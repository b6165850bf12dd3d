/** Invented jobs of a run. */

import type { JobRow } from "../src/lib/jobs";

const now = () => Date.now() / 1000;

const job = (name: string, change: Partial<JobRow> = {}): JobRow => ({
  kind: "training",
  name,
  status: "Completed",
  detail: "",
  started: now() - 900,
  ended: now() - 420,
  cost: 0.0153,
  instance: "ml.m5.large",
  tuner: "",
  lines: [],
  metrics: [["validation:auc", 0.9412]],
  ...change,
});

export const sampleJobs = (): JobRow[] => [
  job("xgb-2026-09-21-08-14-03-112", { cost: 1.25 }),
  job("xgb-2026-09-21-08-14-05-871", {
    status: "InProgress",
    detail: "Training",
    ended: null,
    metrics: [],
    instance: "2 x ml.g5.xlarge",
    lines: ["epoch 12 loss=0.2113", "epoch 13 loss=0.2098", "<img src=x onerror=alert(1)> עברית"],
  }),
  job("clean-2026-09-21", {
    kind: "processing",
    status: "Failed",
    detail: "AlgorithmError: exit code 1",
    cost: null,
    metrics: [],
    lines: ["Traceback (most recent call last):", "ValueError: no columns"],
  }),
  job("tune-2026-09-21", { kind: "tuning", detail: "2 completed", cost: null, metrics: [], instance: "" }),
  job("tune-2026-09-21-001", { tuner: "tune-2026-09-21" }),
  job("tune-2026-09-21-002", { tuner: "tune-2026-09-21", status: "Stopped" }),
];
