/** From pyramids to the lines that are drawn: one window of each series, at most so many points in all. */

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
export const HASTY_ROWS = 8_000;
/** And while points arrive, which may go on for hours. */
export const LIVE_ROWS = 8_000;
/** Places at which lines are averaged, at most. */
const MOST_PLACES = 400;

/** A line with its look; NaN in y breaks it. */
export interface Line extends Style {
  run: string;
  x: number[];
  y: number[];
}

/** A group's band; NaN in its edges breaks it. */
export interface BandArea {
  run: string;
  x: number[];
  low: number[];
  high: number[];
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
  line: Line[];
  /** The values behind a smoothed line; empty without smoothing. */
  raw: Line[];
  band: BandArea[];
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
  most < MAX_ROWS && pointsOf(rows.line) + pointsOf(rows.raw) > most / 3;

export const pointsOf = (lines: readonly Line[]): number =>
  lines.reduce((sum, line) => sum + line.x.length, 0);

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
  const raw = smooth && style.z <= 0 ? null : newLine(smooth ? out.raw : out.line, series.header.run, style);
  const line = smooth ? newLine(out.line, series.header.run, style) : null;
  const isCoarse = !series.header.exact && depth === 0 && to > from && to - from < target / 2;
  if (isCoarse && style.z > 0) out.coarse.push(series);
  for (let i = from; i < to; i += 1) {
    const x = level.x[i] as number;
    if (options.logX && x <= 0) {
      out.dropped += 1;
      continue;
    }
    if (raw) out.dropped += addRaw(raw, level, i, options.logY);
    if (smooth && line) addValue(line, x, smoothedAt(smooth, i, depth), options.logY);
  }
}

function newLine(lines: Line[], run: string, style: Style): Line {
  const line = { run, ...style, x: [], y: [] };
  lines.push(line);
  return line;
}

const smoothed = (series: Series, { axis, smoothKind, smooth }: RowOptions): Float64Array =>
  series.smooth(axis, smoothKind, smooth);

/** Smoothed value at the end of bucket `i` of a level that joins 2^depth of the finest buckets. */
function smoothedAt(line: Float64Array, i: number, depth: number): number {
  return line[Math.min(line.length, (i + 1) * 2 ** depth) - 1] ?? Number.NaN;
}

/**
 * Add a bucket of several points as its low and high: the same picture as all points, every spike kept. Says how many
 * of them the axis cannot show.
 */
function addRaw(line: Line, level: Level, i: number, logY: boolean): number {
  const low = level.low[i] as number;
  const high = level.high[i] as number;
  const x = level.x[i] as number;
  if (low === high || Number.isNaN(low)) return addValue(line, x, low, logY);
  const up = i % 2 === 0;
  return addValue(line, x, up ? low : high, logY) + addValue(line, x, up ? high : low, logY);
}

function addValue(line: Line, x: number, y: number, logY: boolean): number {
  if (logY && y <= 0) return 1;
  line.x.push(x);
  line.y.push(Number.isFinite(y) ? y : Number.NaN);
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
    const look = { c: group.colour, d: group.dash, o: 1, w: 2, z: 1 };
    const line = newLine(out.line, group.label, look);
    const area: BandArea = { run: group.label, c: group.colour, x: [], low: [], high: [] };
    out.band.push(area);
    for (let i = 0; i < band.x.length; i += 1) addBandPlace(line, area, band, i, options.logY);
  }
}

function addBandPlace(line: Line, area: BandArea, band: Band, i: number, logY: boolean): void {
  const x = band.x[i] as number;
  const [low, high] = [band.low[i] as number, band.high[i] as number];
  addValue(line, x, band.mean[i] as number, logY);
  // A log axis has no place for an edge of zero or less: the band ends at the mean there.
  const bottom = logY && low <= 0 ? (band.mean[i] as number) : low;
  const shown = Number.isFinite(low) && !(logY && bottom <= 0);
  area.x.push(x);
  area.low.push(shown ? bottom : Number.NaN);
  area.high.push(shown ? high : Number.NaN);
}

export type Range = [number, number];

/** What the axes have to show: of all points that are drawn; null where there is none. */
export function extentOf({ line, raw, band }: Rows): { x: Range; y: Range } | null {
  const x: Range = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  const y: Range = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  const add = (xs: readonly number[], ys: readonly number[]) => {
    for (let i = 0; i < xs.length; i += 1) {
      const [px, py] = [xs[i] as number, ys[i] as number];
      if (Number.isNaN(py)) continue;
      if (px < x[0]) x[0] = px;
      if (px > x[1]) x[1] = px;
      if (py < y[0]) y[0] = py;
      if (py > y[1]) y[1] = py;
    }
  };
  for (const one of [...line, ...raw]) add(one.x, one.y);
  for (const one of band) {
    add(one.x, one.low);
    add(one.x, one.high);
  }
  return x[0] <= x[1] ? { x, y } : null;
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
