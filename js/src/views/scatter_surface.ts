/** The surface of a scatter plot: a rectangle drawn on it filters, a click picks, the arrow keys walk the points. */

import { h, setText, show } from "../dom";
import { dragged, type Grasp, graspOf, type Span } from "../lib/span";
import type { Scope } from "../scope";
import type { Area } from "./scatter_axes";

const STILL = 3;
const REACH = 6;

/** Ranges on both axes, in places; null for none on an axis. */
export interface Brush {
  x: Span | null;
  y: Span | null;
}

export interface SurfaceActions {
  preview(brush: { x: Span; y: Span }): void;
  commit(): void;
  clear(): void;
  hover(x: number, y: number): void;
  leave(): void;
  pick(x: number, y: number, toggle: boolean): void;
  /** Go to the next point; what a screen reader says of it. */
  walk(step: 1 | -1): string;
  take(toggle: boolean): void;
  escape(): void;
}

export class ScatterSurface {
  readonly root = h("div", "surface", { tabindex: 0, role: "application" });
  private readonly box = h("div", "rect", { "aria-hidden": "true" });
  private readonly said = h("span", "hidden-text", { role: "status" });
  private area: Area = { left: 0, top: 0, width: 1, height: 1 };
  private brush: Brush = { x: null, y: null };

  constructor(
    private readonly actions: SurfaceActions,
    scope: Scope,
  ) {
    this.root.append(this.box, this.said);
    scope.listen(this.root, "pointerdown", (event) => this.grab(event));
    scope.listen(this.root, "pointermove", (event) => this.point(event));
    scope.listen(this.root, "pointerleave", () => actions.leave());
    scope.listen(this.root, "keydown", (event) => this.key(event));
    scope.listen(this.root, "blur", () => actions.leave());
  }

  /** Where places lie, and the ranges that are filtered by. */
  update(area: Area, brush: Brush): void {
    this.area = area;
    this.brush = brush;
    show(this.box, brush.x !== null || brush.y !== null);
    const [x, y]: [Span, Span] = [brush.x ?? [0, 1], brush.y ?? [0, 1]];
    const { style } = this.box;
    style.left = `${area.left + area.width * x[0]}px`;
    style.width = `${Math.max(2, area.width * (x[1] - x[0]))}px`;
    style.top = `${area.top + area.height * (1 - y[1])}px`;
    style.height = `${Math.max(2, area.height * (y[1] - y[0]))}px`;
  }

  private at(event: MouseEvent): { x: number; y: number } {
    const box = this.root.getBoundingClientRect();
    return { x: event.clientX - box.left, y: event.clientY - box.top };
  }

  private placeOf(event: MouseEvent): { x: number; y: number } {
    const { x, y } = this.at(event);
    const { left, top, width, height } = this.area;
    return { x: (x - left) / width, y: 1 - (y - top) / height };
  }

  /** What a press at a place takes hold of: a new rectangle, or edges of the one there is. */
  private grasps(place: { x: number; y: number }): { x: Grasp; y: Grasp } {
    const { x, y } = this.brush;
    const { width, height } = this.area;
    const inX = x ? graspOf(x, place.x, REACH / width) : "move";
    const inY = y ? graspOf(y, place.y, REACH / height) : "move";
    const none = (!x && !y) || inX === "new" || inY === "new";
    return none ? { x: "new", y: "new" } : { x: inX, y: inY };
  }

  private point(event: PointerEvent): void {
    if (event.buttons) return;
    const { x, y } = this.at(event);
    this.root.style.cursor = cursorOf(this.grasps(this.placeOf(event)));
    this.actions.hover(x, y);
  }

  private grab(event: PointerEvent): void {
    if (event.button !== 0) return;
    const [start, before] = [this.placeOf(event), this.brush];
    const grasp = this.grasps(start);
    const from = { x: event.clientX, y: event.clientY };
    let still = true;
    this.root.setPointerCapture(event.pointerId);
    const move = (to: PointerEvent) => {
      still &&= Math.hypot(to.clientX - from.x, to.clientY - from.y) < STILL;
      if (still) return;
      this.actions.leave();
      this.actions.preview(rectangle(grasp, before, start, this.placeOf(to)));
    };
    const end = (last: PointerEvent) => {
      this.root.removeEventListener("pointermove", move);
      if (!still) this.actions.commit();
      else if (last.type !== "pointercancel") this.click(event, grasp);
    };
    this.root.addEventListener("pointermove", move);
    this.root.addEventListener("lostpointercapture", end, { once: true });
  }

  private click(event: PointerEvent, grasp: { x: Grasp }): void {
    const { x, y } = this.at(event);
    const there = this.brush.x !== null || this.brush.y !== null;
    if (there && grasp.x === "new") this.actions.clear();
    else this.actions.pick(x, y, event.ctrlKey || event.metaKey);
  }

  private key(event: KeyboardEvent): void {
    const { key } = event;
    if (key === "ArrowRight" || key === "ArrowUp") setText(this.said, this.actions.walk(1));
    else if (key === "ArrowLeft" || key === "ArrowDown") setText(this.said, this.actions.walk(-1));
    else if (key === "Enter" || key === " ") this.actions.take(event.ctrlKey || event.metaKey);
    else if (key === "Escape") this.actions.escape();
    else return;
    event.preventDefault();
    event.stopPropagation();
  }
}

function rectangle(
  grasp: { x: Grasp; y: Grasp },
  before: Brush,
  start: { x: number; y: number },
  at: { x: number; y: number },
): { x: Span; y: Span } {
  const whole = grasp.x === "move" && grasp.y === "move";
  const along = (axis: "x" | "y"): Span => {
    if (grasp[axis] === "move" && !(whole && before[axis])) return before[axis] ?? [0, 1];
    return dragged(grasp[axis], before[axis], start[axis], at[axis]);
  };
  return { x: along("x"), y: along("y") };
}

function cursorOf({ x, y }: { x: Grasp; y: Grasp }): string {
  if (x === "new") return "crosshair";
  if (x === "move") return y === "move" ? "grab" : "ns-resize";
  if (y === "move") return "ew-resize";
  return (x === "low") === (y === "low") ? "nesw-resize" : "nwse-resize";
}
