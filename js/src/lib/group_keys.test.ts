import assert from "node:assert/strict";
import { test } from "node:test";
import cases from "../../../tests/unit/group_cases.json";
import type { Column, ColumnKind } from "./columns";
import { groupedItems } from "./items";
import { frameOf } from "./testing";

test("rows are grouped as Python groups them", () => {
  for (const { kind, values, keys } of cases.cases) {
    const rows = values.map((_, i) => `r${i}`);
    const numbers = values.map((value) => (typeof value === "number" ? value : Number.NaN));
    const texts = values as (string | null)[];
    const coded = kind === "text" || kind === "status";
    const frame = coded ? frameOf(rows, {}, { [kind]: texts }) : frameOf(rows, { x: numbers });
    const column = { ...frame.columns[1], kind: kind as ColumnKind } as Column;
    const { groups } = groupedItems(
      Uint32Array.from(rows, (_, i) => i),
      column,
      new Set(),
      -1,
    );
    const found: string[] = [];
    for (const group of groups) for (const row of group.rows) found[row] = group.key;
    assert.deepEqual(found, keys, kind);
  }
});
