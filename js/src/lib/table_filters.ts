/** What gestures on a table's header mean as filters, and filters as short texts. */

import type { Bins } from "./bins";
import { binsOf } from "./bins";
import { type Column, isCodes } from "./columns";
import type { Filter } from "./filters";
import { formatClock, formatCount, formatMoment, formatNumber } from "./format";
import { statusLabel } from "./status";

/** More values than these are no bar of segments; the menu of the column lists them. */
export const MOST_SEGMENTS = 12;

/**
 * The filter for bins `from` to `to`; null when that is all of them.
 *
 * Its bounds are the shortest numbers that keep the rows of these bins, so that they read well in a query.
 */
export function binFilter(column: Column, from: number, to: number): Filter | null {
  const bins = binsOf(column);
  const { kind, marks, size } = bins;
  const first = Math.max(0, Math.min(from, to));
  const last = Math.min(size - 1, Math.max(from, to));
  if (isCodes(column) || (first === 0 && last === size - 1)) return null;
  if (kind === "points")
    return { column: column.name, low: marks[first] as number, high: marks[last] as number };
  const low = first === 0 ? null : bound(column, bins, first, true);
  const high = last === size - 1 ? null : bound(column, bins, last + 1, false);
  return { column: column.name, low, high };
}

/** A number between the rows of the bins on both sides of edge `edge`. */
function bound(column: Column & { data: Float64Array }, bins: Bins, edge: number, upper: boolean): number {
  if (column.kind === "time") return Math.floor(bins.marks[edge] as number) - (upper ? 0 : 1);
  let below = Number.NEGATIVE_INFINITY;
  let above = Number.POSITIVE_INFINITY;
  for (let row = 0; row < column.data.length; row += 1) {
    const value = column.data[row] as number;
    const bin = bins.codes[row] as number;
    if (bin >= bins.size) continue;
    if (bin < edge) below = value > below ? value : below;
    else above = value < above ? value : above;
  }
  return between(below, above, bins.marks[edge] as number, upper);
}

/** The shortest number near `wish` in `(below, above]`, or in `[below, above)` for an upper bound. */
export function between(below: number, above: number, wish: number, low: boolean): number {
  for (let digits = 1; digits <= 15; digits += 1) {
    const value = Number(wish.toPrecision(digits));
    if (low ? value > below && value <= above : value >= below && value < above) return value;
  }
  return low ? above : below;
}

/** The bins that a range covers at least in part: first and last, or null when it has none. */
export function coveredBins(column: Column, filter: Filter | undefined): [number, number] | null {
  if (!filter || filter.values || isCodes(column)) return null;
  const { kind, marks, size } = binsOf(column);
  const low = filter.low ?? Number.NEGATIVE_INFINITY;
  const high = filter.high ?? Number.POSITIVE_INFINITY;
  let [first, last] = [-1, -1];
  for (let bin = 0; bin < size; bin += 1) {
    const from = marks[bin] as number;
    const to = kind === "points" ? from : (marks[bin + 1] as number);
    // Half of a bin is enough: bounds are rounded to what reads well.
    const middle = (from + to) / 2;
    if (kind === "points" ? from < low || from > high : middle < low || middle > high) continue;
    if (first < 0) first = bin;
    last = bin;
  }
  return first < 0 ? null : [first, last];
}

/** The filter after `value` (null = missing) was toggled; `all` are the values there are. */
export function toggled(
  column: string,
  filter: Filter | undefined,
  value: string | null,
  all: readonly (string | null)[],
): Filter | null {
  const before = filter?.values ?? [];
  const next = before.includes(value) ? before.filter((one) => one !== value) : [...before, value];
  const some = next.length > 0 && !all.every((one) => next.includes(one));
  return some ? { column, values: next } : null;
}

/** A value of a column as a short text. */
export function valueText(column: Column, value: number): string {
  if (column.kind === "time") return formatMoment(value);
  return column.kind === "duration" ? formatClock(value) : formatNumber(value);
}

/** "4 – 10", "≥ 0.92", "hist, approx", "5 values". */
export function filterText(column: Column, filter: Filter): string {
  if (filter.values) {
    const texts = filter.values.map((one) => optionText(column, one));
    return texts.length <= 2 ? texts.join(", ") : `${formatCount(texts.length)} values`;
  }
  const { low = null, high = null, open } = filter;
  const tell = (value: number) => valueText(column, value);
  if (low !== null && high !== null) return low === high ? tell(low) : `${tell(low)} – ${tell(high)}`;
  if (low !== null) return `${open === "low" || open === "both" ? ">" : "≥"} ${tell(low)}`;
  return high === null ? "any value" : `${open === "high" || open === "both" ? "<" : "≤"} ${tell(high)}`;
}

export function optionText(column: Column, value: string | number | null): string {
  if (value === null) return "none";
  if (typeof value === "number") return valueText(column, value);
  return column.kind === "status" ? statusLabel(value) : value;
}

/** What a bin holds, in words. */
export function binText(column: Column, bin: number): string {
  const { kind, marks, size } = binsOf(column);
  if (bin >= size) return "none";
  if (isCodes(column)) return optionText(column, column.values[bin] ?? "");
  if (kind === "points") return valueText(column, marks[bin] as number);
  return `${valueText(column, marks[bin] as number)} – ${valueText(column, marks[bin + 1] as number)}`;
}
