/** The canvas that a plot's lines are drawn on, above its axes and sharp on every screen. */

import { h } from "../dom";
import type { Brush } from "../lib/strokes";
import type { PlotArea } from "./plot";

/** Fewer points than that are drawn as they are, however slow a screen is. */
const FEW = 1500;
/** Screens from here on are fine enough to show the difference, and have a graphics card. */
const SHARP = 1.5;

export class LinePaint {
  readonly canvas = h("canvas", "lines-canvas", { "aria-hidden": "true" });
  private readonly context = this.canvas.getContext("2d") as CanvasRenderingContext2D;
  private size = "";
  private ratio = 1;

  resize(width: number, height: number): void {
    this.ratio = window.devicePixelRatio || 1;
    const size = `${width} ${height} ${this.ratio}`;
    if (size === this.size) return;
    this.size = size;
    const { canvas } = this;
    canvas.width = Math.round(width * this.ratio);
    canvas.height = Math.round(height * this.ratio);
    Object.assign(canvas.style, { width: `${width}px`, height: `${height}px` });
  }

  /** Draw so many points anew; what lies outside of `area` is cut off. */
  paint({ left, top, width, height }: PlotArea, points: number, draw: (brush: Brush) => void): void {
    const { context, canvas, ratio } = this;
    context.setTransform(1, 0, 0, 1, 0, 0);
    context.clearRect(0, 0, canvas.width, canvas.height);
    context.save();
    context.setTransform(ratio, 0, 0, ratio, 0, 0);
    context.lineCap = "round";
    context.lineJoin = "round";
    context.beginPath();
    context.rect(left, top, width, height);
    context.clip();
    const hair = points > FEW && ratio < SHARP ? 1 / ratio : null;
    draw({ pen: context, path: () => new Path2D(), hair });
    context.restore();
  }
}
