/** The points: all runs grey, drawn once; those that pass in colour on top; picked ones ringed above all. */

import { type Colouring, MOST_TEXTS } from "../lib/colouring";
import type { Frame } from "../lib/columns";
import { coloursOf } from "../lib/palette";
import type { PointSpace } from "../lib/points";
import { press, rgb, SHAPES, type Stamp, stampOf } from "../lib/stamp";
import type { Tokens } from "../lib/theme";
import type { Scope } from "../scope";
import { Layers } from "./layers";
import type { Picked } from "./parallel_paint";

export const SIZES = 8;
const SMALLEST = 2.5;
const LARGEST = 10;
/** Up to so many points have a rim that parts them from their neighbours. */
const RIMMED = 2500;
const MOST_PICKED = 200;
const BACK = 0;
const FRONT = 1;
const TOP = 2;

export interface PointLook {
  frame: Frame;
  space: PointSpace;
  colours: Colouring;
  /** Size of each row, 0 to `SIZES` - 1; null when all are alike. */
  sizes: Uint8Array | null;
  tokens: Tokens;
  hidden: Uint8Array;
}

export class ScatterPaint {
  readonly layers: Layers;
  private look: PointLook | null = null;

  constructor(scope: Scope) {
    this.layers = new Layers(3, scope);
  }

  restart(look: PointLook, width: number, height: number): void {
    this.look = look;
    this.layers.resize(width, height);
    this.layers.cleared(BACK);
    const all = Uint32Array.from({ length: look.frame.rows }, (_, row) => row);
    const line = solid(look.tokens.line);
    this.stamp(BACK, all, () => line, false);
  }

  pass(rows: Uint32Array): void {
    const { look } = this;
    if (!look) return;
    const { of, colours } = look.colours;
    const parts = colours.map(rgb);
    this.stamp(FRONT, rows, (row) => parts[of ? (of[row] as number) : 0] as number[], true);
  }

  /** The largest first, so that small ones lie on top of them. */
  private stamp(layer: number, rows: Uint32Array, colour: (row: number) => number[], shaped: boolean): void {
    const { space, sizes, hidden, tokens } = this.look as PointLook;
    const context = this.layers.contexts[layer] as CanvasRenderingContext2D;
    const { width, height } = context.canvas;
    if (width === 0 || height === 0) return;
    const pixels = context.createImageData(width, height);
    const rim = rows.length <= RIMMED ? solid(tokens.background) : null;
    const { ratio } = this.layers;
    for (let size = sizes ? SIZES - 1 : 0; size >= 0; size -= 1) {
      const stamps = this.stamps(size, shaped, 0);
      const rims = rim ? this.stamps(size, shaped, 1) : stamps;
      for (let i = 0; i < rows.length; i += 1) {
        const row = rows[i] as number;
        if ((sizes && sizes[row] !== size) || space.there[row] === 0 || hidden[row] === 1) continue;
        const shape = stamps.length > 1 ? this.shapeOf(row) : 0;
        const [x, y] = [(space.xs[row] as number) * ratio, (space.ys[row] as number) * ratio];
        if (rim) press(pixels, rims[shape] as Stamp, x, y, rim);
        press(pixels, stamps[shape] as Stamp, x, y, colour(row));
      }
    }
    context.putImageData(pixels, 0, 0);
  }

  /** A stamp for each shape; one where colours are no texts. */
  private stamps(size: number, shaped: boolean, more: number): Stamp[] {
    const { colours } = this.look as PointLook;
    const radius = (this.radius(size) + more) * this.layers.ratio;
    const shapes = shaped && colours.kind === "values" ? SHAPES : SHAPES.slice(0, 1);
    return shapes.map((shape) => stampOf(shape, radius));
  }

  private shapeOf(row: number): number {
    const { of, colours } = (this.look as PointLook).colours;
    const index = of ? (of[row] as number) : 0;
    return index < Math.min(MOST_TEXTS, colours.length - 1) ? index : 0;
  }

  /** px; many points are small ones. */
  private radius(size: number): number {
    const { sizes, frame } = this.look as PointLook;
    const few = frame.rows <= 500 ? 4 : frame.rows <= 5000 ? 3 : frame.rows <= 30_000 ? 2.2 : 1.5;
    if (!sizes) return few;
    const largest = frame.rows <= 5000 ? LARGEST : LARGEST / 2;
    const smallest = Math.min(few, SMALLEST);
    return smallest + (largest - smallest) * Math.sqrt(size / (SIZES - 1));
  }

  top({ rows, baseline, hover }: Picked, front: readonly number[]): void {
    const { look } = this;
    if (!look) return;
    const context = this.layers.cleared(TOP);
    const palette = coloursOf(look.tokens.theme);
    this.front(context, look, front);
    rows.slice(0, MOST_PICKED).forEach((row, i) => {
      const own = look.frame.header.colours[row] ?? -1;
      this.ring(context, look, row, palette[(own < 0 ? i : own) % palette.length] as string, 3, []);
    });
    if (baseline >= 0) this.ring(context, look, baseline, look.tokens.text, 2, [3, 2]);
    if (hover >= 0) this.ring(context, look, hover, look.tokens.text, 2, []);
  }

  /** The steps between points that no other run beats. */
  private front(context: CanvasRenderingContext2D, look: PointLook, rows: readonly number[]): void {
    if (rows.length === 0) return;
    context.setLineDash([5, 3]);
    context.strokeStyle = look.tokens.text;
    context.lineWidth = 1.5;
    context.beginPath();
    for (const row of rows) context.lineTo(look.space.xs[row] as number, look.space.ys[row] as number);
    context.stroke();
    for (const row of rows) this.ring(context, look, row, look.tokens.text, 1.2, []);
  }

  private ring(
    context: CanvasRenderingContext2D,
    look: PointLook,
    row: number,
    colour: string,
    width: number,
    dash: number[],
  ): void {
    if (look.space.there[row] === 0) return;
    const radius = this.radius(look.sizes ? (look.sizes[row] as number) : 0) + 2 + width / 2;
    context.beginPath();
    context.arc(look.space.xs[row] as number, look.space.ys[row] as number, radius, 0, 2 * Math.PI);
    context.setLineDash([]);
    context.strokeStyle = look.tokens.background;
    context.lineWidth = width + 2;
    context.stroke();
    context.setLineDash(dash);
    context.strokeStyle = colour;
    context.lineWidth = width;
    context.stroke();
  }
}

const known = new Map<string, number[]>();

/** Any CSS colour as red, green and blue. */
function solid(colour: string): number[] {
  let parts = known.get(colour);
  if (!parts) {
    const context = new OffscreenCanvas(1, 1).getContext("2d", { willReadFrequently: true });
    if (!context) return [128, 128, 128];
    context.fillStyle = colour;
    context.fillRect(0, 0, 1, 1);
    parts = [...context.getImageData(0, 0, 1, 1).data].slice(0, 3);
    known.set(colour, parts);
  }
  return parts;
}
