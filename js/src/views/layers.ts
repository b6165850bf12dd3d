/** Canvases on top of each other, sharp on every screen; nothing is drawn on them that is not on it. */

import { type ReadonlySignal, signal } from "@preact/signals-core";
import { h } from "../dom";
import type { Scope } from "../scope";

export class Layers {
  readonly root = h("div", "layers", { "aria-hidden": "true" });
  readonly contexts: CanvasRenderingContext2D[];
  width = 0;
  height = 0;
  ratio = 1;
  /** Whether any of it is in the window. */
  readonly seen: ReadonlySignal<boolean>;

  constructor(count: number, scope: Scope) {
    const canvases = Array.from({ length: count }, () => h("canvas", ""));
    this.root.append(...canvases);
    this.contexts = canvases.map((canvas) => canvas.getContext("2d") as CanvasRenderingContext2D);
    const seen = signal(true);
    this.seen = seen;
    const observer = new IntersectionObserver((entries) => {
      seen.value = entries.at(-1)?.isIntersecting ?? true;
    });
    observer.observe(this.root);
    scope.add(() => observer.disconnect());
  }

  /** Take another size; says whether it is another one, and everything is to be drawn again. */
  resize(width: number, height: number): boolean {
    const ratio = window.devicePixelRatio || 1;
    if (width === this.width && height === this.height && ratio === this.ratio) return false;
    Object.assign(this, { width, height, ratio });
    for (const { canvas } of this.contexts) {
      canvas.width = Math.round(width * ratio);
      canvas.height = Math.round(height * ratio);
      canvas.style.width = `${width}px`;
      canvas.style.height = `${height}px`;
    }
    return true;
  }

  /** A layer made empty, with one unit for a pixel of the page. */
  cleared(index: number): CanvasRenderingContext2D {
    const context = this.contexts[index] as CanvasRenderingContext2D;
    context.setTransform(1, 0, 0, 1, 0, 0);
    context.clearRect(0, 0, context.canvas.width, context.canvas.height);
    context.setTransform(this.ratio, 0, 0, this.ratio, 0, 0);
    return context;
  }

  dim(index: number, opacity: number): void {
    const context = this.contexts[index] as CanvasRenderingContext2D;
    context.canvas.style.opacity = String(opacity);
  }
}

/** Width of an element, followed. */
export function widthOf(element: HTMLElement, scope: Scope): ReadonlySignal<number> {
  const width = signal(0);
  const observer = new ResizeObserver(() => {
    width.value = element.clientWidth;
  });
  observer.observe(element);
  scope.add(() => observer.disconnect());
  return width;
}

/** Work for the next frame; of several requests the last one is done. */
export class NextFrame {
  private work: (() => void) | null = null;

  request(work: () => void): void {
    if (!this.work)
      requestAnimationFrame(() => {
        const wanted = this.work;
        this.work = null;
        wanted?.();
      });
    this.work = work;
  }

  drop(): void {
    if (this.work) this.work = () => undefined;
  }
}
