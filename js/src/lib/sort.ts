/** Sorting of rows by several columns: every column becomes numbers once, then only numbers are compared. */

import { type Column, type Frame, isCodes } from "./columns";
import { naturalRanks } from "./natural";
import { radixSort } from "./radix";

export interface SortKey {
  column: string;
  descending: boolean;
}

/** Fewer rows are compared sooner than their digits are counted. */
export const MANY = 4000;

const keyCache = new WeakMap<Column, Float64Array>();

/** `rows` (ascending) in the order of `sort`, as a new array; missing values last either way, ties keep their order. */
export function sortRows(frame: Frame, rows: Uint32Array, sort: readonly SortKey[]): Uint32Array {
  const keys: [Float64Array, number][] = [];
  for (const { column, descending } of sort) {
    const found = frame.byName.get(column);
    if (found) keys.push([sortKeys(found), descending ? -1 : 1]);
  }
  if (rows.length >= MANY) {
    let sorted: Uint32Array = rows.slice();
    // The first key counts most, so it comes last; what is equal by it stays in the order of the others.
    for (const [values, sign] of keys.reverse()) sorted = radixSort(sorted, values, sign < 0);
    return sorted;
  }
  const order = rows.slice();
  return keys.length === 0 ? order : order.sort((a, b) => compare(keys, a, b) || a - b);
}

const orders = new WeakMap<Frame, { sort: string; order: Uint32Array }>();

/**
 * `passing` rows in the order of `sort`. All rows are sorted once: while a filter is dragged, rows are only picked.
 */
export function sortedRows(
  frame: Frame,
  passing: Uint32Array,
  passes: (row: number) => boolean,
  sort: readonly SortKey[],
): Uint32Array {
  if (sort.length === 0) return passing;
  const wanted = JSON.stringify(sort);
  let known = orders.get(frame);
  if (known?.sort !== wanted) {
    known = {
      sort: wanted,
      order: sortRows(
        frame,
        Uint32Array.from({ length: frame.rows }, (_, i) => i),
        sort,
      ),
    };
    orders.set(frame, known);
  }
  if (passing.length === frame.rows) return known.order;
  const rows = new Uint32Array(passing.length);
  let count = 0;
  for (const row of known.order) if (passes(row)) rows[count++] = row;
  return rows;
}

function compare(keys: readonly [Float64Array, number][], a: number, b: number): number {
  for (const [values, sign] of keys) {
    const x = values[a] as number;
    const y = values[b] as number;
    if (x === y) continue;
    const missing = Number(Number.isNaN(x)) - Number(Number.isNaN(y));
    if (missing !== 0) return missing;
    if (x < y) return -sign;
    if (x > y) return sign;
  }
  return 0;
}

/** A number per row that sorts as the column does; NaN = missing. */
export function sortKeys(column: Column): Float64Array {
  if (!isCodes(column)) return column.data;
  let keys = keyCache.get(column);
  if (!keys) {
    const ranks = naturalRanks(column.values);
    keys = Float64Array.from(column.codes, (code) => ranks[code] ?? Number.NaN);
    keyCache.set(column, keys);
  }
  return keys;
}

/**
 * The sort after a click on a header: good end first, then turned, then none. `add` (shift) keeps the others.
 */
export function nextSort(sort: readonly SortKey[], column: Column, add: boolean): SortKey[] {
  const index = sort.findIndex((key) => key.column === column.name);
  const current = sort[index];
  const first = firstDescending(column);
  const next = !current
    ? { column: column.name, descending: first }
    : current.descending === first
      ? { column: column.name, descending: !first }
      : null;
  if (!add) return next ? [next] : [];
  if (index < 0) return next ? [...sort, next] : [...sort];
  return sort.flatMap((key, i) => (i === index ? (next ? [next] : []) : [key]));
}

function firstDescending(column: Column): boolean {
  return column.best ? column.best === "max" : column.kind === "number" || column.kind === "time";
}
