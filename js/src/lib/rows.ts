/** From pyramids to the rows that Vega draws: one window of each series, at most so many rows in all. */

import { type Level, selectWindow } from "./pyramid";
import type { Axis, Series } from "./series";

/** A view never holds more rows than this: above it a canvas needs over 100 ms to repaint. */
export const MAX_ROWS = 30_000;

export interface Row {
  run: string;
  x: number;
  y: number | null;
  c: number;
  d: number;
}

export interface RowOptions {
  axis: Axis;
  domain: readonly [number, number] | null;
  /** Width of the plot, px: more buckets than that cannot be seen. */
  width: number;
  smooth: number;
  logX: boolean;
  logY: boolean;
}

export interface Rows {
  line: Row[];
  /** The values behind a smoothed line; empty without smoothing. */
  raw: Row[];
  /** Buckets that a log axis cannot show. */
  dropped: number;
  /** Series whose finest sent level is coarser than the pixels. */
  coarse: Series[];
}

export function chartRows(series: readonly Series[], options: RowOptions): Rows {
  const out: Rows = { line: [], raw: [], dropped: 0, coarse: [] };
  // A raw bucket takes two rows, its low and its high; a smoothed line one more.
  const rowsEach = options.smooth > 0 ? 3 : 2;
  const share = Math.floor(MAX_ROWS / rowsEach / Math.max(1, series.length));
  const target = Math.max(2, Math.min(Math.ceil(options.width), share));
  for (const one of series) addSeries(out, one, options, target);
  return out;
}

function addSeries(out: Rows, series: Series, options: RowOptions, target: number): void {
  const levels = series.levels(options.axis);
  const { level, depth, from, to } = selectWindow(levels, options.domain, target);
  const smooth = options.smooth > 0 ? series.smooth(options.axis, options.smooth) : null;
  if (!series.header.exact && depth === 0 && to - from < target / 2) out.coarse.push(series);
  for (let i = from; i < to; i += 1) {
    const x = level.x[i] as number;
    if (!Number.isFinite(x)) continue;
    if (options.logX && x <= 0) {
      out.dropped += 1;
      continue;
    }
    out.dropped += addRaw(smooth ? out.raw : out.line, series, level, i, options.logY);
    if (smooth) addValue(out.line, series, x, smoothedAt(smooth, i, depth), options.logY);
  }
}

/** Smoothed value at the end of bucket `i` of a level that joins 2^depth of the finest buckets. */
function smoothedAt(line: Float64Array, i: number, depth: number): number {
  return line[Math.min(line.length, (i + 1) * 2 ** depth) - 1] ?? Number.NaN;
}

/**
 * Add a bucket of several points as its low and high: the same picture as all points, every spike kept. Says how many
 * of them the axis cannot show.
 */
function addRaw(rows: Row[], series: Series, level: Level, i: number, logY: boolean): number {
  const low = level.low[i] as number;
  const high = level.high[i] as number;
  const x = level.x[i] as number;
  if (low === high || Number.isNaN(low)) return addValue(rows, series, x, low, logY);
  const [first, second] = i % 2 === 0 ? [low, high] : [high, low];
  return addValue(rows, series, x, first, logY) + addValue(rows, series, x, second, logY);
}

function addValue(rows: Row[], series: Series, x: number, y: number, logY: boolean): number {
  if (logY && y <= 0) return 1;
  const { run, colour, dash } = series.header;
  rows.push({ run, x, y: Number.isFinite(y) ? y : null, c: colour, d: dash });
  return 0;
}
