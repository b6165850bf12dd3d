import assert from "node:assert/strict";
import { test } from "node:test";
import { type JobRow, jobSeconds, jobsOver, jobsText, money } from "./jobs";

const row = (change: Partial<JobRow>): JobRow => ({
  kind: "training",
  name: "fit",
  status: "Completed",
  detail: "",
  started: 10,
  ended: 40,
  cost: 0.042,
  instance: "ml.m5.large",
  tuner: "",
  lines: [],
  metrics: [],
  ...change,
});

test("amounts have two places, small ones two digits", () => {
  assert.deepEqual([0, 0.0421, 0.5, 1, 1204.5, 1234567.891].map(money), [
    "0.00",
    "0.042",
    "0.5",
    "1.00",
    "1,204.50",
    "1,234,567.89",
  ]);
});

test("a summary counts states and says of how many the cost is known", () => {
  const rows = [
    row({}),
    row({ status: "InProgress", cost: null }),
    row({ kind: "tuning", cost: null }),
    row({}),
  ];
  assert.equal(jobsText(rows), "3 jobs: 2 completed, 1 running · about 0.084 for 2 of them");
  assert.equal(jobsText([row({ cost: null })]), "1 job: 1 completed");
  assert.equal(jobsText([]), "");
  assert.equal(jobsOver(rows), false);
  assert.equal(jobsOver([row({}), row({ status: "Failed" })]), true);
});

test("a job that runs has lasted until now", () => {
  assert.equal(jobSeconds(row({}), 100), 30);
  assert.equal(jobSeconds(row({ ended: null }), 100), 90);
  assert.equal(jobSeconds(row({ started: null, ended: null }), 100), null);
});
