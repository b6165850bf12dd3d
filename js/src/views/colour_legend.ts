/** What colours mean: a strip with numbers, or the values with their colours and shapes. */

import { h, svg } from "../dom";
import { labelOf } from "../lib/axis_ticks";
import type { Colouring } from "../lib/colouring";
import type { Column } from "../lib/columns";
import { type Scale, valueAt } from "../lib/scales";
import { SHAPES, type Shape } from "../lib/stamp";
import { statusLabel } from "../lib/status";
import { middleCut } from "../lib/text";

/** The legend of a colouring; `shapes` says that values have shapes too. */
export function colourLegend(
  column: Column | undefined,
  scale: Scale | null,
  colours: Colouring,
  shapes: boolean,
): Node[] {
  if (!column || !scale || colours.kind === "none") return [];
  const name = h("span", "legend-name", { title: column.name }, middleCut(column.label, 28));
  if (colours.kind === "values") return [name, ...values(column, colours, shapes)];
  if (Number.isNaN(scale.low)) return [];
  const said = (place: number) => labelOf(column, valueAt(scale, place), scale.high - scale.low);
  if (scale.low === scale.high) return [name, h("span", "num", {}, said(0))];
  const strip = h("span", "ramp");
  strip.style.backgroundImage = `linear-gradient(to right, ${colours.colours.slice(0, -1).join(", ")})`;
  return [
    name,
    h("span", "num", {}, said(0)),
    strip,
    h("span", "num", {}, `${said(1)}${scale.log ? " log" : ""}`),
    ...(column.best
      ? [h("span", "", {}, column.best === "min" ? "lower is better" : "higher is better")]
      : []),
  ];
}

function values({ kind }: Column, { labels, colours }: Colouring, shapes: boolean): HTMLElement[] {
  return labels.map((label, i) => {
    const rest = i >= colours.length - 1;
    const shape = shapes && !rest ? (SHAPES[i] ?? "circle") : "circle";
    return h(
      "span",
      "legend-value",
      { title: label },
      shapePicture(shape, colours[i] ?? "currentColor"),
      middleCut(kind === "status" ? statusLabel(label) : label, 24),
    );
  });
}

const PATHS: Record<Shape, string> = {
  circle: "M5 1a4 4 0 1 0 .01 0Z",
  square: "M1.5 1.5h7v7h-7Z",
  triangle: "M5 1L9 8.5H1Z",
  diamond: "M5 .5L9.5 5L5 9.5L.5 5Z",
  cross: "M3.6 1h2.8v2.6H9v2.8H6.4V9H3.6V6.4H1V3.6h2.6Z",
  wedge: "M5 9L1 1.5h8Z",
};

function shapePicture(shape: Shape, colour: string): SVGSVGElement {
  const picture = svg(
    "svg",
    { viewBox: "0 0 10 10", width: 10, height: 10, "aria-hidden": "true" },
    svg("path", { d: PATHS[shape] }),
  );
  picture.style.fill = colour;
  return picture;
}
