/** One line of a small chart: where its points lie, its paths, its marks. */

import { extent } from "./spark";

/** A box of 100 by 100 that the page stretches to its place. */
export const BOX = 100;
const ROOM = 0.06;

export interface Span {
  low: number;
  high: number;
}

/** The span of some values with a little room; of one value, room around it. Null without a finite value. */
export function spanOf(low: ArrayLike<number>, high: ArrayLike<number>, room = ROOM): Span | null {
  const [bottom] = extent(low);
  const [, top] = extent(high);
  if (!Number.isFinite(bottom) || !Number.isFinite(top)) return null;
  if (top > bottom) return { low: bottom - (top - bottom) * room, high: top + (top - bottom) * room };
  const around = bottom === 0 ? 1 : Math.abs(bottom) * 0.1;
  return { low: bottom - around, high: bottom + around };
}

/** Share of the way from the low end of `span`, 0 to 1. */
export const share = (span: Span, value: number): number => (value - span.low) / (span.high - span.low);

/** Round numbers within `span`, about `count` of them. */
export function niceTicks(span: Span, count: number): number[] {
  const rough = (span.high - span.low) / Math.max(1, count);
  const unit = 10 ** Math.floor(Math.log10(rough));
  const step = unit * ([1, 2, 5, 10].find((nice) => nice * unit >= rough) ?? 10);
  const ticks: number[] = [];
  for (let i = Math.ceil(span.low / step); i * step <= span.high; i += 1)
    ticks.push(Number((i * step).toPrecision(12)));
  return ticks;
}

/** Round numbers of seconds within `span`, such as 15, 60 or 600 apart. */
export function secondTicks(span: Span, count: number): number[] {
  const rough = (span.high - span.low) / Math.max(1, count);
  const steps = [1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 14400, 43200, 86400];
  const step = steps.find((nice) => nice >= rough);
  if (rough < 1 || step === undefined) return niceTicks(span, count);
  const ticks: number[] = [];
  for (let i = Math.ceil(span.low / step); i * step <= span.high; i += 1) ticks.push(i * step);
  return ticks;
}

/** Path of the line in the box, broken at gaps. */
export function linePath(x: ArrayLike<number>, y: ArrayLike<number>, xs: Span, ys: Span): string {
  let path = "";
  let pen = "M";
  for (let i = 0; i < x.length; i += 1) {
    const value = y[i] as number;
    if (!Number.isFinite(value)) {
      pen = "M";
      continue;
    }
    path += `${pen}${place(x[i] as number, value, xs, ys)}`;
    pen = "L";
  }
  return path;
}

/** Path of the band between the lowest and the highest values, one piece between two gaps. */
export function bandPath(
  x: ArrayLike<number>,
  low: ArrayLike<number>,
  high: ArrayLike<number>,
  xs: Span,
  ys: Span,
): string {
  let path = "";
  for (let start = 0; start < x.length; start += 1) {
    if (!Number.isFinite(low[start] as number)) continue;
    let end = start;
    while (end + 1 < x.length && Number.isFinite(low[end + 1] as number)) end += 1;
    const points: string[] = [];
    for (let i = start; i <= end; i += 1) points.push(place(x[i] as number, high[i] as number, xs, ys));
    for (let i = end; i >= start; i -= 1) points.push(place(x[i] as number, low[i] as number, xs, ys));
    path += `M${points.join("L")}Z`;
    start = end;
  }
  return path;
}

/** Index of the x nearest to `at`; x is ascending. -1 without any. */
export function nearest(x: ArrayLike<number>, at: number): number {
  let low = 0;
  let high = x.length - 1;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((x[middle] as number) < at) low = middle + 1;
    else high = middle;
  }
  const before = low > 0 ? (x[low - 1] as number) : Number.NaN;
  return at - before < (x[low] as number) - at ? low - 1 : x.length === 0 ? -1 : low;
}

function place(x: number, y: number, xs: Span, ys: Span): string {
  return `${(share(xs, x) * BOX).toFixed(2)} ${((1 - share(ys, y)) * BOX).toFixed(2)}`;
}
