/** Lines and bands as strokes on a canvas, in the places that a plot's axes give them. */

import type { Style } from "./emphasis";
import { DASHES } from "./palette";
import type { BandArea, Line, Rows } from "./rows";

/** What an axis does: from values to pixels. */
export interface Axes {
  /** Ends of the axis in the data, and in the canvas, px. */
  domain: readonly [number, number];
  range: readonly [number, number];
  log: boolean;
}

/** Pixels of values, as d3's scales have them. */
export function placer({ domain, range, log }: Axes): (value: number) => number {
  const of = log ? Math.log : (value: number) => value;
  const [from, to] = [of(domain[0]), of(domain[1])];
  const middle = (range[0] + range[1]) / 2;
  // Of a single value the axis has no length: it stands in the middle.
  if (!(Math.abs(to - from) > 0)) return () => middle;
  const by = (range[1] - range[0]) / (to - from);
  return log
    ? (value) => range[0] + (Math.log(value) - from) * by
    : (value) => range[0] + (value - from) * by;
}

/** What is used of a canvas's context. */
export type Pen = Pick<
  CanvasRenderingContext2D,
  "stroke" | "fill" | "translate" | "setLineDash" | "strokeStyle" | "fillStyle" | "lineWidth" | "globalAlpha"
>;

export type Path = Pick<Path2D, "moveTo" | "lineTo" | "closePath">;

export interface Brush {
  pen: Pen;
  path(): Path;
  /**
   * Width of the finest line that the screen has, px; null to draw lines as they are. Without a graphics card a browser
   * takes twenty times as long for a line of 1.6 px as for one of a pixel: several of those beside each other look alike.
   */
  hair: number | null;
}

type Place = (value: number) => number;

/** The look of the values behind a smoothed line, whatever the line's. */
const RAW = { o: 0.3, w: 1, d: 0 };
const BAND = 0.2;
/** The width that dashes are made for. */
const PLAIN = 1.6;

/** Draw bands, then the values behind lines, then lines: each in the order that it says. */
export function drawRows(brush: Brush, rows: Rows, x: Place, y: Place, colours: readonly string[]): void {
  for (const area of rows.band) fillBand(brush, area, x, y, colours);
  const draw = (line: Line, look: Style) => {
    const path = brush.path();
    trace(path, line.x, line.y, x, y);
    brush.pen.strokeStyle = colourOf(colours, look.c);
    strokePath(brush, path, look);
  };
  for (const line of inOrder(rows.raw)) draw(line, { ...line, ...RAW });
  for (const line of inOrder(rows.line)) draw(line, line);
}

const inOrder = (lines: readonly Line[]): Line[] => [...lines].sort((a, b) => a.z - b.z);

const colourOf = (colours: readonly string[], c: number): string => colours[c % colours.length] ?? "#888";

function strokePath({ pen, hair }: Brush, path: Path, { o, w, d }: Style): void {
  pen.globalAlpha = o;
  // A dash grows with its line: of a wide one the round ends would close the gaps.
  pen.setLineDash((DASHES[d % DASHES.length] ?? []).map((length) => length * Math.max(1, w / PLAIN)));
  // Several see-through lines would be less so where they lie on each other.
  const fine = hair !== null && o === 1 && w > hair;
  pen.lineWidth = fine ? hair : w;
  for (const [dx, dy] of fine ? hairs(w - hair) : [[0, 0] as const]) {
    pen.translate(dx, dy);
    pen.stroke(path as Path2D);
    pen.translate(-dx, -dy);
  }
}

/** Where fine lines lie that look like one that is so much wider: the corners of a triangle, which has no direction. */
export function hairs(more: number): (readonly [number, number])[] {
  // Seen from any side, such a triangle is 1.5 to 1.73 times as wide as its circle's radius.
  const radius = more / 1.62;
  const corners = [0, 1, 2].map((corner) => {
    const angle = (2 * Math.PI * corner) / 3 + Math.PI / 2;
    return [radius * Math.cos(angle), radius * Math.sin(angle)] as const;
  });
  return more > 1 ? [...corners, [0, 0]] : corners;
}

/** A path with a gap where a value is missing; a point by itself becomes a dot. */
export function trace(path: Path, xs: readonly number[], ys: readonly number[], x: Place, y: Place): void {
  let drawn = 0;
  for (let i = 0; i <= xs.length; i += 1) {
    const value = i < xs.length ? (ys[i] as number) : Number.NaN;
    if (Number.isNaN(value)) {
      if (drawn === 1) path.closePath();
      drawn = 0;
      continue;
    }
    const [px, py] = [x(xs[i] as number), y(value)];
    if (drawn === 0) path.moveTo(px, py);
    else path.lineTo(px, py);
    drawn += 1;
  }
}

/** Each stretch without a gap there and back. */
function fillBand(
  { pen, path: newPath }: Brush,
  area: BandArea,
  x: Place,
  y: Place,
  colours: readonly string[],
): void {
  const path = newPath();
  for (let from = 0; from < area.x.length; ) {
    let to = from;
    while (to < area.x.length && !Number.isNaN(area.low[to] as number)) to += 1;
    for (let i = from; i < to; i += 1) {
      const [px, py] = [x(area.x[i] as number), y(area.high[i] as number)];
      if (i === from) path.moveTo(px, py);
      else path.lineTo(px, py);
    }
    for (let i = to - 1; i >= from; i -= 1) path.lineTo(x(area.x[i] as number), y(area.low[i] as number));
    if (to > from) path.closePath();
    from = to + 1;
  }
  pen.fillStyle = colourOf(colours, area.c);
  pen.globalAlpha = BAND;
  pen.fill(path as Path2D);
}
