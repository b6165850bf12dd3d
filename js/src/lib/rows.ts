/** From pyramids to the rows that Vega draws: one window of each series, at most so many rows in all. */

import type { Axis } from "./axis";
import { type Band, bandOf, type Curve, type Edges, gridOf } from "./band";
import { type Emphasis, memberStyle, NO_EMPHASIS, roleOf, type Style, styleOf } from "./emphasis";
import { type Group, groupsOf } from "./groups";
import { bestRun } from "./marks";
import { type Span, spanOf } from "./outliers";
import { type Level, selectWindow, type Window } from "./pyramid";
import type { Series } from "./series";
import type { SmoothKind } from "./smooth";

/** A view never holds more rows than this: above it a canvas needs over 100 ms to repaint. */
export const MAX_ROWS = 30_000;
/** Rows of a picture that has to be there at once, while a hand moves. */
export const HASTY_ROWS = 5_000;
/** And while points arrive, which may go on for hours. */
export const LIVE_ROWS = 8_000;
/** Places at which lines are averaged, at most. */
const MOST_PLACES = 400;

/** A point of a line; its look is the same in all rows of the line. */
export interface Row extends Style {
  run: string;
  x: number;
  y: number | null;
}

/** A place of a group's band. */
export interface BandRow {
  run: string;
  x: number;
  low: number | null;
  high: number | null;
  c: number;
}

export interface RowOptions {
  axis: Axis;
  domain: readonly [number, number] | null;
  /** Width of the plot, px: more buckets than that cannot be seen. */
  width: number;
  /** Rows at most. */
  most: number;
  smooth: number;
  smoothKind: SmoothKind;
  logX: boolean;
  logY: boolean;
  /** By which each run's label is looked up; null draws no bands. */
  groups: Readonly<Record<string, string>> | null;
  edges: Edges;
  ignoreOutliers: boolean;
  best: "min" | "max";
  emphasis: Emphasis;
}

/** What rows are made by where nothing else is said. */
export const PLAIN: RowOptions = {
  axis: "step",
  domain: null,
  width: 640,
  most: MAX_ROWS,
  smooth: 0,
  smoothKind: "ema",
  logX: false,
  logY: false,
  groups: null,
  edges: "range",
  ignoreOutliers: false,
  best: "max",
  emphasis: NO_EMPHASIS,
};

export interface GroupBand {
  group: Group;
  band: Band;
}

export interface Rows {
  line: Row[];
  /** The values behind a smoothed line; empty without smoothing. */
  raw: Row[];
  band: BandRow[];
  groups: GroupBand[];
  /** The range of y to show, where outliers are ignored. */
  span: Span | null;
  /** Buckets that a log axis cannot show. */
  dropped: number;
  /** Series whose finest sent level is coarser than the pixels. */
  coarse: Series[];
}

/** Whether `rows` are as many as were allowed, so that more of them would show more. */
export const isThinned = (rows: Rows, most: number): boolean =>
  most < MAX_ROWS && rows.line.length + rows.raw.length > most / 3;

export function chartRows(series: readonly Series[], options: RowOptions): Rows {
  const out: Rows = { line: [], raw: [], band: [], groups: [], span: null, dropped: 0, coarse: [] };
  // A raw bucket takes two rows, its low and its high; a smoothed line one more.
  const rowsEach = options.smooth > 0 ? 3 : 2;
  const share = Math.floor(options.most / rowsEach / Math.max(1, series.length));
  const target = Math.max(2, Math.min(Math.ceil(options.width), share));
  // What is filtered out elsewhere is background, and no part of a mean.
  const counted = series.filter((one) => !options.emphasis.dimmed.has(one.header.run));
  const groups = options.groups ? groupsOf(counted, options.groups) : [];
  const mean = new Map(groups.flatMap((group) => group.members.map((one) => [one, group])));
  const best = options.groups ? "" : bestRun(series, options.best);
  for (const one of series) {
    const style = styleOf(mean.get(one) ?? one.header, roleOf(one.header.run, options.emphasis, best));
    // Background is drawn half as fine: it is what most lines of a selection are.
    const fine = style.z > 0 && !options.groups ? target : Math.max(2, Math.ceil(target / 2));
    addSeries(out, one, options, fine, options.groups ? memberStyle(style) : style);
  }
  addBands(out, groups, options);
  if (options.ignoreOutliers) out.span = shownSpan(series, options);
  return out;
}

function addSeries(out: Rows, series: Series, options: RowOptions, target: number, style: Style): void {
  const levels = series.levels(options.axis);
  const { level, depth, from, to } = selectWindow(levels, options.domain, target);
  const smooth = options.smooth > 0 ? smoothed(series, options) : null;
  // Behind a line that is background itself, its values would be noise.
  const raw = smooth ? (style.z > 0 ? out.raw : null) : out.line;
  const isCoarse = !series.header.exact && depth === 0 && to > from && to - from < target / 2;
  if (isCoarse && style.z > 0) out.coarse.push(series);
  for (let i = from; i < to; i += 1) {
    const x = level.x[i] as number;
    if (options.logX && x <= 0) {
      out.dropped += 1;
      continue;
    }
    if (raw) out.dropped += addRaw(raw, { run: series.header.run, ...style }, level, i, options.logY);
    if (smooth) {
      const y = smoothedAt(smooth, i, depth);
      addValue(out.line, { run: series.header.run, ...style }, x, y, options.logY);
    }
  }
}

const smoothed = (series: Series, { axis, smoothKind, smooth }: RowOptions): Float64Array =>
  series.smooth(axis, smoothKind, smooth);

/** Smoothed value at the end of bucket `i` of a level that joins 2^depth of the finest buckets. */
function smoothedAt(line: Float64Array, i: number, depth: number): number {
  return line[Math.min(line.length, (i + 1) * 2 ** depth) - 1] ?? Number.NaN;
}

type Look = Style & { run: string };

/**
 * Add a bucket of several points as its low and high: the same picture as all points, every spike kept. Says how many
 * of them the axis cannot show.
 */
function addRaw(rows: Row[], look: Look, level: Level, i: number, logY: boolean): number {
  const low = level.low[i] as number;
  const high = level.high[i] as number;
  const x = level.x[i] as number;
  if (low === high || Number.isNaN(low)) return addValue(rows, look, x, low, logY);
  const [first, second] = i % 2 === 0 ? [low, high] : [high, low];
  return addValue(rows, look, x, first, logY) + addValue(rows, look, x, second, logY);
}

function addValue(rows: Row[], look: Look, x: number, y: number, logY: boolean): number {
  if (logY && y <= 0) return 1;
  rows.push({ ...look, x, y: Number.isFinite(y) ? y : null });
  return 0;
}

/** Add the mean and the band of each group over what is shown. */
function addBands(out: Rows, groups: readonly Group[], options: RowOptions): void {
  for (const group of groups) {
    const curves = group.members.map((one): Curve => {
      const level = one.levels(options.axis)[0] as Level;
      return { x: level.x, y: options.smooth > 0 ? smoothed(one, options) : level.mid };
    });
    const ends = options.domain ?? endsOf(curves);
    if (!ends) continue;
    const most = Math.min(MOST_PLACES, Math.ceil(options.width));
    const band = bandOf(curves, gridOf(curves, ends, most, options.logX), options.edges);
    out.groups.push({ group, band });
    const line: Look = { run: group.label, c: group.colour, d: group.dash, o: 1, w: 2, z: 1 };
    for (let i = 0; i < band.x.length; i += 1) addBandRow(out, line, band, i, options.logY);
  }
}

function addBandRow(out: Rows, line: Look, band: Band, i: number, logY: boolean): void {
  const x = band.x[i] as number;
  const [low, high] = [band.low[i] as number, band.high[i] as number];
  addValue(out.line, line, x, band.mean[i] as number, logY);
  // A log axis has no place for an edge of zero or less: the band ends at the mean there.
  const bottom = logY && low <= 0 ? (band.mean[i] as number) : low;
  const shown = Number.isFinite(low) && !(logY && bottom <= 0);
  const edges = shown ? { low: bottom, high } : { low: null, high: null };
  out.band.push({ run: line.run, x, ...edges, c: line.c });
}

function endsOf(curves: readonly Curve[]): [number, number] | null {
  let [low, high] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (const { x } of curves) {
    if (x.length === 0) continue;
    low = Math.min(low, x[0] as number);
    high = Math.max(high, x[x.length - 1] as number);
  }
  return low <= high ? [low, high] : null;
}

/** Where nearly all values of the window lie. */
function shownSpan(series: readonly Series[], { axis, domain, logY }: RowOptions): Span | null {
  const values: Float64Array[] = [];
  for (const one of series) {
    const { level, from, to }: Window = selectWindow(one.levels(axis), domain, Number.POSITIVE_INFINITY);
    values.push(level.low.subarray(from, to));
    if (level.high !== level.low) values.push(level.high.subarray(from, to));
  }
  return spanOf(values, logY);
}
