/** What the table lists, one below the other: rows, and groups of them; the baseline comes first. */

import { binsOf } from "./bins";
import { type Column, isCodes } from "./columns";
import { binText } from "./table_filters";

export interface Group {
  key: string;
  /** Its rows, in the order of the table. */
  rows: Uint32Array;
  open: boolean;
}

export interface Items {
  /** A row's number, or -1 - n for group n. */
  codes: Int32Array;
  groups: Group[];
  /** How many at the beginning stay in sight: the baseline, or none. */
  fixed: number;
}

export const NO_ITEMS: Items = { codes: new Int32Array(0), groups: [], fixed: 0 };

/** Rows in `order`, the `baseline` (a row's number, -1 = none) before all others. */
export function plainItems(order: Uint32Array, baseline: number): Items {
  // The same bytes, not a copy of them: rows are far fewer than would need the sign.
  if (baseline < 0)
    return { codes: new Int32Array(order.buffer, order.byteOffset, order.length), groups: [], fixed: 0 };
  const codes = new Int32Array(order.length + 1);
  codes[0] = baseline;
  let count = 1;
  for (const row of order) if (row !== baseline) codes[count++] = row;
  return { codes: codes.subarray(0, count), groups: [], fixed: 1 };
}

/** Rows by the bins of `column`; the group with the first row is first. Those in `open` show their rows. */
export function groupedItems(
  order: Uint32Array,
  column: Column,
  open: ReadonlySet<string>,
  baseline: number,
): Items {
  const groups = groupRows(order, column, open);
  const shown = groups.reduce((sum, group) => sum + 1 + (group.open ? group.rows.length : 0), 0);
  const fixed = baseline < 0 ? 0 : 1;
  const codes = new Int32Array(shown + fixed);
  if (fixed) codes[0] = baseline;
  let at = fixed;
  groups.forEach((group, n) => {
    codes[at++] = -1 - n;
    if (!group.open) return;
    codes.set(group.rows, at);
    at += group.rows.length;
  });
  return { codes, groups, fixed };
}

function groupRows(order: Uint32Array, column: Column, open: ReadonlySet<string>): Group[] {
  const { codes, size } = binsOf(column);
  const counts = new Uint32Array(size + 1);
  const first: number[] = [];
  for (const row of order) {
    const bin = codes[row] as number;
    if (counts[bin] === 0) first.push(bin);
    counts[bin] = (counts[bin] as number) + 1;
  }
  const members = new Map(first.map((bin) => [bin, new Uint32Array(counts[bin] as number)]));
  const filled = new Uint32Array(size + 1);
  for (const row of order) {
    const bin = codes[row] as number;
    (members.get(bin) as Uint32Array)[filled[bin] as number] = row;
    filled[bin] = (filled[bin] as number) + 1;
  }
  return first.map((bin) => {
    const key = binText(column, bin);
    return { key, rows: members.get(bin) as Uint32Array, open: open.has(key) };
  });
}

export interface Aggregate {
  kind: "mean" | "latest" | "same" | "several" | "none";
  /** Of numbers. */
  value: number;
  /** Of numbers that have a good end the one at it; NaN otherwise. */
  best: number;
  /** Of texts that are all the same; how many different ones. */
  text: string;
  count: number;
}

const cache = new WeakMap<Uint32Array, Map<Column, Aggregate>>();

/** Numbers as their mean, times as the latest, texts where they are all the same: the rules of `charts/grouping.py`. */
export function aggregate(column: Column, rows: Uint32Array): Aggregate {
  const known = cache.get(rows) ?? new Map<Column, Aggregate>();
  cache.set(rows, known);
  let found = known.get(column);
  if (!found) {
    found = isCodes(column) ? ofTexts(column.codes, column.values, rows) : ofNumbers(column, rows);
    known.set(column, found);
  }
  return found;
}

function ofTexts(codes: Int32Array, values: readonly string[], rows: Uint32Array): Aggregate {
  const seen = new Set<number>();
  for (const row of rows) seen.add(codes[row] as number);
  const [only] = seen;
  const text = seen.size === 1 ? (values[only as number] ?? "") : "";
  return {
    kind: seen.size === 1 ? "same" : "several",
    value: Number.NaN,
    best: Number.NaN,
    text,
    count: seen.size,
  };
}

function ofNumbers({ data, best, kind }: Column & { data: Float64Array }, rows: Uint32Array): Aggregate {
  let [sum, count, champion] = [0, 0, Number.NaN];
  for (const row of rows) {
    const value = data[row] as number;
    if (Number.isNaN(value)) continue;
    sum += value;
    count += 1;
    if (Number.isNaN(champion) || (best === "min" ? value < champion : value > champion)) champion = value;
  }
  if (count === 0) return { kind: "none", value: Number.NaN, best: Number.NaN, text: "", count };
  const latest = kind === "time";
  return {
    kind: latest ? "latest" : "mean",
    value: latest ? champion : sum / count,
    best: best ? champion : Number.NaN,
    text: "",
    count,
  };
}
