import assert from "node:assert/strict";
import { test } from "node:test";
import { isNotes, notesColumn, oneLine, storedLength } from "./notes";
import { frameOf } from "./testing";

test("there is a column for notes where no run has any", () => {
  const frame = frameOf(["a", "b"], {});
  const column = notesColumn(frame);
  assert.ok(isNotes(column));
  assert.deepEqual([...column.codes], [-1, -1]);
  assert.equal(notesColumn(frame), column);
  const told = frameOf(["a", "b"], {}, { notes: ["x", null] });
  assert.equal(notesColumn(told), told.byName.get("notes"));
  assert.ok(!isNotes(frameOf(["a"], { notes: [1] }).byName.get("notes") as never));
});

test("a break and a backslash before one take two characters", () => {
  assert.equal(storedLength("ab"), 2);
  assert.equal(storedLength("a\nb"), 4);
  assert.equal(storedLength("\\nabla"), 7);
  assert.equal(storedLength("C:\\x"), 4);
  assert.equal(storedLength("🎉"), 1);
});

test("lines become one", () => {
  assert.equal(oneLine("a  b\n\n c\r\nd"), "a  b c d");
});
