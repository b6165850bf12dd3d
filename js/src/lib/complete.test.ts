import assert from "node:assert/strict";
import { test } from "node:test";
import { complete, queryNames } from "./complete";
import { frameOf } from "./testing";

const frame = frameOf(
  ["a"],
  {
    "params.depth": [1],
    "params.max depth": [2],
    "params.a`b": [3],
    "metrics.val:auc.max": [0.5],
    other: [1],
  },
  { "tags.team": ["x"], "params.tree": ["hist"] },
);
const names = queryNames(frame);

test("names are written as the language reads them", () => {
  for (const name of ["params.depth", "params.`max depth`", "params.`a``b`", "tags.team", "status"])
    assert.ok(names.includes(name), name);
  assert.ok(names.includes("metrics.val:auc") && names.includes("metrics.val:auc.max"));
  assert.ok(!names.includes("other"));
  assert.ok(queryNames(null).includes("created"));
});

test("what begins with the token comes first, then words, then what holds it", () => {
  const found = complete("status = 'x' AND de", 19, ["params.depth", "depth_of"]);
  assert.deepEqual(found, { from: 17, to: 19, options: ["depth_of", "params.depth"] });
  assert.deepEqual(complete("a = 1 an", 8, ["name", "an.x"]).options, ["an.x", "AND"]);
});

test("the token ends at the cursor and is replaced alone", () => {
  const text = "params.de > 3 AND x = 1";
  const found = complete(text, 9, names);
  assert.equal(
    text.slice(0, found.from) + found.options[0] + text.slice(found.to),
    `params.depth > 3 AND x = 1`,
  );
});

test("nothing is offered in texts, after blanks and for what is complete", () => {
  assert.deepEqual(complete("name = 'par", 11, names).options, []);
  assert.deepEqual(complete("params.depth ", 13, names).options, []);
  assert.deepEqual(complete("params.depth", 12, names).options, []);
  assert.deepEqual(complete("", 0, names).options, []);
});

test("a few at most", () => {
  const many = Array.from({ length: 50 }, (_, i) => `params.p${i}`);
  assert.equal(complete("par", 3, many).options.length, 8);
});
