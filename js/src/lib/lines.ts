/** Lines of parallel coordinates: a row's places on the axes as pixels, and the line nearest to a point. */

export interface LineAxis {
  /** px from the left. */
  x: number;
  places: Float32Array;
  flip: boolean;
}

export interface LineSpace {
  axes: readonly LineAxis[];
  top: number;
  height: number;
  /** Where rows without a value are led, px below the axes' lower end. */
  missing: number;
}

export function yAt({ top, height, missing }: LineSpace, place: number, flip: boolean): number {
  if (Number.isNaN(place)) return top + height + missing;
  return top + height * (flip ? place : 1 - place);
}

export function rowY(space: LineSpace, axis: LineAxis, row: number): number {
  return yAt(space, axis.places[row] as number, axis.flip);
}

/** Add the line of `row` to a path. */
export function addLine(path: CanvasPath, space: LineSpace, row: number): void {
  const { axes } = space;
  const first = axes[0];
  if (!first) return;
  path.moveTo(first.x, rowY(space, first, row));
  if (axes.length === 1) path.lineTo(first.x + 0.01, rowY(space, first, row));
  for (let i = 1; i < axes.length; i += 1) {
    const axis = axes[i] as LineAxis;
    path.lineTo(axis.x, rowY(space, axis, row));
  }
}

/** The row of `rows` whose line passes nearest to a point, at most `reach` px away; -1 for none. */
export function nearestLine(
  space: LineSpace,
  rows: ArrayLike<number>,
  x: number,
  y: number,
  reach: number,
): number {
  const { axes } = space;
  const after = Math.max(
    1,
    axes.findIndex((axis) => axis.x >= x),
  );
  const [left, right] = [axes[after - 1], axes[Math.min(after, axes.length - 1)]];
  if (!left || !right || x < left.x - reach || x > (axes.at(-1)?.x ?? 0) + reach) return -1;
  const width = right.x - left.x;
  const share = width > 0 ? Math.min(1, Math.max(0, (x - left.x) / width)) : 0;
  let [best, found] = [reach, -1];
  for (let i = 0; i < rows.length; i += 1) {
    const row = rows[i] as number;
    const from = rowY(space, left, row);
    const to = rowY(space, right, row);
    // The distance to the line, not only straight up: steep lines are as easy to hit as flat ones.
    const slope = width > 0 ? (to - from) / width : 0;
    const distance = Math.abs(from + (to - from) * share - y) / Math.hypot(1, slope);
    if (distance < best) [best, found] = [distance, row];
  }
  return found;
}

/** `names` with one of them moved to another place. */
export function moved(names: readonly string[], name: string, to: number): string[] {
  const others = names.filter((other) => other !== name);
  const place = Math.min(others.length, Math.max(0, to));
  return [...others.slice(0, place), name, ...others.slice(place)];
}
