/** From places along a histogram to a filter's range and back, and what a range says. */

import { type Bins, placeOf, valueAt } from "./bins";
import type { Column } from "./columns";
import type { Filter } from "./filters";
import { formatClock, formatMoment, formatNumber } from "./format";

/** Two places along the bins, 0 to their number; the first is the smaller. */
export type Span = readonly [number, number];

export function spanOf(bins: Bins, filter: Filter | undefined): Span {
  if (!filter) return [0, bins.size];
  if (filter.values) return spanOfValues(bins, filter.values);
  const { low = null, high = null } = filter;
  if (bins.kind === "points") {
    const from = low === null ? 0 : bins.marks.findIndex((mark) => mark >= low);
    const to = high === null ? bins.size : bins.marks.findLastIndex((mark) => mark <= high) + 1;
    return [from < 0 ? bins.size : from, to];
  }
  const half = bins.whole ? 0.5 : 0;
  return [
    low === null ? 0 : placeOf(bins, low - half),
    high === null ? bins.size : placeOf(bins, high + half),
  ];
}

/** From the first to the last of the wanted numbers. */
function spanOfValues(bins: Bins, values: readonly (string | number | null)[]): Span {
  const numbers = values.filter((value) => typeof value === "number");
  if (numbers.length === 0) return [0, 0];
  return spanOf(bins, { column: "", low: Math.min(...numbers), high: Math.max(...numbers) });
}

/** The filter of `column` between two places; null where they leave nothing out. An end of the bins is no bound. */
export function filterAt(column: Column, bins: Bins, [from, to]: Span): Filter | null {
  if (from <= 0 && to >= bins.size) return null;
  const [low, high] = bins.kind === "points" ? pointsAt(bins, from, to) : numbersAt(column, bins, from, to);
  return { column: column.name, low: from <= 0 ? null : low, high: to >= bins.size ? null : high };
}

/** At least one of the points. */
function pointsAt({ marks, size }: Bins, from: number, to: number): [number, number] {
  const first = Math.min(size - 1, Math.max(0, Math.round(from)));
  const last = Math.min(size - 1, Math.max(first, Math.round(to) - 1));
  return [marks[first] as number, marks[last] as number];
}

function numbersAt(column: Column, bins: Bins, from: number, to: number): [number, number] {
  const [a, b] = [valueAt(bins, from), valueAt(bins, to)];
  if (bins.whole || column.kind === "time") {
    const low = Math.ceil(a);
    return [low, Math.max(low, Math.floor(b))];
  }
  const round = bins.kind === "log" ? (value: number) => Number(value.toPrecision(2)) : rounder(bins);
  return [round(a), round(b)];
}

/** Rounds to a step that is fine against the bins. */
function rounder({ marks, size }: Bins): (value: number) => number {
  const fine = ((marks[size] as number) - (marks[0] as number)) / size / 4;
  const digits = Math.max(0, -Math.floor(Math.log10(fine || 1)));
  return (value) => Number(value.toFixed(Math.min(20, digits)));
}

/** "4 – 10", "≥ 0.92"; without a filter all there is. */
export function rangeText(column: Column, bins: Bins, filter: Filter | undefined): string {
  const say = column.kind === "time" && isLong(bins) ? day : sayer(column.kind);
  if (filter?.values)
    return filter.values
      .map((value) => (value === null ? "missing" : typeof value === "number" ? say(value) : value))
      .join(", ");
  const low = filter?.low ?? null;
  const high = filter?.high ?? null;
  if (low === null && high === null) {
    if (bins.size === 0) return "";
    const [first, last] = ends(bins).map((end) => (column.kind === "number" ? rough(end) : end)) as [
      number,
      number,
    ];
    return first === last ? say(first) : `${say(first)} – ${say(last)}`;
  }
  if (low === null) return `${filter?.open === "high" ? "<" : "≤"} ${say(high as number)}`;
  if (high === null) return `${filter?.open === "low" ? ">" : "≥"} ${say(low)}`;
  return low === high ? say(low) : `${say(low)} – ${say(high)}`;
}

/** The lowest and the highest number. */
export function ends({ kind, marks, size, whole }: Bins): [number, number] {
  const half = whole ? 0.5 : 0;
  const last = marks[kind === "points" ? size - 1 : size] as number;
  return [(marks[0] as number) + half, last - half];
}

const LONG = 3 * 86_400;

/** Whether days are enough to tell times apart. */
const isLong = (bins: Bins): boolean => {
  const [first, last] = ends(bins);
  return last - first > LONG;
};

const rough = (value: number): number => Number(value.toPrecision(3));

const day = (time: number): string => formatMoment(time).slice(0, 10);

/** How a number of a column is said. */
export function sayer(kind: Column["kind"]): (value: number) => string {
  if (kind === "time") return formatMoment;
  return kind === "duration" ? formatClock : formatNumber;
}
