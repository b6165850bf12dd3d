import assert from "node:assert/strict";
import { test } from "node:test";
import cases from "../../../tests/unit/number_cases.json";
import { formatClock, formatFull, formatMoment, formatNumber, formatRelative } from "./format";
import { middleCut, plural } from "./text";

test("numbers, durations and cut names are written as in Python", () => {
  for (const [value, text] of cases.number)
    assert.equal(formatNumber(value as number | null), text, String(value));
  for (const [value, text] of cases.clock) assert.equal(formatClock(value as number | null), text);
  for (const [passed, text] of cases.relative) assert.equal(formatRelative(0, passed as number), text);
  for (const [text, limit, cut] of cases.middle)
    assert.equal(middleCut(text as string, limit as number), cut);
});

test("what JSON cannot say", () => {
  assert.equal(formatNumber(Number.NaN), "NaN");
  assert.equal(formatNumber(Number.POSITIVE_INFINITY), "∞");
  assert.equal(formatNumber(Number.NEGATIVE_INFINITY), "-∞");
  assert.equal(formatNumber(undefined), "");
  assert.equal(formatFull(0.1 + 0.2), "0.30000000000000004");
  assert.equal(formatFull(null), "");
});

test("a time is UTC to the minute, and a date after 30 days", () => {
  assert.equal(formatMoment(0), "1970-01-01 00:00");
  assert.equal(formatMoment(Number.NaN), "");
  assert.equal(formatRelative(0, 31 * 86400), "1970-01-01");
});

test("characters outside the basic plane are never cut in half", () => {
  assert.equal(middleCut("🎉🎉🎉🎉🎉🎉", 3), "🎉…🎉");
  assert.equal(plural(1, "run"), "1 run");
  assert.equal(plural(1204, "point"), "1,204 points");
});
