import assert from "node:assert/strict";
import { test } from "node:test";
import { contentHeight, MAX_SCROLL, scrollToRow, visibleRows } from "./virtual";

const view = { scrollTop: 0, height: 250, rowHeight: 25, rows: 100_000 };

test("the rows in view and a few more", () => {
  assert.deepEqual(visibleRows(view, 4), { first: 0, end: 14, top: 0 });
  const middle = visibleRows({ ...view, scrollTop: 2510 }, 4);
  assert.equal(middle.first, 96);
  assert.equal(middle.end, 115);
  assert.equal(middle.top, 96 * 25);
  assert.deepEqual(visibleRows({ ...view, rows: 0 }), { first: 0, end: 0, top: 0 });
});

test("more rows than a browser can scroll are reached all the same", () => {
  const huge = { ...view, rows: 10_000_000 };
  assert.equal(contentHeight(huge.rows, 25), MAX_SCROLL);
  const bottom = visibleRows({ ...huge, scrollTop: MAX_SCROLL - huge.height });
  assert.equal(bottom.end, huge.rows);
  const there = scrollToRow(huge, 5_000_000);
  const slice = visibleRows({ ...huge, scrollTop: there }, 0);
  assert.ok(slice.first <= 5_000_000 && slice.end > 5_000_000);
});

test("scrolling to a row moves only as far as needed", () => {
  assert.equal(scrollToRow(view, 3), 0);
  assert.equal(scrollToRow(view, 10), 25);
  assert.equal(scrollToRow({ ...view, scrollTop: 500 }, 4), 100);
});
