import assert from "node:assert/strict";
import { test } from "node:test";
import { refusal } from "./refusal";

test("every question that a view waits for has an answer of the kernel's kind", () => {
  const kinds: Record<string, string> = {
    refresh: "refreshed",
    query: "queried",
    code: "code",
    measure: "measured",
    preview: "preview",
    artifact: "artifact",
    tag: "tagged",
    note: "noted",
    archive: "archived",
    detail: "detail",
  };
  for (const [asked, told] of Object.entries(kinds))
    assert.equal(refusal({ type: asked }, "why")?.["type"], told);
  assert.equal(refusal({ type: "code", kind: "pandas" }, "why")?.["kind"], "pandas");
  assert.equal(refusal({ type: "query", text: "x" }, "why")?.["error"], "why");
  assert.equal(refusal({ type: "detail", id: "step 0 1" }, "why")?.["id"], "step 0 1");
});

test("what nobody waits for is not answered", () => {
  assert.equal(refusal({ type: "need_chunk" }, "why"), null);
  assert.equal(refusal({ type: "sizes" }, "why"), null);
  assert.equal(refusal({ type: "sparks" }, "why"), null);
});
