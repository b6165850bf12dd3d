import assert from "node:assert/strict";
import { test } from "node:test";
import { coalesce } from "./coalesce";
import { select } from "./select";

const name = (position: number) => "abcdef"[position] ?? "";
const plain = { toggle: false, range: false };

test("click, again, with ctrl, with shift", () => {
  assert.deepEqual(select([], name, 1, 0, plain), ["b"]);
  assert.deepEqual(select(["b"], name, 1, 0, plain), []);
  assert.deepEqual(select(["a", "b"], name, 1, 0, plain), ["b"]);
  assert.deepEqual(select(["a"], name, 1, 0, { toggle: true, range: false }), ["a", "b"]);
  assert.deepEqual(select(["a", "b"], name, 1, 0, { toggle: true, range: false }), ["a"]);
  assert.deepEqual(select(["f"], name, 1, 3, { toggle: false, range: true }), ["b", "c", "d"]);
  assert.deepEqual(select(["f"], name, 1, 2, { toggle: true, range: true }), ["f", "b", "c"]);
});

test("many requests are one run, the last is never lost, a hand does not wait", async () => {
  let time = 0;
  let runs = 0;
  const timers: (() => void)[] = [];
  const settle = () => new Promise((resolve) => setImmediate(resolve));
  const job = coalesce(
    async () => {
      runs += 1;
    },
    250,
    () => time,
    (run) => timers.push(run),
  );
  job.request();
  job.request();
  await settle();
  assert.equal(runs, 1);
  assert.equal(timers.length, 1);
  job.request(true);
  await settle();
  assert.equal(runs, 2);
  time = 300;
  job.request();
  timers.shift()?.();
  await settle();
  assert.equal(runs, 3);
  job.close();
  time = 900;
  job.request();
  await settle();
  assert.equal(runs, 3);
});

test("heads of groups are never selected", () => {
  const named = (position: number) => (position === 1 ? "" : name(position));
  assert.deepEqual(select([], named, 2, 0, { toggle: false, range: true }), ["a", "c"]);
  assert.deepEqual(select(["a"], named, 1, 0, plain), ["a"]);
});
