/** Points of a scatter plot: the nearest one, the order in which keys walk them, and those that none beats. */

export interface PointSpace {
  xs: Float32Array;
  ys: Float32Array;
  /** Rows that have both. */
  there: Uint8Array;
}

/** Pixels of all rows from their places, `right` and `up` between the ends of the axes. */
export function pointSpace(
  x: Float32Array,
  y: Float32Array,
  area: { left: number; top: number; width: number; height: number },
  wobble: { x: number; y: number },
): PointSpace {
  const size = x.length;
  const space = { xs: new Float32Array(size), ys: new Float32Array(size), there: new Uint8Array(size) };
  for (let row = 0; row < size; row += 1) {
    const [atX, atY] = [x[row] as number, y[row] as number];
    if (Number.isNaN(atX) || Number.isNaN(atY)) continue;
    space.there[row] = 1;
    space.xs[row] = area.left + area.width * (atX + wobble.x * unit(row, 0.618034));
    space.ys[row] = area.top + area.height * (1 - atY + wobble.y * unit(row, 0.754878));
  }
  return space;
}

/** -0.5 to 0.5, the same for a row each time: rows of one text lie beside each other and not on one spot. */
const unit = (row: number, ratio: number): number => ((row * ratio) % 1) - 0.5;

/** The row of `rows` nearest to a pixel, at most `reach` away; -1 for none. */
export function nearestPoint(
  { xs, ys, there }: PointSpace,
  rows: ArrayLike<number>,
  x: number,
  y: number,
  reach: number,
): number {
  let [best, found] = [reach * reach, -1];
  for (let i = 0; i < rows.length; i += 1) {
    const row = rows[i] as number;
    if (there[row] === 0) continue;
    const dx = (xs[row] as number) - x;
    const dy = (ys[row] as number) - y;
    const distance = dx * dx + dy * dy;
    if (distance <= best) [best, found] = [distance, row];
  }
  return found;
}

/** The row after (`step` 1) or before (-1) `row` from left to right; the first or last one when `row` is none. */
export function nextPoint(
  { xs, ys, there }: PointSpace,
  rows: ArrayLike<number>,
  row: number,
  step: 1 | -1,
): number {
  const before = (a: number, b: number): boolean => {
    const dx = (xs[a] as number) - (xs[b] as number) || (ys[b] as number) - (ys[a] as number) || a - b;
    return (step > 0 ? dx : -dx) < 0;
  };
  let [next, first] = [-1, -1];
  for (let i = 0; i < rows.length; i += 1) {
    const one = rows[i] as number;
    if (there[one] === 0) continue;
    if (first < 0 || before(one, first)) first = one;
    if (row >= 0 && before(row, one) && (next < 0 || before(one, next))) next = one;
  }
  return next >= 0 ? next : row >= 0 ? row : first;
}

/** Rows that no other row beats in both, from left to right; `best` says which end of each axis is good. */
export function paretoFront(
  x: ArrayLike<number>,
  y: ArrayLike<number>,
  rows: ArrayLike<number>,
  best: { x: "min" | "max"; y: "min" | "max" },
): number[] {
  const [signX, signY] = [best.x === "max" ? -1 : 1, best.y === "max" ? -1 : 1];
  const all = Array.from(rows).filter((row) => Number.isFinite(x[row]) && Number.isFinite(y[row]));
  const at = (data: ArrayLike<number>, row: number) => data[row] as number;
  all.sort((a, b) => signX * (at(x, a) - at(x, b)) || signY * (at(y, a) - at(y, b)));
  let least = Number.POSITIVE_INFINITY;
  const front = all.filter((row) => {
    const value = signY * at(y, row);
    if (value >= least) return false;
    least = value;
    return true;
  });
  return front.sort((a, b) => at(x, a) - at(x, b));
}
