import assert from "node:assert/strict";
import { test } from "node:test";
import { type ImportanceRow, peak, share, signedText } from "./importance";

const row = (change: Partial<ImportanceRow>): ImportanceRow => ({
  name: "p",
  kind: "number",
  importance: 0.5,
  std: 0.1,
  correlation: -0.736,
  n: 10,
  ...change,
});

test("bars are measured against the largest one, and never point backwards", () => {
  assert.equal(peak([row({}), row({ importance: 2 }), row({ importance: null })]), 2);
  assert.equal(peak([row({ importance: -0.1 })]), 0.2);
  assert.equal(peak([]), 0.2);
  assert.equal(share(0.5, 2), 0.25);
  assert.equal(share(-0.5, 2), 0);
  assert.equal(share(3, 2), 1);
});

test("a correlation has a sign, that of a category has none", () => {
  assert.equal(signedText(row({})), "−0.74");
  assert.equal(signedText(row({ correlation: 0.4 })), "+0.40");
  assert.equal(signedText(row({ correlation: 0.4, kind: "category" })), "0.40");
  assert.equal(signedText(row({ correlation: null })), "");
});
