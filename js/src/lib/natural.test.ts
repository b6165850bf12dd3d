import assert from "node:assert/strict";
import { test } from "node:test";
import cases from "../../../tests/unit/sort_cases.json";
import { naturalRanks } from "./natural";

test("texts are ranked as Python ranks them", () => {
  for (const [texts, ranks] of cases.ranks as [string[], number[]][])
    assert.deepEqual([...naturalRanks(texts)], ranks, texts.join(" | "));
});
