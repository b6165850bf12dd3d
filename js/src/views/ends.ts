/** What is marked on a plot: a dot at the end of each line, a ring at the best point, and their values where there is room. */

import { svg } from "../dom";
import { lineColours } from "../lib/emphasis";
import { formatNumber } from "../lib/format";
import { type Box, crossing, freeBox } from "../lib/labels";
import { type ChartMark, type Placed, placeLabels } from "../lib/marks";
import type { Line } from "../lib/rows";
import type { Theme } from "../lib/theme";
import type { Plot, PlotArea } from "./plot";

/** Least width that labels take at the right of a plot, so that it does not change with every point; distance of two. */
const LABEL_ROOM = 50;
const GAP = 12;
/** A bold figure's width, and what stands beside it, px. */
const FIGURE = 6.9;
const BESIDE = 8;
/** The best value's label may cover so many lines; in a crowd its place is above the plot. */
const MOST_COVERED = 1;
/** Nearer to the right edge than this, px, a line ends there. */
const EDGE = 6;
/** Dots of more lines would be a cloud. */
const MOST = 60;

/** Room for the values beside the ends of lines. */
export function labelRoom(values: readonly number[]): number {
  const longest = Math.max(0, ...values.map((value) => formatNumber(value).length));
  return Math.max(LABEL_ROOM, Math.ceil(BESIDE + longest * FIGURE));
}

/** The best value, where there is no room for it in the plot. */
export interface BestText {
  text: string;
  colour: string;
}

interface Look {
  theme: Theme;
  /** Whether ends have their values beside them. */
  labels: boolean;
  /** Whether the best value is the lowest one. */
  lowest: boolean;
  /** What is drawn. */
  lines: readonly Line[];
}

export class Ends {
  readonly root = svg("svg", { class: "smtw-ends", "aria-hidden": "true" });

  /** Says what it has found no place for. */
  paint(
    marks: readonly ChartMark[],
    plot: Plot,
    area: PlotArea,
    { theme, labels, lowest, lines }: Look,
  ): BestText | null {
    const colours = lineColours(theme);
    // Of many lines only those that stand out.
    const wanted = marks.length > MOST ? marks.filter((mark) => mark.z >= 2) : marks;
    const placed = wanted
      .map((mark) => ({ mark, x: plot.pixel("x", mark.x), y: plot.pixel("y", mark.y) }))
      .filter((one) => inside(one, area));
    const colour = (one: Placed) => colours[one.mark.c % colours.length] ?? "currentColor";
    const shapes = placed.reverse().map((one) => shape(one, colour(one)));
    placed.reverse();
    const right = area.left + area.width;
    const atEnd = placed.filter(({ mark, x }) => mark.kind === "last" && x >= right - EDGE);
    const ends = labels ? placeLabels(atEnd, GAP).map((one) => endLabel(one, right)) : [];
    const ring = placed.find(({ mark }) => mark.kind === "best");
    const places = { x: (px: number) => plot.invert(px), y: (value: number) => plot.pixel("y", value) };
    const label = ring && bestLabel(ring, area, lowest, (box) => crossing(lines, box, places));
    this.root.replaceChildren(...shapes, ...ends, ...(label ? [label] : []));
    return ring && !label ? { text: bestText(ring.mark), colour: colour(ring) } : null;
  }
}

function inside({ x, y }: Placed, area: PlotArea): boolean {
  const across = x >= area.left - 1 && x <= area.left + area.width + 1;
  return across && y >= area.top - 1 && y <= area.top + area.height + 1;
}

function shape({ mark, x, y }: Placed, colour: string): SVGElement {
  const best = mark.kind === "best";
  const one = svg("circle", { cx: x.toFixed(1), cy: y.toFixed(1), r: best ? 4.5 : 2.4 });
  one.setAttribute("class", best ? "smtw-ring" : "smtw-end");
  one.style.setProperty("--smtw-colour", colour);
  return one;
}

function endLabel({ mark, y }: Placed, right: number): SVGElement {
  const strong = mark.z >= 3 ? "smtw-strong" : "";
  return svg("text", { x: right + 6, y: (y + 3.5).toFixed(1), class: strong }, formatNumber(mark.y));
}

const bestText = (mark: ChartMark): string => `best ${formatNumber(mark.y)}`;

/** Beside the ring, where it covers the fewest lines: first below the lowest value, or above the highest. */
function bestLabel(
  { mark, x, y }: Placed,
  area: PlotArea,
  lowest: boolean,
  covered: (box: Box) => number,
): SVGElement | null {
  const text = bestText(mark);
  const width = text.length * FIGURE;
  const height = 12;
  const sides = x > area.left + area.width / 2 ? [x - 6 - width, x + 6] : [x + 6, x - 6 - width];
  const tops = lowest ? [y + 5, y - 17] : [y - 17, y + 5];
  const boxes = tops.flatMap((top) => sides.map((left) => ({ left, top, width, height })));
  const found = freeBox(boxes, area, covered, MOST_COVERED);
  if (!found) return null;
  const end = found.left < x;
  const at = { x: end ? x - 6 : x + 6, y: found.top + 10, "text-anchor": end ? "end" : "start" };
  return svg("text", { ...at, class: "smtw-strong" }, text);
}
