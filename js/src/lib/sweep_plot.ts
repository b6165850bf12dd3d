/** Where the points of a sweep's history stand, as paths: one for each look, whatever the number of points. */

import { formatNumber } from "./format";
import { KINDS, type PointKind, type Points, type Scores } from "./sweep";
import { evenTicks, logTicks } from "./ticks";

export interface Room {
  width: number;
  height: number;
  left: number;
  right: number;
  top: number;
  bottom: number;
}

export interface Scale {
  room: Room;
  count: number;
  low: number;
  high: number;
  log: boolean;
}

/** Points nearer to each other than so many pixels are drawn once. */
const CELL = 2;
/** Height of the band at the bottom edge for points without a value. */
export const EDGE = 18;

/** A scale over the values that can be shown; null without any. */
export function scaleOf({ values }: Scores, room: Room, log: boolean): Scale | null {
  let low = Number.POSITIVE_INFINITY;
  let high = Number.NEGATIVE_INFINITY;
  for (const value of values) {
    if (!Number.isFinite(value) || (log && value <= 0)) continue;
    if (value < low) low = value;
    if (value > high) high = value;
  }
  if (low > high) return null;
  const [from, to] = padded(low, high, log);
  return { room, count: values.length, low: from, high: to, log };
}

function padded(low: number, high: number, log: boolean): [number, number] {
  if (log)
    return low === high ? [low / 2, high * 2] : [low * (low / high) ** 0.04, high * (high / low) ** 0.04];
  const by = (high - low) * 0.06 || Math.abs(high) * 0.1 || 1;
  return [low - by, high + by];
}

/** Pixels from the left of the point at `position`. */
export function across({ room, count }: Scale, position: number): number {
  const width = room.width - room.left - room.right;
  return room.left + (width * (position + 0.5)) / Math.max(1, count);
}

/** Pixels from the top of `value`; of one that has no place in the scale, those of the edge at the bottom. */
export function down({ room, low, high, log }: Scale, value: number): number {
  const bottom = room.height - room.bottom - EDGE;
  if (!Number.isFinite(value) || (log && value <= 0)) return bottom + EDGE / 2 + 2;
  const share = log ? Math.log(value / low) / Math.log(high / low) : (value - low) / (high - low);
  return bottom - share * (bottom - room.top);
}

/** Where the point at `position` is drawn; failed ones stand at the bottom edge whatever they logged. */
export function spot(scale: Scale, points: Points, scores: Scores, position: number): [number, number] {
  const failed = KINDS[points.kinds[position] as number] === "failed";
  return [across(scale, position), down(scale, failed ? Number.NaN : (scores.values[position] as number))];
}

export type Look = PointKind | "out";

/** A path for each look; "out" are points that the filters leave out. A done point is a stroke of no length. */
export function pointPaths(scale: Scale, points: Points, scores: Scores): Record<Look, string> {
  const paths: Record<Look, string> = { done: "", running: "", stopped: "", failed: "", out: "" };
  const { width, height } = scale.room;
  const columns = Math.ceil(width / CELL);
  const seen = new Uint8Array(columns * (Math.ceil(height / CELL) + 1));
  for (let at = 0; at < points.rows.length; at += 1) {
    const kind = KINDS[points.kinds[at] as number] as PointKind;
    const look: Look = scores.passes[at] ? kind : "out";
    const [x, y] = spot(scale, points, scores, at);
    const cell = Math.floor(y / CELL) * columns + Math.floor(x / CELL);
    const bit = look === "out" ? 1 : 2 << KINDS.indexOf(kind);
    if ((seen[cell] as number) & bit) continue;
    seen[cell] = (seen[cell] as number) | bit;
    paths[look] += markPath(look, x, y);
  }
  return paths;
}

function markPath(look: Look, x: number, y: number): string {
  const [a, b] = [x.toFixed(1), y.toFixed(1)];
  if (look === "failed") return `M${(x - 3).toFixed(1)} ${(y - 3).toFixed(1)}l6 6m0-6l-6 6`;
  if (look === "running") return `M${a} ${(y - 4.5).toFixed(1)}l4.5 4.5-4.5 4.5-4.5-4.5z`;
  return `M${a} ${b}h0`;
}

/** The best so far, as stairs from the first completed point to the last position. */
export function stairs(scale: Scale, { steps, values }: Scores): string {
  const shown = steps.filter((at) => !scale.log || (values[at] as number) > 0);
  if (shown.length === 0) return "";
  const end = across(scale, scale.count - 0.5);
  return `${shown
    .map((at, i) => {
      const y = down(scale, values[at] as number).toFixed(1);
      return i === 0 ? `M${across(scale, at).toFixed(1)} ${y}` : `H${across(scale, at).toFixed(1)}V${y}`;
    })
    .join("")}H${end.toFixed(1)}`;
}

/** The point nearest to a place, within `reach` pixels; -1 for none. */
export function nearest(
  scale: Scale,
  points: Points,
  scores: Scores,
  [x, y]: readonly [number, number],
  reach: number,
): number {
  let found = -1;
  let least = reach * reach;
  for (let at = 0; at < points.rows.length; at += 1) {
    const dx = across(scale, at) - x;
    if (Math.abs(dx) > reach) continue;
    const dy = spot(scale, points, scores, at)[1] - y;
    const distance = dx * dx + dy * dy;
    if (distance > least) continue;
    least = distance;
    found = at;
  }
  return found;
}

export interface Tick {
  at: number;
  text: string;
}

/** Marks of the values' axis. */
export function valueTicks(scale: Scale): Tick[] {
  const count = Math.max(2, Math.floor((scale.room.height - scale.room.top - scale.room.bottom) / 20));
  const make = scale.log ? logTicks : evenTicks;
  return make(scale.low, scale.high, count).map((value) => ({
    at: down(scale, value),
    text: formatNumber(value),
  }));
}

/** Marks of the points' axis: whole numbers from 1. */
export function orderTicks(scale: Scale): Tick[] {
  const width = scale.room.width - scale.room.left - scale.room.right;
  const some = evenTicks(0, scale.count, Math.max(2, Math.floor(width / 80)));
  const whole = new Set(some.filter((value) => Number.isInteger(value) && value > 0));
  return [...whole].map((value) => ({ at: across(scale, value - 1), text: value.toLocaleString("en-US") }));
}
