/** The points of a sweep in the order of their end, the best so far, and how long the rest may take. */

import { type Column, type Frame, isCodes, textAt } from "./columns";

export const KINDS = ["done", "running", "stopped", "failed"] as const;
export type PointKind = (typeof KINDS)[number];
export type Goal = "min" | "max";

/** Which runs are points, and what came of each; `charts/static_sweep.py` has the same. */
export interface Points {
  frame: Frame;
  /** Rows of the frame: ended ones in the order of their end, then the others in that of their start. */
  rows: Uint32Array;
  /** Of each position its place in `KINDS`. */
  kinds: Uint8Array;
  counts: Record<PointKind, number>;
}

/** What the points are worth. */
export interface Scores {
  /** Of each position; NaN for none. */
  values: Float64Array;
  /** 1 for each position whose run satisfies the filters. */
  passes: Uint8Array;
  /** Positions at which a completed point that passes was better than all before. */
  steps: number[];
  /** The last of `steps`; -1 for none. */
  best: number;
  /** Middle of the values of completed points that pass; NaN for none. */
  median: number;
}

const DONE = KINDS.indexOf("done");

/** What a state of the service means for a sweep: only a completed point counts for the best. */
export function kindOf(status: string): PointKind {
  if (status === "InProgress") return "running";
  if (status === "Failed") return "failed";
  return status === "Stopped" || status === "Stopping" ? "stopped" : "done";
}

/** The points of `frame`; of one group where `group` names one. */
export function pointsOf(frame: Frame, group: string): Points {
  const groups = group ? frame.byName.get("group") : undefined;
  const status = frame.byName.get("status");
  const ends = endsOf(frame);
  const starts = numbersOf(frame.byName.get("started"));
  const rows: number[] = [];
  for (let row = 0; row < frame.rows; row += 1)
    if (!groups || !isCodes(groups) || textAt(groups, row) === group) rows.push(row);
  const word = (row: number) => (status && isCodes(status) ? textAt(status, row) : "");
  const kind = Uint8Array.from({ length: frame.rows }, (_, row) => KINDS.indexOf(kindOf(word(row))));
  const key = (row: number) => (KINDS[kind[row] as number] === "running" ? Number.NaN : (ends?.[row] ?? 0));
  rows.sort((a, b) => ascending(key(a), key(b)) || ascending(starts?.[a] ?? 0, starts?.[b] ?? 0) || a - b);
  const kinds = Uint8Array.from(rows, (row) => kind[row] as number);
  const counts = { done: 0, running: 0, stopped: 0, failed: 0 };
  for (const one of kinds) counts[KINDS[one] as PointKind] += 1;
  return { frame, rows: Uint32Array.from(rows), kinds, counts };
}

/** When each run ended, as well as it is known; null where nothing is. */
function endsOf(frame: Frame): Float64Array | null {
  const ended = numbersOf(frame.byName.get("ended"));
  const started = numbersOf(frame.byName.get("started"));
  const took = numbersOf(frame.byName.get("duration_s"));
  if (!started) return ended;
  const length = (row: number) => (took && !Number.isNaN(took[row]) ? (took[row] as number) : 0);
  return started.map((start, row) => {
    const end = ended?.[row];
    return end === undefined || Number.isNaN(end) ? start + length(row) : end;
  });
}

function numbersOf(column: Column | undefined): Float64Array | null {
  return column && !isCodes(column) ? column.data : null;
}

/** NaN last. */
function ascending(a: number, b: number): number {
  if (a === b) return 0;
  const missing = Number(Number.isNaN(a)) - Number(Number.isNaN(b));
  return missing || (a < b ? -1 : a > b ? 1 : 0);
}

/** Look at the points by `column`; `passes` says which rows satisfy the filters. */
export function scoresOf(
  points: Points,
  column: Column | undefined,
  goal: Goal,
  passes: (row: number) => boolean,
): Scores {
  const data = numbersOf(column);
  const { rows, kinds } = points;
  const values = Float64Array.from(rows, (row) => data?.[row] ?? Number.NaN);
  const passing = Uint8Array.from(rows, (row) => Number(passes(row)));
  const sign = goal === "max" ? 1 : -1;
  const steps: number[] = [];
  const counting: number[] = [];
  let best = Number.NEGATIVE_INFINITY;
  for (let at = 0; at < rows.length; at += 1) {
    const value = values[at] as number;
    if (kinds[at] !== DONE || passing[at] === 0 || !Number.isFinite(value)) continue;
    counting.push(value);
    if (sign * value <= best) continue;
    best = sign * value;
    steps.push(at);
  }
  return { values, passes: passing, steps, best: steps.at(-1) ?? -1, median: median(counting) };
}

function median(values: number[]): number {
  if (values.length === 0) return Number.NaN;
  const sorted = Float64Array.from(values).sort();
  const half = sorted.length >> 1;
  const upper = sorted[half] as number;
  return sorted.length % 2 ? upper : ((sorted[half - 1] as number) + upper) / 2;
}

/** Points that have come to an end. */
export const ended = ({ counts }: Points): number => counts.done + counts.failed + counts.stopped;

/** Seconds until `total` points have ended at the pace so far; NaN where nothing runs or too little is known. */
export function secondsLeft(points: Points, total: number, now: number): number {
  const finished = ended(points);
  const starts = numbersOf(points.frame.byName.get("started"));
  if (points.counts.running === 0 || finished < 2 || total <= finished || !starts) return Number.NaN;
  let first = Number.POSITIVE_INFINITY;
  for (const row of points.rows) if ((starts[row] as number) < first) first = starts[row] as number;
  return now > first ? ((now - first) / finished) * (total - finished) : Number.NaN;
}

/** Rounded as one says it: "about 4 min", "about 2 h". */
export function aboutText(seconds: number): string {
  if (!Number.isFinite(seconds)) return "";
  if (seconds < 50) return `about ${Math.max(10, Math.ceil(seconds / 10) * 10)} s left`;
  if (seconds < 55 * 60) return `about ${Math.max(1, Math.round(seconds / 60))} min left`;
  if (seconds < 36 * 3600) return `about ${Math.max(1, Math.round(seconds / 3600))} h left`;
  return `about ${Math.round(seconds / 86400)} d left`;
}

/** "37 of 50 points, 2 running, 1 failed, about 4 min left". */
export function progressText(points: Points, total: number, now: number): string {
  const finished = ended(points);
  const { running, failed, stopped } = points.counts;
  const head = total
    ? `${count(finished)} of ${count(total)} points`
    : `${count(finished)} ${finished === 1 ? "point" : "points"}${running ? " so far" : ""}`;
  const parts = [
    head,
    running ? `${count(running)} running` : "",
    failed ? `${count(failed)} failed` : "",
    stopped ? `${count(stopped)} stopped` : "",
    aboutText(secondsLeft(points, total, now)),
  ];
  return parts.filter((part) => part !== "").join(", ");
}

const count = (value: number): string => value.toLocaleString("en-US");
