/** Filters on single columns, as `widgets/selection/filters.py` has them, and which rows fail them. */

import { type CodeColumn, type Column, type Frame, isCodes, type NumberColumn } from "./columns";
import { statusLabel } from "./status";
import { words } from "./words";

export interface Filter {
  column: string;
  /** Bounds of a range, null = none; of times `low` to the microsecond, `high` reaches to the end of its second. */
  low?: number | null;
  high?: number | null;
  /** Bounds that are themselves outside. */
  open?: "low" | "high" | "both";
  /** Instead of a range: the values wanted, null = missing. */
  values?: (string | number | null)[];
}

/** Whether both keep the same rows of any frame. */
export function sameFilter(a: Filter | undefined, b: Filter | undefined): boolean {
  return a === b || JSON.stringify(a) === JSON.stringify(b);
}

/** `filters` with `next` in place of the one on its column; null takes that of `column` away. */
export function withFilter(filters: readonly Filter[], column: string, next: Filter | null): Filter[] {
  const others = filters.filter((one) => one.column !== column);
  if (!next) return others;
  const at = filters.findIndex((one) => one.column === column);
  if (at < 0) return [...others, next];
  return filters.map((one, i) => (i === at ? next : one));
}

/** Put 1 into `fails` for each row that `filter` leaves out, and 0 for the others. */
export function markFailing(fails: Uint8Array, column: Column | undefined, filter: Filter): void {
  if (!column) fails.fill(filter.values?.includes(null) ? 0 : 1);
  else if (filter.values)
    isCodes(column) ? markTexts(fails, column, filter.values) : markNumbers(fails, column, filter.values);
  else if (isCodes(column)) fails.fill(1);
  else markRange(fails, column, filter);
}

function markTexts(fails: Uint8Array, column: CodeColumn, values: readonly unknown[]): void {
  const wanted = new Set(values);
  // Code -1, a missing value, comes first.
  const out = Uint8Array.from([
    wanted.has(null) ? 0 : 1,
    ...column.values.map((text) => (wanted.has(text) ? 0 : 1)),
  ]);
  const { codes } = column;
  for (let row = 0; row < fails.length; row += 1) fails[row] = out[(codes[row] as number) + 1] as number;
}

function markNumbers(fails: Uint8Array, column: NumberColumn, values: readonly unknown[]): void {
  const wanted = new Set(values);
  const missing = wanted.has(null) ? 0 : 1;
  for (let row = 0; row < fails.length; row += 1) {
    const value = column.data[row] as number;
    fails[row] = Number.isNaN(value) ? missing : wanted.has(value) ? 0 : 1;
  }
}

/** One comparison a row: a missing value, NaN, is neither above nor below. */
function markRange(fails: Uint8Array, column: NumberColumn, filter: Filter): void {
  const { data } = column;
  const [low, high] = closed(filter, column.kind === "time");
  for (let row = 0; row < fails.length; row += 1) {
    const value = data[row] as number;
    fails[row] = value >= low && value <= high ? 0 : 1;
  }
}

/** The range with both bounds inside: the next number is the bound where the bound itself is outside. */
export function closed({ low, high, open }: Filter, seconds: boolean): [number, number] {
  const from = seconds ? toMicro(low ?? Number.NEGATIVE_INFINITY) : (low ?? Number.NEGATIVE_INFINITY);
  const to = high ?? Number.POSITIVE_INFINITY;
  return [
    open === "low" || open === "both" ? nextUp(from) : from,
    seconds && Number.isFinite(to)
      ? -nextUp(-(Math.floor(to) + 1))
      : open === "high" || open === "both"
        ? -nextUp(-to)
        : to,
  ];
}

/** As many digits of a second as a query tells. */
export const toMicro = (seconds: number): number => Number(seconds.toFixed(6));

const bits = new DataView(new ArrayBuffer(8));

/** The smallest double above `value`. */
export function nextUp(value: number): number {
  if (!Number.isFinite(value)) return value;
  if (value === 0) return Number.MIN_VALUE;
  bits.setFloat64(0, value);
  bits.setBigInt64(0, bits.getBigInt64(0) + (value > 0 ? 1n : -1n));
  return bits.getFloat64(0);
}

/** Put 1 into `fails` for each row that lacks a word of `text` in all of its texts. */
export function markWithoutWords(fails: Uint8Array, frame: Frame, text: string): void {
  fails.fill(0);
  const columns = frame.columns.filter(isCodes);
  for (const word of words(text)) {
    const lacking = new Uint8Array(frame.rows).fill(1);
    for (const column of columns) findWord(lacking, column, word);
    for (let row = 0; row < fails.length; row += 1)
      fails[row] = (fails[row] as number) | (lacking[row] as number);
  }
}

/** Each text of the dictionary is looked at once, whatever the number of rows. */
function findWord(lacking: Uint8Array, column: CodeColumn, word: string): void {
  const misses = Uint8Array.from([
    1,
    ...column.values.map((value) => (searched(column, value).includes(word) ? 0 : 1)),
  ]);
  if (!misses.includes(0)) return;
  const { codes } = column;
  for (let row = 0; row < lacking.length; row += 1)
    lacking[row] = (lacking[row] as number) & (misses[(codes[row] as number) + 1] as number);
}

/** A state is found by the service's word for it and by the one that is shown. */
export function searched(column: CodeColumn, value: string): string {
  return (column.kind === "status" ? `${value} ${statusLabel(value)}` : value).toLowerCase();
}
