/** What the hover rule reads: the value of every run at one place of the x axis. */

import { type Axis, isMetric } from "./axis";
import { formatClock, formatCount, formatNumber } from "./format";
import { nearest } from "./pyramid";
import type { GroupBand } from "./rows";
import type { Series } from "./series";
import type { SmoothKind } from "./smooth";
import { middleCut } from "./text";

export interface Reading {
  /** Of a run, or of a group of runs. */
  run: string;
  colour: number;
  dash: number;
  /** Runs that a group has there. */
  of?: number;
  x: number;
  low: number;
  high: number;
  /** Smoothed value, where smoothing is on. */
  smooth: number | null;
}

/** The place of a logged point nearest to `x`; NaN when there is none. */
export function snap(series: readonly Series[], axis: Axis, x: number): number {
  let best = Number.NaN;
  for (const one of series) {
    const level = one.levels(axis)[0];
    const place = level?.x[nearest(level.x, x)];
    if (place !== undefined && !(Math.abs(place - x) >= Math.abs(best - x))) best = place;
  }
  return best;
}

/** Values at the points nearest to `x`, highest first; a run that ends before or begins after `x` has none. */
export function readAt(
  series: readonly Series[],
  axis: Axis,
  x: number,
  amount: number,
  kind: SmoothKind = "ema",
): Reading[] {
  const found: Reading[] = [];
  for (const one of series) {
    const level = one.levels(axis)[0];
    const i = level ? nearest(level.x, x) : -1;
    if (!level || i < 0 || !covers(level.x, x, i)) continue;
    const smooth = amount > 0 ? (one.smooth(axis, kind, amount)[i] ?? null) : null;
    const { run, colour, dash } = one.header;
    const reading = {
      run,
      colour,
      dash,
      x: level.x[i] as number,
      low: level.low[i] as number,
      high: level.high[i] as number,
      smooth,
    };
    if (!Number.isNaN(reading.low)) found.push(reading);
  }
  return found.sort((a, b) => height(b) - height(a));
}

/** Means of groups at the places nearest to `x`, highest first. */
export function groupReadings(groups: readonly GroupBand[], x: number): Reading[] {
  const found: Reading[] = [];
  for (const { group, band } of groups) {
    const i = nearest(band.x, x);
    if (i < 0 || !band.count[i] || !covers(band.x, x, i)) continue;
    const { label: run, colour, dash } = group;
    const edges = { low: band.low[i] as number, high: band.high[i] as number };
    const of = band.count[i] as number;
    found.push({ run, colour, dash, of, x: band.x[i] as number, ...edges, smooth: band.mean[i] as number });
  }
  return found.sort((a, b) => height(b) - height(a));
}

/** Whether the points around `i` reach to `x`: at the ends, half the distance to the neighbour counts. */
function covers(x: Float64Array, at: number, i: number): boolean {
  const place = x[i] as number;
  const gap = Math.max(Math.abs((x[i + 1] ?? place) - place), Math.abs(place - (x[i - 1] ?? place)));
  return Math.abs(place - at) <= gap;
}

/** Where a reading stands on the y axis. */
export function height(reading: Reading): number {
  return reading.smooth ?? (reading.low + reading.high) / 2;
}

/** "0.2391", or "0.21 – 0.25" where a bucket stands for several points. */
export function readingText(reading: Reading): string {
  const raw =
    reading.low === reading.high
      ? formatNumber(reading.low)
      : `${formatNumber(reading.low)} – ${formatNumber(reading.high)}`;
  return reading.smooth === null ? raw : `${formatNumber(reading.smooth)} (${raw})`;
}

/** "step 84", "1:42", "2026-11-23 05:54:10 UTC". */
export function placeName(axis: Axis, x: number): string {
  if (isMetric(axis)) return `${middleCut(axis, 32)} ${formatNumber(x)}`;
  if (axis === "step") return `step ${Number.isInteger(x) ? formatCount(x) : formatNumber(x)}`;
  if (axis === "relative") return `${formatClock(x)} after start`;
  return `${new Date(x).toISOString().slice(0, 19).replace("T", " ")} UTC`;
}

/** Lowest and highest x of all series, on a log axis of those above zero; null without points. */
export function xExtent(series: readonly Series[], axis: Axis, log = false): [number, number] | null {
  let low = Number.POSITIVE_INFINITY;
  let high = Number.NEGATIVE_INFINITY;
  for (const one of series) {
    const x = one.levels(axis)[0]?.x;
    if (!x || x.length === 0) continue;
    const first = log ? x.find((value) => value > 0) : x[0];
    if (first === undefined) continue;
    low = Math.min(low, first);
    high = Math.max(high, x[x.length - 1] as number);
  }
  return low <= high ? [low, high] : null;
}

/** `domain` as far as a log axis has it; null for all. */
export function positiveDomain(
  domain: readonly [number, number] | null,
  full: readonly [number, number] | null,
): [number, number] | null {
  if (!domain || !full || domain[1] <= full[0]) return null;
  return [Math.max(domain[0], full[0]), domain[1]];
}

/** `domain` moved or scaled within `full`; null when that is all of it. On a log axis what is moved is the exponent. */
export function moveDomain(
  domain: readonly [number, number] | null,
  full: readonly [number, number],
  { shift = 0, scale = 1, around, log = false }: Move,
): [number, number] | null {
  if (log && full[0] > 0) {
    const positive = (value: number) => Math.log(Math.max(value, full[0]));
    const logs = ([a, b]: readonly [number, number]): [number, number] => [positive(a), positive(b)];
    const move = { shift, scale, ...(around === undefined ? {} : { around: positive(around) }) };
    const moved = moveDomain(domain ? logs(domain) : null, logs(full), move);
    return moved && [Math.exp(moved[0]), Math.exp(moved[1])];
  }
  const [low, high] = domain ?? full;
  const size = Math.min((high - low) * scale, full[1] - full[0]);
  const centre = around ?? (low + high) / 2;
  const start = scale === 1 ? low : centre - (centre - low) * (size / (high - low));
  const moved = Math.min(full[1] - size, Math.max(full[0], start + shift * size));
  return size >= full[1] - full[0] ? null : [moved, moved + size];
}

/** By a share of what is shown, to a multiple of it, about a place. */
export interface Move {
  shift?: number;
  scale?: number;
  around?: number;
  log?: boolean;
}
