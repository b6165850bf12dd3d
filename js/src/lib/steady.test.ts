import assert from "node:assert/strict";
import { test } from "node:test";
import { Steady, spread } from "./steady";

function clocked() {
  let time = 0;
  const frames: (() => void)[] = [];
  const steady = new Steady(
    () => time,
    (run) => frames.push(run),
    6,
  );
  return { steady, frame: () => frames.shift()?.(), frames, pass: (ms: number) => (time += ms) };
}

test("work goes on over frames, a few milliseconds of each", () => {
  const { steady, frame, frames, pass } = clocked();
  let done = 0;
  steady.begin(() => {
    pass(2);
    done += 1;
    return done < 7;
  });
  assert.equal(done, 0);
  frame();
  assert.equal(done, 3);
  frame();
  frame();
  assert.deepEqual([done, steady.busy, frames.length], [7, false, 0]);
});

test("what is begun later takes the place of what was, without a second frame", () => {
  const { steady, frame, frames, pass } = clocked();
  const seen: string[] = [];
  const work = (name: string) => () => {
    pass(6);
    seen.push(name);
    return true;
  };
  steady.begin(work("old"));
  frame();
  steady.begin(work("new"));
  assert.equal(frames.length, 1);
  frame();
  assert.deepEqual(seen, ["old", "new"]);
  steady.stop();
  frame();
  assert.deepEqual([seen.length, frames.length], [2, 0]);
});

test("every number comes once, and any first part is spread", () => {
  for (const count of [0, 1, 2, 7, 1000, 4096]) {
    assert.deepEqual(
      [...spread(count)].sort((a, b) => a - b),
      Array.from({ length: count }, (_, i) => i),
    );
  }
  const first = [...spread(10_000).subarray(0, 100)].sort((a, b) => a - b);
  const gaps = first.slice(1).map((at, i) => at - (first[i] as number));
  assert.ok(Math.max(...gaps) < 400);
});
