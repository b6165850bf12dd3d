import assert from "node:assert/strict";
import { test } from "node:test";
import { csvText, jsonText, rowsOf, tsvText } from "./table_text";
import { frameOf } from "./testing";

const frame = frameOf(
  ["plain", "=1+1", 'say "hi", you'],
  { x: [-0.5, Number.NaN, Number.POSITIVE_INFINITY] },
  { note: ["a\tb\nc", "-12", "@sum"] },
);
const time = { ...frame.byName.get("x"), name: "t", kind: "time", data: Float64Array.of(0, 1.5, Number.NaN) };
const columns = [...frame.columns, time] as typeof frame.columns;
const rows = Uint32Array.of(0, 1, 2);

test("CSV is quoted, and nothing in it is a formula", () => {
  assert.equal(
    csvText(columns, rows),
    [
      "run,x,note,t",
      'plain,-0.5,"a\tb\nc",1970-01-01T00:00:00Z',
      "'=1+1,,-12,1970-01-01T00:00:01.500Z",
      '"say ""hi"", you",∞,\'@sum,',
      "",
    ].join("\r\n"),
  );
});

test("what is copied has one line for each run", () => {
  const lines = tsvText(columns, rows).trimEnd().split("\n");
  assert.equal(lines.length, 4);
  assert.equal(lines[1], "plain\t-0.5\ta b c\t1970-01-01T00:00:00Z");
});

test("JSON can be read back", () => {
  const read = JSON.parse(jsonText(columns, Uint32Array.of(2, 0))) as unknown[];
  assert.deepEqual(read, [
    { run: 'say "hi", you', x: "∞", note: "@sum", t: null },
    { run: "plain", x: -0.5, note: "a\tb\nc", t: "1970-01-01T00:00:00Z" },
  ]);
});

test("selected rows come in the order of the table", () => {
  assert.deepEqual([...rowsOf(frame, Uint32Array.of(2, 1, 0), new Set(["plain", "=1+1"]))], [1, 0]);
});
