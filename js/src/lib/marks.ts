/** Points of a chart that are marked: the end of each line, and the best point of the best run. */

import type { Style } from "./emphasis";
import { roleOf, styleOf } from "./emphasis";
import type { Level } from "./pyramid";
import type { RowOptions, Rows } from "./rows";
import type { Series } from "./series";

export interface ChartMark extends Style {
  kind: "last" | "best";
  run: string;
  x: number;
  y: number;
}

/** The run whose last value is the best one, as `%sm_best` and the static chart say it; "" of fewer than two. */
export function bestRun(series: readonly Series[], direction: "min" | "max"): string {
  let found: { run: string; value: number } | null = null;
  let known = 0;
  for (const one of series) {
    const value = one.last;
    if (!Number.isFinite(value)) continue;
    known += 1;
    const better = found && (direction === "min" ? value < found.value : value > found.value);
    if (!found || better) found = { run: one.header.run, value };
  }
  return known > 1 && found ? found.run : "";
}

/** What is marked: ends of lines, those that matter most first, and the best point before them all. */
export function marksOf(series: readonly Series[], rows: Rows, options: RowOptions): ChartMark[] {
  if (options.groups) return groupEnds(rows);
  const best = bestRun(series, options.best);
  const marks: ChartMark[] = [];
  for (const one of series) {
    const role = roleOf(one.header.run, options.emphasis, best);
    if (role === "context") continue;
    const style = styleOf(one.header, role);
    const level = one.levels(options.axis)[0] as Level;
    const line =
      options.smooth > 0 ? one.smooth(options.axis, options.smoothKind, options.smooth) : level.mid;
    const base = { run: one.header.run, ...style };
    const end = lastKnown(line);
    if (end >= 0) marks.push({ kind: "last", ...base, x: level.x[end] as number, y: line[end] as number });
    const top = one.header.run === best || series.length === 1 ? bestAt(level, options.best) : -1;
    if (top < 0) continue;
    const y = (options.best === "min" ? level.low : level.high)[top] as number;
    marks.push({ kind: "best", ...base, z: 9, x: level.x[top] as number, y });
  }
  return marks.filter((one) => isShown(one, options)).sort((a, b) => b.z - a.z);
}

function groupEnds(rows: Rows): ChartMark[] {
  return rows.groups.flatMap(({ group, band }) => {
    const end = lastKnown(band.mean);
    if (end < 0) return [];
    const look = { c: group.colour, d: group.dash, o: 1, w: 2, z: 1 };
    return [
      { kind: "last", run: group.label, ...look, x: band.x[end] as number, y: band.mean[end] as number },
    ];
  });
}

function isShown({ x, y }: ChartMark, { domain, logX, logY }: RowOptions): boolean {
  if ((logX && x <= 0) || (logY && y <= 0)) return false;
  return !domain || (x >= domain[0] && x <= domain[1]);
}

function lastKnown(line: Float64Array): number {
  let i = line.length - 1;
  while (i >= 0 && !Number.isFinite(line[i] as number)) i -= 1;
  return i;
}

function bestAt(level: Level, direction: "min" | "max"): number {
  const values = direction === "min" ? level.low : level.high;
  let found = -1;
  for (let i = 0; i < values.length; i += 1) {
    const [value, best] = [values[i] as number, values[found]];
    if (!Number.isFinite(value)) continue;
    if (best === undefined || (direction === "min" ? value < best : value > best)) found = i;
  }
  return found;
}

/** A label and where it stands, px. */
export interface Placed {
  mark: ChartMark;
  x: number;
  y: number;
}

/** Rows of labels that keep `gap` px between them; what comes first has its place, what finds none goes without. */
export function placeLabels(wanted: readonly Placed[], gap: number): Placed[] {
  const placed: Placed[] = [];
  for (const one of wanted) if (placed.every((other) => Math.abs(other.y - one.y) >= gap)) placed.push(one);
  return placed;
}
