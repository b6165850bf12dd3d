/** What is marked on a plot: a dot at the end of each line, a ring at the best point, and their values where there is room. */

import { svg } from "../dom";
import { lineColours } from "../lib/emphasis";
import { formatNumber } from "../lib/format";
import { type ChartMark, type Placed, placeLabels } from "../lib/marks";
import type { Theme } from "../lib/theme";
import type { Plot, PlotArea } from "./plot";

/** Width that labels take at the right of a plot, and the distance between two. */
export const LABEL_ROOM = 46;
const GAP = 12;
/** Nearer to the right edge than this, px, a line ends there. */
const EDGE = 6;
/** Dots of more lines would be a cloud. */
const MOST = 60;

interface Look {
  theme: Theme;
  /** Whether ends have their values beside them. */
  labels: boolean;
  /** Whether the best value is the lowest one. */
  lowest: boolean;
}

export class Ends {
  readonly root = svg("svg", { class: "smtw-ends", "aria-hidden": "true" });

  paint(marks: readonly ChartMark[], plot: Plot, area: PlotArea, { theme, labels, lowest }: Look): void {
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
    const rings = placed.filter(({ mark }) => mark.kind === "best");
    const best = rings.map((one) => bestLabel(one, area, lowest));
    this.root.replaceChildren(...shapes, ...ends, ...best);
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

/** Beside the ring, on the side that is free of lines: below the lowest value, above the highest. */
function bestLabel({ mark, x, y }: Placed, area: PlotArea, lowest: boolean): SVGElement {
  const left = x > area.left + area.width / 2;
  const [above, below] = [y - 8 >= area.top, y + 15 <= area.top + area.height];
  const under = lowest ? below : !above;
  const place = { x: x + (left ? -6 : 6), y: y + (under ? 15 : -8), "text-anchor": left ? "end" : "start" };
  return svg("text", { ...place, class: "smtw-strong" }, `best ${formatNumber(mark.y)}`);
}
