/** The lines: all runs grey, drawn once; those that pass in colour on top; picked ones thick above all. */

import type { Colouring } from "../lib/colouring";
import type { Frame } from "../lib/columns";
import { addLine, type LineSpace, rowY } from "../lib/lines";
import { coloursOf, DASHES } from "../lib/palette";
import { Steady, spread } from "../lib/steady";
import type { Tokens } from "../lib/theme";
import type { Scope } from "../scope";
import { Layers } from "./layers";

/** More lines than that are a carpet: these are spread over all. */
export const MOST_LINES = 20_000;
const MOST_PICKED = 60;
const CHUNK = 12;
const BACK = 0;
const FRONT = 1;
const TOP = 2;

export interface LineLook {
  frame: Frame;
  space: LineSpace;
  colours: Colouring;
  tokens: Tokens;
  /** 1 for each row that is left out. */
  hidden: Uint8Array;
}

export interface Picked {
  rows: readonly number[];
  baseline: number;
  hover: number;
}

export class ParallelPaint {
  readonly layers: Layers;
  private readonly steady = new Steady();
  private look: LineLook | null = null;
  private rows: Uint32Array = new Uint32Array(0);
  private order: Uint32Array = new Uint32Array(0);
  private drawn = new Uint8Array(0);
  private at = 0;
  private backOrder: Uint32Array = new Uint32Array(0);
  private backAt = 0;
  private fresh = true;

  constructor(scope: Scope) {
    this.layers = new Layers(3, scope);
    scope.add(() => this.steady.stop());
  }

  /** Whether lines are still to come. */
  get busy(): boolean {
    return this.steady.busy;
  }

  /** Other axes, colours or runs: everything is drawn again. */
  restart(look: LineLook, rows: Uint32Array, width: number, height: number): void {
    this.look = look;
    this.layers.resize(width, height);
    this.layers.cleared(BACK);
    this.backOrder = spread(look.frame.rows).subarray(0, MOST_LINES);
    this.backAt = 0;
    this.drawn = new Uint8Array(look.frame.rows);
    this.take(rows, true);
  }

  /** Other rows pass. Lines that are there stay as long as all of them may. */
  pass(rows: Uint32Array, passes: (row: number) => boolean): void {
    if (!this.look || rows === this.rows) return;
    let gone = false;
    for (let row = 0; row < this.drawn.length && !gone; row += 1)
      gone = this.drawn[row] === 1 && !passes(row);
    this.take(rows, gone);
  }

  private take(rows: Uint32Array, fresh: boolean): void {
    this.rows = rows;
    this.order = spread(rows.length).subarray(0, MOST_LINES);
    this.at = 0;
    this.fresh ||= fresh;
    this.steady.begin(() => this.front() || this.back());
  }

  /** Draw some lines of those that pass; false when there are no more. */
  private front(): boolean {
    const look = this.look as LineLook;
    if (this.fresh) {
      this.fresh = false;
      this.drawn.fill(0);
      const context = this.layers.cleared(FRONT);
      context.lineWidth = this.order.length > 500 ? 1 : 1.3;
      context.globalAlpha = lineAlpha(this.order.length);
      context.lineJoin = "round";
    }
    const context = this.layers.contexts[FRONT] as CanvasRenderingContext2D;
    const { of, colours } = look.colours;
    let left = CHUNK;
    for (; this.at < this.order.length && left > 0; this.at += 1) {
      const row = this.rows[this.order[this.at] as number] as number;
      if (this.drawn[row] === 1 || look.hidden[row] === 1) continue;
      this.drawn[row] = 1;
      left -= 1;
      context.strokeStyle = colours[of ? (of[row] as number) : 0] as string;
      context.beginPath();
      addLine(context, look.space, row);
      context.stroke();
    }
    return this.at < this.order.length;
  }

  private back(): boolean {
    const { space, tokens, hidden } = this.look as LineLook;
    const context = this.layers.contexts[BACK] as CanvasRenderingContext2D;
    context.strokeStyle = tokens.line;
    context.lineWidth = 1;
    const end = Math.min(this.backOrder.length, this.backAt + CHUNK);
    for (; this.backAt < end; this.backAt += 1) {
      const row = this.backOrder[this.backAt] as number;
      if (hidden[row] === 1) continue;
      context.beginPath();
      addLine(context, space, row);
      context.stroke();
    }
    return this.backAt < this.backOrder.length;
  }

  /** Draw what is picked, pointed at or compared with. */
  top({ rows, baseline, hover }: Picked): void {
    const { look } = this;
    if (!look) return;
    const context = this.layers.cleared(TOP);
    context.lineJoin = "round";
    const palette = coloursOf(look.tokens.theme);
    this.layers.dim(FRONT, rows.length > 0 ? 0.5 : 1);
    rows.slice(0, MOST_PICKED).forEach((row, i) => {
      const own = look.frame.header.colours[row] ?? -1;
      const colour = palette[(own < 0 ? i : own) % palette.length] as string;
      this.strong(context, row, colour, 2.4, DASHES[i % DASHES.length] ?? []);
    });
    if (baseline >= 0) this.strong(context, baseline, look.tokens.text, 2, [7, 4]);
    if (hover >= 0) this.strong(context, hover, look.tokens.text, 2, [], true);
  }

  private strong(
    context: CanvasRenderingContext2D,
    row: number,
    colour: string,
    width: number,
    dash: number[],
    dots = false,
  ): void {
    const { space, tokens } = this.look as LineLook;
    const line = new Path2D();
    addLine(line, space, row);
    context.setLineDash([]);
    context.strokeStyle = tokens.background;
    context.lineWidth = width + 2.5;
    context.stroke(line);
    context.setLineDash(dash);
    context.strokeStyle = colour;
    context.lineWidth = width;
    context.stroke(line);
    if (!dots) return;
    context.fillStyle = colour;
    for (const axis of space.axes) {
      context.beginPath();
      context.arc(axis.x, rowY(space, axis, row), 3, 0, 2 * Math.PI);
      context.fill();
    }
  }
}

/** Few lines are drawn full, many let each other through. */
function lineAlpha(count: number): number {
  return count <= 100 ? 0.9 : Math.max(0.35, 0.9 - 0.25 * Math.log10(count / 100));
}
