/** Marks of an axis: where they stand and what they say. */

import type { Column } from "./columns";
import { formatClock, formatNumber } from "./format";
import { along, isWhole, type Scale } from "./scales";
import { evenTicks, logTicks, timeLabel } from "./ticks";

export interface Tick {
  place: number;
  label: string;
}

const MINUTE = 60;
const STEPS = [1, 5, 15, 30, MINUTE, 300, 900, 1800, 3600, 3 * 3600, 6 * 3600, 12 * 3600];
const DAY = 86_400;

/** About `count` marks from end to end of the axis. */
export function ticksOf(column: Column, scale: Scale, count: number): Tick[] {
  if (scale.kind === "values") return slotTicks(scale, count);
  const { low, high, log } = scale;
  if (Number.isNaN(low)) return [];
  if (low === high) return [{ place: 0.5, label: labelOf(column, low, 0) }];
  const values = log
    ? logTicks(low, high, count)
    : column.kind === "time" || column.kind === "duration"
      ? clockTicks(low, high, count)
      : plainTicks(column, low, high, count);
  const inside = values.map((value) => ({ place: along(scale, value), value }));
  return inside
    .filter(({ place }) => place >= -0.001 && place <= 1.001)
    .map(({ place, value }) => ({ place, label: labelOf(column, value, high - low) }));
}

function plainTicks(column: Column, low: number, high: number, count: number): number[] {
  const few = evenTicks(low, high, count);
  // One mark tells no scale.
  const ticks = few.length > 1 ? few : evenTicks(low, high, 2 * count);
  return isWhole(column) ? ticks.filter(Number.isInteger) : ticks;
}

/** Texts are all marked as long as there is room for them. */
function slotTicks({ slots }: Scale, count: number): Tick[] {
  const stride = Math.max(1, Math.ceil(slots.length / Math.max(1, count)));
  return slots.flatMap((label, slot) =>
    slot % stride === 0 ? [{ place: (slot + 0.5) / slots.length, label }] : [],
  );
}

function clockTicks(low: number, high: number, count: number): number[] {
  const rough = (high - low) / Math.max(1, count);
  const step = rough < 1 ? rough : (STEPS.find((one) => one >= rough) ?? Math.ceil(rough / DAY) * DAY);
  const ticks: number[] = [];
  for (let at = Math.ceil(low / step); at * step <= high; at += 1) ticks.push(at * step);
  return ticks;
}

/** A value as an axis, a brush or a tip says it; `span` is what the axis shows of times. */
export function labelOf(column: Column, value: number, span: number): string {
  if (column.kind === "time") return timeLabel(value * 1000, span * 1000);
  return column.kind === "duration" ? formatClock(value) : formatNumber(value);
}
