/** A series as a pyramid of buckets: each level has half as many, and a spike is in all of them. */

export interface Level {
  x: Float64Array;
  low: Float64Array;
  high: Float64Array;
  mid: Float64Array;
}

export interface Window {
  level: Level;
  /** Depth in the pyramid; 0 is the finest. */
  depth: number;
  from: number;
  to: number;
}

/** All levels from the finest to one of at most two buckets. */
export function buildPyramid(finest: Level): Level[] {
  const levels = [finest];
  for (let last = finest; last.x.length > 2; ) {
    last = halve(last);
    levels.push(last);
  }
  return levels;
}

function halve(fine: Level): Level {
  const n = Math.ceil(fine.x.length / 2);
  const half: Level = {
    x: new Float64Array(n),
    low: new Float64Array(n),
    high: new Float64Array(n),
    mid: new Float64Array(n),
  };
  for (let i = 0; i < n; i += 1) {
    const a = 2 * i;
    const b = Math.min(a + 1, fine.x.length - 1);
    // The last bucket stands at its last point, so that a line always reaches its end.
    half.x[i] = fine.x[i === n - 1 ? b : a] as number;
    half.low[i] = pick(fine.low[a], fine.low[b], Math.min);
    half.high[i] = pick(fine.high[a], fine.high[b], Math.max);
    half.mid[i] = pick(fine.mid[a], fine.mid[b], (p, q) => (p + q) / 2);
  }
  return half;
}

function pick(a = Number.NaN, b = Number.NaN, join: (a: number, b: number) => number): number {
  if (Number.isNaN(a)) return b;
  return Number.isNaN(b) ? a : join(a, b);
}

/** Index of the first element of sorted `x` that is not below `value`. */
export function lowerBound(x: Float64Array, value: number): number {
  let low = 0;
  let high = x.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((x[middle] as number) < value) low = middle + 1;
    else high = middle;
  }
  return low;
}

/**
 * The finest level with at most `target` buckets between the ends of `domain` (null = everything), and the buckets
 * there, one more at each side so that a line runs to the edge.
 */
export function selectWindow(
  levels: readonly Level[],
  domain: readonly [number, number] | null,
  target: number,
): Window {
  for (let depth = 0; ; depth += 1) {
    const level = levels[depth] as Level;
    const from = domain ? lowerBound(level.x, domain[0]) : 0;
    const to = domain ? lowerBound(level.x, nextUp(domain[1])) : level.x.length;
    if (to - from <= Math.max(2, target) || depth === levels.length - 1) {
      return { level, depth, from: Math.max(0, from - 1), to: Math.min(level.x.length, to + 1) };
    }
  }
}

function nextUp(value: number): number {
  return value + Math.max(Number.MIN_VALUE, Math.abs(value) * Number.EPSILON);
}

/** Index of the element of sorted `x` nearest to `value`; -1 when empty. */
export function nearest(x: Float64Array, value: number): number {
  if (x.length === 0) return -1;
  const right = lowerBound(x, value);
  if (right === 0) return 0;
  if (right === x.length) return right - 1;
  return value - (x[right - 1] as number) <= (x[right] as number) - value ? right - 1 : right;
}
