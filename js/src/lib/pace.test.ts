import assert from "node:assert/strict";
import { test } from "node:test";
import { Pace, type Work } from "./pace";

const work = (done: number, at: number, change: Partial<Work> = {}): Work => ({
  done,
  total: 200,
  label: "step",
  at,
  first: 0,
  began: 1000,
  ...change,
});

test("an even pace leaves what is left, and counts down between reports", () => {
  const pace = new Pace();
  for (let i = 0; i <= 50; i += 1) pace.add(work(i * 2, 1000 + i));
  assert.equal(pace.left(1050), 50);
  assert.equal(pace.left(1053), 47);
});

test("nothing is said with one report, in the first two seconds, without a total, at the end and when overdue", () => {
  const pace = new Pace();
  assert.equal(pace.left(1000), null);
  pace.add(work(10, 1010, { first: 10, began: 1010 }));
  assert.equal(pace.left(1020), null);
  pace.add(work(20, 1011, { first: 10, began: 1010 }));
  assert.equal(pace.left(1011.5), null);
  assert.equal(pace.left(1012), 17);
  assert.equal(pace.left(1040), null);
  pace.add(work(200, 1041, { first: 10, began: 1010 }));
  assert.equal(pace.left(1042), null);
  pace.add(work(20, 1010, { total: null }));
  assert.equal(pace.left(1020), null);
  pace.add({ done: 3, total: 10 });
  assert.equal(pace.left(1020), null);
});

test("one slow stretch moves the forecast by less than a third of it; a lasting one is believed", () => {
  const pace = new Pace();
  for (let i = 0; i <= 100; i += 1) pace.add(work(i, 1000 + i));
  assert.equal(pace.left(1100), 100);
  pace.add(work(101, 1120));
  const shaken = pace.left(1120) as number;
  assert.ok(shaken > 100 && shaken < 145, String(shaken));
  for (let i = 2; i <= 40; i += 1) pace.add(work(100 + i, 1100 + i * 20));
  const slow = pace.left(1900) as number;
  assert.ok(Math.abs(slow - 60 * 20) < 60, String(slow));
});

test("a page that was opened later begins with the whole way so far", () => {
  const pace = new Pace();
  pace.add(work(150, 1100, { first: 50 }));
  assert.equal(pace.left(1100), 50);
});

test("a count that goes back, or another bar, starts anew", () => {
  const pace = new Pace();
  pace.add(work(100, 1010));
  pace.add(work(5, 1020, { first: 0, began: 1015 }));
  assert.equal(pace.left(1020), 195);
  pace.add(work(1, 1030, { label: "epoch", total: 3, began: 1020 }));
  assert.equal(pace.left(1030), 20);
});

test("the same report again changes nothing", () => {
  const pace = new Pace();
  pace.add(work(0, 1000));
  pace.add(work(100, 1010));
  const before = pace.left(1010);
  pace.add(work(100, 1012));
  assert.equal(pace.left(1010), before);
});
