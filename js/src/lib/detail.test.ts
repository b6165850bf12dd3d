import assert from "node:assert/strict";
import { test } from "node:test";
import {
  type DetailState,
  formatSize,
  headText,
  imageUrl,
  places,
  search,
  tabAfter,
  tabCount,
} from "./detail";
import { diffPieces, pythonPieces } from "./highlight";
import { bandPath, linePath, nearest, niceTicks, secondTicks, spanOf } from "./line";

const state = (change: Partial<DetailState> = {}): DetailState => ({
  name: "n",
  experiment: "e",
  group: "g",
  status: "Completed",
  started: 1000,
  ended: 1165,
  now: 2000,
  home: "embedded",
  live: false,
  notes: [],
  about: [],
  parameters: [["a", "1", true]],
  tags: [],
  metrics: [],
  artifacts: [],
  code: {},
  logs: { error: "", output: "", cut: false },
  system: [],
  packages: [],
  ...change,
});

test("the head tells how long it took, takes, or since when", () => {
  assert.equal(headText(state(), 9), "e · group g · 2:45");
  assert.equal(headText(state({ ended: null, live: true, now: 1100 }), 2), "e · group g · 1:42");
  assert.equal(headText(state({ ended: null, group: "" }), 2), "e · started 1970-01-01 00:16 UTC");
  assert.equal(headText(state({ started: null }), 0), "e · group g");
});

test("arrows go round, Home and End go to the ends", () => {
  assert.equal(tabAfter("overview", "ArrowRight"), "metrics");
  assert.equal(tabAfter("overview", "ArrowLeft"), "jobs");
  assert.equal(tabAfter("jobs", "ArrowRight"), "overview");
  assert.equal(tabAfter("logs", "Home"), "overview");
  assert.equal(tabAfter("logs", "End"), "jobs");
  assert.equal(tabAfter("logs", "a"), null);
});

test("tabs count what can be counted", () => {
  assert.equal(tabCount("params", state()), 1);
  assert.equal(tabCount("metrics", state()), 0);
  assert.equal(tabCount("logs", state()), null);
});

test("search is by any text of a row, whatever the case", () => {
  const rows = [
    ["depth", "4"],
    ["Rate", "0.05"],
  ];
  assert.deepEqual(
    search(rows, "rATE ", (row) => row),
    [rows[1]],
  );
  assert.deepEqual(
    search(rows, "4", (row) => row),
    [rows[0]],
  );
  assert.equal(search(rows, "", (row) => row).length, 2);
});

test("places of a text are those of the text as it stands", () => {
  assert.deepEqual(places("Loss loss LOSS", "loss"), [0, 5, 10]);
  assert.deepEqual(places("aaaa", "aa"), [0, 2]);
  assert.deepEqual(places("abc", ""), []);
  assert.deepEqual(places("İİ loss Loss", "loss"), [3]);
  assert.equal(places("a".repeat(50), "a", 10).length, 10);
});

test("only known images become a data URL", () => {
  const bytes = Uint8Array.of(1, 2, 3);
  assert.equal(imageUrl("image/png", bytes), "data:image/png;base64,AQID");
  assert.equal(imageUrl("text/html", bytes), null);
  assert.equal(imageUrl("image/png;charset=x,<script>", bytes), null);
});

test("sizes are the kernel's", () => {
  assert.deepEqual([16, 999, 24_310, 1_234_567, 45_000_000].map(formatSize), [
    "16 B",
    "999 B",
    "24 kB",
    "1.2 MB",
    "45 MB",
  ]);
  assert.equal(formatSize(null), "");
});

test("a line lies in its box, broken at gaps", () => {
  const xs = { low: 0, high: 2 };
  const ys = { low: 0, high: 10 };
  assert.equal(linePath([0, 1, 2], [0, 10, 5], xs, ys), "M0.00 100.00L50.00 0.00L100.00 50.00");
  assert.equal(linePath([0, 1, 2], [0, Number.NaN, 5], xs, ys), "M0.00 100.00M100.00 50.00");
  assert.equal(bandPath([0, 1], [0, 5], [5, 10], xs, ys), "M0.00 50.00L50.00 0.00L50.00 50.00L0.00 100.00Z");
  assert.equal(bandPath([0, 1, 2], [0, Number.NaN, 5], [5, Number.NaN, 10], xs, ys).match(/M/g)?.length, 2);
});

test("spans have room, also around one value; none without any", () => {
  assert.deepEqual(spanOf([0, 10], [0, 10], 0.1), { low: -1, high: 11 });
  assert.deepEqual(spanOf([5], [5]), { low: 4.5, high: 5.5 });
  assert.deepEqual(spanOf([0], [0]), { low: -1, high: 1 });
  assert.equal(spanOf([Number.NaN], [Number.NaN]), null);
});

test("marks are round", () => {
  assert.deepEqual(niceTicks({ low: 0.11, high: 0.72 }, 3), [0.5]);
  assert.deepEqual(niceTicks({ low: 0, high: 199 }, 4), [0, 50, 100, 150]);
  assert.deepEqual(secondTicks({ low: 0, high: 200 }, 4), [0, 60, 120, 180]);
  assert.deepEqual(secondTicks({ low: 0, high: 2 }, 4), [0, 0.5, 1, 1.5, 2]);
});

test("the nearest point is found", () => {
  assert.equal(nearest([0, 10, 20], 14), 1);
  assert.equal(nearest([0, 10, 20], 16), 2);
  assert.equal(nearest([0, 10, 20], -5), 0);
  assert.equal(nearest([0, 10, 20], 99), 2);
  assert.equal(nearest([], 1), -1);
});

test("pieces of a source are all of it", () => {
  const source = '%%sm_run a\nfor x in range(10):  # so\n    print(f"a {x}", 1.5e3)\n"""open\nend';
  const pieces = pythonPieces(source);
  assert.equal(pieces.map((piece) => piece.text).join(""), source);
  const of = (kind: string) => pieces.filter((piece) => piece.kind === kind).map((piece) => piece.text);
  assert.deepEqual(of("magic"), ["%%sm_run a"]);
  assert.deepEqual(of("word"), ["for", "in"]);
  assert.deepEqual(of("comment"), ["# so"]);
  assert.deepEqual(of("string"), ['f"a {x}"', '"""open\nend']);
  assert.deepEqual(of("number"), ["10", "1.5e3"]);
  const diff = "--- a\n+++ b\n@@ -1 +1 @@\n-x\n+y\n z";
  assert.equal(
    diffPieces(diff)
      .map((piece) => piece.text)
      .join(""),
    diff,
  );
  assert.deepEqual(
    diffPieces(diff).map((piece) => piece.kind),
    ["", "", "magic", "del", "add", ""],
  );
});
