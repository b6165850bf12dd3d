import assert from "node:assert/strict";
import { test } from "node:test";
import {
  bestPlace,
  between,
  type CompareCode,
  cellText,
  changeCounts,
  delta,
  deltaText,
  differs,
  diffLines,
  isBetter,
  pictureType,
  places,
  type Step,
  shownRows,
  statRows,
} from "./compare";

const runs = ["a", "b", "c"].map((name) => ({
  name,
  experiment: "e",
  status: "Completed",
  colour: 0,
  dash: 0,
}));
const steps: Step[] = [
  ["equal", 0, 10, 0, 10],
  ["replace", 10, 11, 10, 12],
  ["equal", 11, 20, 12, 21],
];
const code: CompareCode = {
  sources: [Array.from({ length: 20 }, (_, i) => `l${i}`), Array.from({ length: 21 }, (_, i) => `m${i}`)],
  of: [0, 1, null],
  steps: { "0,1": steps },
  cut: false,
};

test("places follow the names, unknown ones are left out", () => {
  assert.deepEqual(places(runs, ["c", "x", "a"]), [2, 0]);
  assert.deepEqual(places(runs, []), [0, 1, 2]);
});

test("a missing cell and a text beside a number differ, among the runs shown only", () => {
  assert.equal(differs([1, null, 1], [0, 2]), false);
  assert.equal(differs([1, null, 1], [0, 1]), true);
  assert.equal(differs([1, "1", 1], [0, 1, 2]), true);
  const rows = [{ cells: [1, 1, 2] }, { cells: [1, 1, 1] }, { cells: [null, null, 3] }];
  assert.deepEqual(shownRows(rows, [0, 1], false), [rows[0], rows[1]]);
  assert.deepEqual(shownRows(rows, [0, 1, 2], true), [rows[0], rows[2]]);
  const kept = { cells: [1, 1, null], unknown: [2] };
  assert.deepEqual(shownRows([kept], [0, 1, 2], true), []);
  assert.deepEqual(shownRows([kept], [0, 1, 2], false), [kept]);
  assert.equal(differs([1, 2], []), false);
});

test("distances have a sign and a direction", () => {
  assert.equal(deltaText(delta(0.9436, 0.9311) ?? 0), "+0.0125");
  assert.equal(deltaText(-2), "−2");
  assert.equal(deltaText(0.1 + 0.2 - 0.1), "+0.2");
  assert.equal(deltaText(-12342.478), "−12342");
  assert.equal(delta(1, 1), null);
  assert.equal(delta("1", 1), null);
  assert.equal(delta(1, null), null);
  assert.equal(isBetter(0.1, "max"), true);
  assert.equal(isBetter(0.1, "min"), false);
  assert.equal(isBetter(0.1, null), null);
});

test("the best cell is one of those shown, and none where all are equal", () => {
  assert.equal(bestPlace([1, 3, 2], [0, 2], "max"), 2);
  assert.equal(bestPlace([1, 3, 2], [0, 1, 2], "min"), 0);
  assert.equal(bestPlace([1, 1, null], [0, 1, 2], "max"), -1);
  assert.equal(bestPlace([null, 1], [0, 1], "max"), -1);
});

test("metrics become rows of one statistic or all; std and count are not judged", () => {
  const metric = { name: "auc", best: "max" as const, stats: { last: [1, 2], std: [0, 1] } };
  assert.equal(statRows([metric], "all").length, 6);
  assert.equal(statRows([metric], "last")[0]?.best, "max");
  assert.equal(statRows([metric], "std")[0]?.best, null);
});

test("cells of every kind", () => {
  assert.equal(cellText(null, "value"), "");
  assert.equal(cellText(165, "duration"), "2:45");
  assert.equal(cellText(0, "time"), "1970-01-01 00:00");
  assert.equal(cellText(0.123456, "value"), "0.1235");
});

test("steps are turned round for the other direction", () => {
  assert.deepEqual(between(code, 1, 0)[1], ["replace", 10, 12, 10, 11]);
  const inserted = { ...code, steps: { "0,1": [["insert", 0, 0, 0, 2]] as Step[] } };
  assert.deepEqual(between(inserted, 1, 0), [["delete", 0, 2, 0, 0]]);
  assert.deepEqual(between(code, 0, 0), [["equal", 0, 20, 0, 20]]);
  assert.deepEqual(changeCounts(steps), { added: 2, removed: 1 });
});

test("equal stretches are left out but for their context", () => {
  const lines = diffLines(steps, 3);
  assert.deepEqual(lines.map((line) => line.kind[0]).join(""), "geeeccee" + "eg");
  assert.equal(lines[0]?.count, 7);
  assert.equal(lines.at(-1)?.count, 6);
  assert.deepEqual(lines[4], { kind: "changed", left: 10, right: 10 });
  assert.deepEqual(lines[5], { kind: "changed", left: null, right: 11 });
  assert.equal(diffLines(steps, null).length, 21);
});

test("only pictures that are pictures", () => {
  assert.equal(pictureType("image/png"), "image/png");
  for (const type of ["image/svg+xml", "text/html", "image/png;base64,x", null, " image/png"])
    assert.equal(pictureType(type), null);
});
