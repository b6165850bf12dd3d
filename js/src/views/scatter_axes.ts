/** The axes of a scatter plot: hairlines, marks and titles. */

import { svg } from "../dom";
import { type Tick, ticksOf } from "../lib/axis_ticks";
import type { Column } from "../lib/columns";
import type { Scale } from "../lib/scales";
import { statusLabel } from "../lib/status";
import { middleCut } from "../lib/text";

export interface Area {
  left: number;
  top: number;
  width: number;
  height: number;
}

/** Between the ends of the axes and the points at the ends. */
export const INSET = 10;
const LETTER = 6.2;

export function inner({ left, top, width, height }: Area): Area {
  return { left: left + INSET, top: top + INSET, width: width - 2 * INSET, height: height - 2 * INSET };
}

export interface PlotAxis {
  column: Column;
  scale: Scale;
}

function marksOf({ column, scale }: PlotAxis, count: number): Tick[] {
  const ticks = ticksOf(column, scale, Math.max(2, count));
  if (column.kind !== "status") return ticks;
  return ticks.map(({ place, label }) => ({ place, label: statusLabel(label) }));
}

/** Room for the marks of the y axis, px. */
export function leftRoom(axis: PlotAxis, height: number): number {
  const labels = marksOf(axis, height / 48).map(({ label }) => Math.min(18, label.length));
  return Math.round(16 + LETTER * Math.max(3, ...labels));
}

export function paintAxes(root: SVGSVGElement, x: PlotAxis, y: PlotAxis, area: Area): void {
  const place = inner(area);
  const [right, bottom] = [area.left + area.width, area.top + area.height];
  const lines: string[] = [`M${area.left} ${bottom}H${right}`];
  const texts: SVGElement[] = [];
  for (const { place: at, label } of marksOf(y, place.height / 48)) {
    const top = place.top + place.height * (1 - at);
    lines.push(`M${area.left} ${top.toFixed(1)}H${right}`);
    texts.push(said(middleCut(label, 18), area.left - 6, top + 4, "end"));
  }
  const widest = x.scale.kind === "values" ? Math.max(4, ...x.scale.slots.map((one) => one.length)) : 8;
  const room = Math.min(110, 12 + widest * LETTER);
  for (const { place: at, label } of ticksOf(
    x.column,
    x.scale,
    Math.max(2, place.width / Math.max(64, room)),
  )) {
    const left = place.left + place.width * at;
    texts.push(said(middleCut(label, 16), left, bottom + 16, "middle"));
  }
  const names = [
    said(titleOf(y), area.left - 6 < 40 ? 4 : area.left, area.top - 8, "start", "smtw-plot-title"),
    said(titleOf(x), right, bottom + 33, "end", "smtw-plot-title"),
  ];
  root.replaceChildren(svg("path", { d: lines.join(""), class: "smtw-plot-grid" }), ...texts, ...names);
}

const titleOf = ({ column, scale }: PlotAxis): string =>
  `${middleCut(column.label, 44)}${scale.log ? ", log scale" : ""}`;

function said(text: string, x: number, y: number, anchor: string, name = "smtw-plot-tick"): SVGElement {
  const element = svg("text", { x: x.toFixed(1), y: y.toFixed(1), "text-anchor": anchor, class: name });
  element.textContent = text;
  return element;
}
