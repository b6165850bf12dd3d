/** From a column's values to places along an axis, 0 to 1, and back. */

import { type CodeColumn, type Column, isCodes, type NumberColumn } from "./columns";
import type { Filter } from "./filters";
import { naturalRanks } from "./natural";

export interface Scale {
  kind: "number" | "values";
  log: boolean;
  /** Ends of the range of numbers; NaN where no row has one that can be shown. */
  low: number;
  high: number;
  /** Of texts: these, in the order of their places. */
  slots: string[];
  /** Place of each row; NaN where it has no value, or none that a log axis can show. */
  places: Float32Array;
}

/** Numbers spread wider than this, and evenly in their logarithms, get a log axis. */
const LEAST_RATIO = 20;
const SAMPLE = 2000;

const cache = new WeakMap<Column, { plain?: Scale; log?: Scale }>();

/** The scale of a column, made once. */
export function scaleOf(column: Column, log: boolean): Scale {
  const known = cache.get(column) ?? {};
  cache.set(column, known);
  const kind = log && !isCodes(column) ? "log" : "plain";
  known[kind] ??= isCodes(column) ? textScale(column) : numberScale(column, log);
  return known[kind];
}

function textScale({ codes, values }: CodeColumn): Scale {
  const ranks = naturalRanks(values);
  const order = [...values.keys()].sort((a, b) => (ranks[a] as number) - (ranks[b] as number));
  const at = new Float32Array(values.length);
  order.forEach((code, slot) => {
    at[code] = (slot + 0.5) / values.length;
  });
  const places = Float32Array.from(codes, (code) => at[code] ?? Number.NaN);
  const slots = order.map((code) => values[code] as string);
  return { kind: "values", log: false, low: 0, high: values.length, slots, places };
}

function numberScale({ data }: NumberColumn, log: boolean): Scale {
  let [low, high] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (const value of data) {
    if (!Number.isFinite(value) || (log && value <= 0)) continue;
    if (value < low) low = value;
    if (value > high) high = value;
  }
  if (low > high) [low, high] = [Number.NaN, Number.NaN];
  const scale: Scale = { kind: "number", log, low, high, slots: [], places: new Float32Array(data.length) };
  for (let row = 0; row < data.length; row += 1) scale.places[row] = along(scale, data[row] as number);
  return scale;
}

/** Where a number stands, 0 to 1 between the ends; NaN for what cannot be shown. */
export function along({ low, high, log }: Scale, value: number): number {
  if (!Number.isFinite(value) || (log && value <= 0)) return Number.NaN;
  if (low === high) return value === low ? 0.5 : value < low ? 0 : 1;
  return log ? Math.log(value / low) / Math.log(high / low) : (value - low) / (high - low);
}

/** The number at a place. */
export function valueAt({ low, high, log }: Scale, place: number): number {
  return log ? low * (high / low) ** place : low + (high - low) * place;
}

/** The slot of texts at a place. */
export function slotAt({ slots }: Scale, place: number): number {
  return Math.min(slots.length - 1, Math.max(0, Math.floor(place * slots.length)));
}

/** Whether a column is read better on a log axis. */
export function wantsLog(column: Column): boolean {
  if (isCodes(column) || column.kind === "time") return false;
  const { low, high } = scaleOf(column, false);
  if (!(low > 0) || high / low < LEAST_RATIO) return false;
  const step = Math.max(1, Math.floor(column.data.length / SAMPLE));
  const sample = column.data.filter((value, row) => row % step === 0 && Number.isFinite(value)).sort();
  const middle = sample[sample.length >> 1] ?? low;
  const plain = Math.abs((middle - low) / (high - low) - 0.5);
  return Math.abs(Math.log(middle / low) / Math.log(high / low) - 0.5) < plain;
}

/** The rows of a brush from one place to another, as a filter; null when it takes in the whole axis. */
export function filterOfSpan(column: Column, scale: Scale, from: number, to: number): Filter | null {
  const [first, last] = [Math.min(from, to), Math.max(from, to)];
  if (scale.kind === "values") {
    const values = scale.slots.slice(slotAt(scale, first), slotAt(scale, last) + 1);
    return values.length === scale.slots.length ? null : { column: column.name, values };
  }
  if (Number.isNaN(scale.low)) return null;
  const low = first <= 0 ? null : bound(column, scale, first);
  const high = last >= 1 ? null : bound(column, scale, last);
  return low === null && high === null ? null : { column: column.name, low, high };
}

/** A bound with no more digits than a hand can mean. */
function bound(column: Column, scale: Scale, place: number): number {
  const value = valueAt(scale, place);
  const round = column.kind === "time" || isWhole(column) ? Math.round(value) : rounded(value, scale);
  return Math.min(scale.high, Math.max(scale.low, round));
}

function rounded(value: number, { low, high, log }: Scale): number {
  if (log) return Number(value.toPrecision(3));
  const unit = 10 ** Math.floor(Math.log10((high - low || Math.abs(high) || 1) / 300));
  return Number((Math.round(value / unit) * unit).toPrecision(12));
}

const wholes = new WeakMap<Column, boolean>();

/** Whether all numbers of a column are whole. */
export function isWhole(column: Column): boolean {
  if (isCodes(column)) return false;
  let known = wholes.get(column);
  if (known === undefined) {
    known = column.data.every((value) => !Number.isFinite(value) || Number.isInteger(value));
    wholes.set(column, known);
  }
  return known;
}

/** Where a filter's range lies on an axis; null when it has none there. */
export function spanOfFilter(scale: Scale, filter: Filter | undefined): [number, number] | null {
  if (!filter || scale.kind === "values") return null;
  if (filter.values) {
    const numbers = filter.values.filter((value) => typeof value === "number");
    if (numbers.length === 0) return null;
    return [clamped(scale, Math.min(...numbers), 0), clamped(scale, Math.max(...numbers), 1)];
  }
  return [clamped(scale, filter.low ?? null, 0), clamped(scale, filter.high ?? null, 1)];
}

/** Where the texts that a filter wants lie on an axis, from the first to the last of them; null when it wants all. */
export function spanOfSlots({ kind, slots }: Scale, filter: Filter | undefined): [number, number] | null {
  if (kind !== "values" || !filter?.values) return null;
  const at = filter.values.map((value) => slots.indexOf(value as string)).filter((slot) => slot >= 0);
  return at.length === 0 ? null : [Math.min(...at) / slots.length, (Math.max(...at) + 1) / slots.length];
}

function clamped(scale: Scale, value: number | null, end: number): number {
  const place = value === null ? end : along(scale, value);
  return Number.isNaN(place) ? 0 : Math.min(1, Math.max(0, place));
}

/** Whether a filter that has values wants this one; null is a missing value. */
export function wanted(filter: Filter | undefined, value: string | null): boolean {
  if (!filter) return true;
  return filter.values ? filter.values.includes(value) : value !== null;
}

/** The filter after a click on a value: the first click keeps it alone, further ones add and take away. */
export function toggled(
  column: Column,
  scale: Scale,
  filter: Filter | undefined,
  value: string | null,
): Filter | null {
  const before = filter?.values ?? [];
  const after = before.includes(value) ? before.filter((one) => one !== value) : [...before, value];
  const all = scale.slots.length > 0 && scale.slots.every((slot) => after.includes(slot));
  return after.length === 0 || (all && after.includes(null)) ? null : { column: column.name, values: after };
}
