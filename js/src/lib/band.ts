/** Several lines as one: their mean and how far they lie apart, as `reading/curves.py` has it; the same cases test both. */

export type Edges = "range" | "deviation";

export interface Curve {
  /** Ascending. */
  x: Float64Array;
  y: Float64Array;
}

export interface Band {
  x: Float64Array;
  mean: Float64Array;
  low: Float64Array;
  high: Float64Array;
  count: Int32Array;
}

/**
 * Mean and edges of `curves` at the places of `grid`, ascending. Between two of its points a curve is a straight line;
 * outside of them and beside a gap it is not counted. Of several points at one x the last one counts.
 */
export function bandOf(curves: readonly Curve[], grid: Float64Array, edges: Edges): Band {
  const n = grid.length;
  const count = new Int32Array(n);
  const mean = new Float64Array(n);
  const squares = new Float64Array(n);
  const low = new Float64Array(n).fill(Number.POSITIVE_INFINITY);
  const high = new Float64Array(n).fill(Number.NEGATIVE_INFINITY);
  for (const curve of curves) {
    eachAt(curve, grid, (i, value) => {
      count[i] = (count[i] as number) + 1;
      // Welford's way: no sum of squares that rounding could make negative.
      const change = value - (mean[i] as number);
      mean[i] = (mean[i] as number) + change / (count[i] as number);
      squares[i] = (squares[i] as number) + change * (value - (mean[i] as number));
      low[i] = Math.min(low[i] as number, value);
      high[i] = Math.max(high[i] as number, value);
    });
  }
  for (let i = 0; i < n; i += 1) {
    const of = count[i] as number;
    if (of === 0) {
      for (const out of [mean, low, high]) out[i] = Number.NaN;
      continue;
    }
    mean[i] = Math.min(high[i] as number, Math.max(low[i] as number, mean[i] as number));
    if (edges === "range") continue;
    const deviation = Math.sqrt((squares[i] as number) / of);
    low[i] = (mean[i] as number) - deviation;
    high[i] = (mean[i] as number) + deviation;
  }
  return { x: grid, mean, low, high, count };
}

/** Tell the value of `curve` at every place of `grid` where it has one. */
function eachAt({ x, y }: Curve, grid: Float64Array, tell: (i: number, value: number) => void): void {
  let right = 0;
  for (let i = 0; i < grid.length; i += 1) {
    const place = grid[i] as number;
    while (right < x.length && (x[right] as number) <= place) right += 1;
    if (right === 0) continue;
    const at = x[right - 1] as number;
    let value = y[right - 1] as number;
    if (at !== place) {
      if (right === x.length) break;
      const share = (place - at) / ((x[lastOf(x, right)] as number) - at);
      value += share * ((y[lastOf(x, right)] as number) - value);
    }
    if (Number.isFinite(value)) tell(i, value);
  }
}

/** Of the points at the x of point `i`, the last one. */
function lastOf(x: Float64Array, i: number): number {
  let last = i;
  while (x[last + 1] === x[i]) last += 1;
  return last;
}

/** The places at which `curves` are averaged from `low` to `high`: wherever one has a point, at most `most`. */
export function gridOf(
  curves: readonly Curve[],
  [low, high]: readonly [number, number],
  most: number,
  log: boolean,
): Float64Array {
  const places = new Set<number>();
  for (const { x } of curves) {
    for (const place of x) if (place >= low && place <= high && (!log || place > 0)) places.add(place);
    if (places.size > most) break;
  }
  if (places.size <= most) return Float64Array.from(places).sort();
  const [from, to] = log ? [Math.log(smallestPositive(curves, low)), Math.log(high)] : [low, high];
  return Float64Array.from({ length: most }, (_, i) => {
    const place = from + ((to - from) * i) / (most - 1);
    return log ? Math.exp(place) : place;
  });
}

function smallestPositive(curves: readonly Curve[], low: number): number {
  if (low > 0) return low;
  let found = Number.POSITIVE_INFINITY;
  for (const { x } of curves) for (const place of x) if (place > 0 && place < found) found = place;
  return found;
}
