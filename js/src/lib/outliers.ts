/** The range of y in which nearly all values lie. */

export interface Span {
  low: number;
  high: number;
  /** Values beyond it. */
  outside: number;
}

/** Share of the values at either end that is left out, and the room beside the range. */
const SHARE = 0.01;
const MARGIN = 0.04;
/** Values that the percentiles are taken of; more are thinned evenly. */
const SAMPLE = 20_000;

/** From the 1st to the 99th percentile of `values`, with a margin; null without two different ones. */
export function spanOf(values: readonly Float64Array[], log: boolean): Span | null {
  const total = values.reduce((sum, one) => sum + one.length, 0);
  const stride = Math.max(1, Math.ceil(total / SAMPLE));
  const shown = (value: number) => Number.isFinite(value) && (!log || value > 0);
  const sample: number[] = [];
  for (const one of values)
    for (let i = 0; i < one.length; i += stride) if (shown(one[i] as number)) sample.push(one[i] as number);
  const sorted = Float64Array.from(sample).sort();
  const [first, last] = [quantile(sorted, SHARE), quantile(sorted, 1 - SHARE)];
  if (!(last > first)) return null;
  const [from, to] = log ? [Math.log(first), Math.log(last)] : [first, last];
  const room = (to - from) * MARGIN;
  const [low, high] = log ? [Math.exp(from - room), Math.exp(to + room)] : [from - room, to + room];
  let outside = 0;
  for (const one of values)
    for (const value of one) if (shown(value) && (value < low || value > high)) outside += 1;
  return { low, high, outside };
}

/** As NumPy's: straight between the two nearest values. */
export function quantile(sorted: Float64Array, share: number): number {
  const place = share * (sorted.length - 1);
  const left = sorted[Math.floor(place)];
  const right = sorted[Math.ceil(place)];
  return left === undefined || right === undefined ? Number.NaN : left + (place % 1) * (right - left);
}
