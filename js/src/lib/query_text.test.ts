import assert from "node:assert/strict";
import { test } from "node:test";
import cases from "../../../tests/unit/filter_cases.json";
import type { Filter } from "./filters";
import { condition, number, wholeQuery } from "./query_text";
import { frameOf } from "./testing";
import { words } from "./words";

test("conditions, numbers and words are those of the kernel", () => {
  for (const [filter, field, kind, text] of cases.condition)
    assert.equal(condition(filter as unknown as Filter, field as string, kind as string), text);
  for (const [value, text] of cases.number) assert.equal(number(value as number), text);
  for (const [text, found] of cases.words) assert.deepEqual(words(text as string), found);
});

const frame = frameOf(
  ["deep-1", "wide"],
  { "params.x": [1, 2] },
  { status: ["Failed", "InProgress"], "tags.team": ["deep", null] },
);

test("scope, filters and words are one query", () => {
  const filters = [{ column: "params.x", low: 1, high: null }];
  assert.equal(wholeQuery(frame, "", filters, ""), "params.x >= 1");
  assert.equal(wholeQuery(frame, "a = 1 OR b = 2", filters, ""), "(a = 1 OR b = 2) AND params.x >= 1");
  assert.equal(wholeQuery(frame, "a = 1", [], ""), "a = 1");
  assert.equal(
    wholeQuery(frame, "", [], "Deep running no%pe"),
    "(name ILIKE '%deep%' OR tags.team ILIKE '%deep%') AND status = 'InProgress' AND name ILIKE '%no\\%pe%'",
  );
});
