/** The box beside the hover rule: every run's value there. Built from text nodes. */

import { h, show, svg } from "../dom";
import { coloursOf, DASHES } from "../lib/palette";
import { type Reading, readingText } from "../lib/reading";
import { middleCut } from "../lib/text";
import type { Theme } from "../lib/theme";
import type { PlotArea } from "./plot";

const MOST = 12;
const DISTANCE = 12;

export class Tip {
  private readonly root = h("div", "tip", { "aria-hidden": "true" });

  constructor(private readonly surface: HTMLElement) {
    show(this.root, false);
    surface.append(this.root);
  }

  hide(): void {
    show(this.root, false);
  }

  show(place: string, readings: readonly Reading[], theme: Theme, px: number, area: PlotArea): void {
    const colours = coloursOf(theme);
    const rows = readings.slice(0, MOST).map((reading) => tipRow(reading, colours));
    const more = readings.length > MOST ? [h("div", "quiet", {}, `${readings.length - MOST} more`)] : [];
    this.root.replaceChildren(h("div", "quiet num", {}, place), ...rows, ...more);
    show(this.root, readings.length > 0);
    this.place(px, area);
  }

  /** Beside the rule, on the side where there is room, above the surface's lower edge. */
  private place(px: number, area: PlotArea): void {
    const { offsetWidth: width, offsetHeight: height } = this.root;
    const right = px + DISTANCE + width <= this.surface.clientWidth || px < width + DISTANCE;
    const left = right ? Math.min(px + DISTANCE, this.surface.clientWidth - width) : px - DISTANCE - width;
    this.root.style.left = `${Math.max(0, left)}px`;
    this.root.style.top = `${Math.max(area.top, Math.min(area.top + 8, this.surface.clientHeight - height))}px`;
  }
}

function tipRow(reading: Reading, colours: string[]): HTMLElement {
  const { run, colour, dash, of } = reading;
  const runs = of === undefined ? "" : ` (${of})`;
  const name = h("span", "", { title: run }, `${middleCut(run, 32)}${runs}`);
  const value = h("span", "", {}, readingText(reading));
  return h(
    "div",
    "tip-row",
    {},
    swatch(colours[colour % colours.length] ?? "currentColor", dash),
    name,
    value,
  );
}

/** A short piece of a run's line, in its colour and dash. */
export function swatch(colour: string, dash: number): SVGSVGElement {
  const line = svg("line", {
    x1: 0,
    x2: 18,
    y1: 4,
    y2: 4,
    "stroke-dasharray": (DASHES[dash] ?? []).join(" "),
  });
  const picture = svg("svg", { viewBox: "0 0 18 8", class: "smtw-swatch", "aria-hidden": "true" }, line);
  picture.style.setProperty("--smtw-colour", colour);
  return picture;
}
