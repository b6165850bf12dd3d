/** Where a label covers no line. */

import type { Line } from "./rows";

export interface Box {
  left: number;
  top: number;
  width: number;
  height: number;
}

/** From pixels to the data and back. */
export interface Places {
  x(px: number): number;
  y(value: number): number;
}

/** Places across a box in which lines are looked at. */
const LOOKS = 7;

/** How many of `lines` pass through `box`. */
export function crossing(lines: readonly Line[], box: Box, places: Places): number {
  const xs = Array.from({ length: LOOKS }, (_, i) => places.x(box.left + (box.width * i) / (LOOKS - 1)));
  return lines.filter((line) =>
    xs.some((x) => {
      const y = places.y(valueAt(line, x));
      return y >= box.top && y <= box.top + box.height;
    }),
  ).length;
}

/** The value of a line at `x`, between its points; NaN beside its ends and in gaps. */
export function valueAt({ x: xs, y: ys }: Line, x: number): number {
  let [low, high] = [0, xs.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((xs[middle] as number) < x) low = middle + 1;
    else high = middle;
  }
  const [right, left] = [xs[low], xs[low - 1]];
  if (right === x) return ys[low] as number;
  if (right === undefined || left === undefined) return Number.NaN;
  const share = (x - left) / (right - left);
  return (ys[low - 1] as number) * (1 - share) + (ys[low] as number) * share;
}

/** The first of `boxes` inside of `area` that the fewest lines pass through; null where each covers more than `most`. */
export function freeBox(
  boxes: readonly Box[],
  area: Box,
  count: (box: Box) => number,
  most: number,
): Box | null {
  let found: { box: Box; covered: number } | null = null;
  for (const box of boxes) {
    if (!contains(area, box)) continue;
    const covered = count(box);
    if (covered <= most && (!found || covered < found.covered)) found = { box, covered };
    if (covered === 0) break;
  }
  return found?.box ?? null;
}

const contains = (area: Box, box: Box): boolean =>
  box.left >= area.left &&
  box.top >= area.top &&
  box.left + box.width <= area.left + area.width &&
  box.top + box.height <= area.top + area.height;
