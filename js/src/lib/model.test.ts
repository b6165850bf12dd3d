import assert from "node:assert/strict";
import { test } from "node:test";
import { batch } from "@preact/signals-core";
import { FakeModel } from "../../harness/fake_model";
import { bind, follow } from "../model";
import { Scope } from "../scope";

test("what is set together is written together, whichever is first", () => {
  const model = new FakeModel({ x: "a", log: true });
  const scope = new Scope();
  const [x, log] = [bind<string>(model, "x", scope), bind<boolean>(model, "log", scope)];
  batch(() => {
    log.value = false;
    x.value = "b";
  });
  assert.deepEqual([model.get("x"), model.get("log"), x.value, log.value], ["b", false, "b", false]);
});

test("several traits of one message are seen together, and what the kernel refuses comes back", () => {
  const model = new FakeModel({ header: 1, data: 1 });
  const scope = new Scope();
  const [header, data] = [follow<number>(model, "header", scope), follow<number>(model, "data", scope)];
  const seen: string[] = [];
  scope.effect(() => {
    seen.push(`${header.value} ${data.value}`);
  });
  model.push({ header: 2, data: 2 });
  assert.deepEqual(seen, ["1 1", "2 2"]);
  const bound = bind<number>(model, "data", scope);
  bound.value = 3;
  model.push({ data: 2 });
  assert.equal(bound.value, 2);
});
