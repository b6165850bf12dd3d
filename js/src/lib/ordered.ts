/** Which rows a range lets through, as a stretch of the column's order: a small move of a bound changes few rows. */

import type { NumberColumn } from "./columns";
import { closed, type Filter } from "./filters";
import { lowerBound } from "./pyramid";
import { radixSort } from "./radix";

interface Order {
  /** Rows that have a value, by it. */
  rows: Uint32Array;
  values: Float64Array;
}

const cache = new WeakMap<NumberColumn, Order>();

function orderOf(column: NumberColumn): Order {
  let order = cache.get(column);
  if (!order) {
    const { data } = column;
    const all = radixSort(Uint32Array.from(data.keys()), data, false);
    const missing = data.reduce((sum, value) => sum + Number(Number.isNaN(value)), 0);
    const rows = all.subarray(0, all.length - missing);
    order = { rows, values: Float64Array.from(rows, (row) => data[row] as number) };
    cache.set(column, order);
  }
  return order;
}

/** Rows that `after` leaves out and `before` does not, and the other way round. */
export function changedRows(
  column: NumberColumn,
  before: Filter,
  after: Filter,
): { leave: Uint32Array[]; enter: Uint32Array[] } {
  const { rows, values } = orderOf(column);
  const seconds = column.kind === "time";
  const [a, b] = [stretch(values, closed(before, seconds)), stretch(values, closed(after, seconds))];
  const only = ([from, to]: Stretch, [first, last]: Stretch) =>
    [rows.subarray(from, Math.min(to, first)), rows.subarray(Math.max(from, last), to)].filter(
      (part) => part.length > 0,
    );
  return { leave: only(a, b), enter: only(b, a) };
}

type Stretch = readonly [number, number];

function stretch(values: Float64Array, [low, high]: readonly [number, number]): Stretch {
  const from = lowerBound(values, low);
  return [from, Math.max(from, pastBound(values, high))];
}

/** Index of the first element of sorted `x` that is above `value`. */
function pastBound(x: Float64Array, value: number): number {
  let low = 0;
  let high = x.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((x[middle] as number) <= value) low = middle + 1;
    else high = middle;
  }
  return low;
}
