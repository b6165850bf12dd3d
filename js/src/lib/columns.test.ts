import assert from "node:assert/strict";
import { test } from "node:test";
import { alignedBytes, decodeFrame, type FrameHeader, isCodes, textAt } from "./columns";

function sample(): { header: FrameHeader; view: DataView } {
  const buffer = new ArrayBuffer(24 + 16);
  new Float64Array(buffer, 0, 3).set([1.5, Number.NaN, -2]);
  new Int32Array(buffer, 24, 3).set([1, -1, 0]);
  const columns: FrameHeader["columns"] = [
    { name: "run", label: "run", group: "run", kind: "run", length: 3 },
    { name: "params.x", label: "x", group: "params", kind: "number", dtype: "f64", offset: 0, length: 3 },
    {
      name: "status",
      label: "status",
      group: "run",
      kind: "status",
      dtype: "i32",
      offset: 24,
      length: 3,
      values: ["Failed", "Completed"],
    },
  ];
  return {
    header: { rows: 3, columns, runs: ["a", "b", "c"], colours: [0, 1, 2] },
    view: new DataView(buffer),
  };
}

test("columns are views over the bytes", () => {
  const { header, view } = sample();
  const frame = decodeFrame(header, view);
  const x = frame.byName.get("params.x");
  assert.ok(x && !isCodes(x));
  assert.deepEqual([...x.data], [1.5, Number.NaN, -2]);
  assert.equal(x.data.buffer, view.buffer);
  const status = frame.byName.get("status");
  assert.ok(status && isCodes(status));
  assert.deepEqual(
    [0, 1, 2].map((row) => textAt(status, row)),
    ["Completed", "", "Failed"],
  );
  const run = frame.byName.get("run");
  assert.ok(run && isCodes(run));
  assert.equal(textAt(run, 2), "c");
});

test("bytes that start off the grid are copied once", () => {
  const { header, view } = sample();
  const moved = new Uint8Array(44);
  moved.set(new Uint8Array(view.buffer), 4);
  const frame = decodeFrame(header, new DataView(moved.buffer, 4, 40));
  const x = frame.byName.get("params.x");
  assert.ok(x && !isCodes(x));
  assert.equal(x.data[0], 1.5);
  assert.equal(alignedBytes(null).byteLength, 0);
});

test("a header that points outside the bytes is an error", () => {
  const { header } = sample();
  assert.throws(() => decodeFrame(header, new DataView(new ArrayBuffer(16))), RangeError);
});
