/** Hand on a plot: drag zooms, shift-drag or the middle button moves, the wheel with ctrl zooms, sideways it moves. */

import type { Move } from "../lib/reading";
import type { Scope } from "../scope";

/** Shorter drags are clicks. */
const LEAST_DRAG = 4;
/** How much a pixel of the wheel zooms; a notch is about 100. */
const WHEEL = 0.0022;
const LINE_HEIGHT = 16;

export interface Gestures {
  /** Of the plot's inner area, px. */
  width(): number;
  invert(px: number): number;
  brush(a: number, b: number): void;
  zoom(a: number, b: number): void;
  cancel(): void;
  domain(): readonly [number, number] | null;
  move(move: Move, from?: readonly [number, number] | null): void;
}

export function watchGestures(surface: HTMLElement, hand: Gestures, scope: Scope): void {
  const px = (event: MouseEvent) => event.clientX - surface.getBoundingClientRect().left;
  scope.listen(surface, "pointerdown", (event) => {
    const pans = event.button === 1 || (event.button === 0 && event.shiftKey);
    if (hand.width() <= 0 || (event.button !== 0 && !pans)) return;
    // The middle button would begin the browser's own scrolling, shift a selection of text.
    if (pans) event.preventDefault();
    follow(surface, event, pans ? panning(hand, px(event)) : brushing(hand, px(event)), px);
  });
  scope.listen(surface, "wheel", (event) => wheel(event, hand, px(event)), { passive: false });
}

interface Drag {
  moved(px: number): void;
  ended(px: number, whole: boolean): void;
  cursor: string;
}

function follow(
  surface: HTMLElement,
  start: PointerEvent,
  drag: Drag,
  px: (event: MouseEvent) => number,
): void {
  surface.setPointerCapture(start.pointerId);
  surface.style.cursor = drag.cursor;
  const move = (event: PointerEvent) => drag.moved(px(event));
  const end = (event: PointerEvent) => {
    surface.removeEventListener("pointermove", move);
    surface.removeEventListener("pointerup", end);
    surface.removeEventListener("pointercancel", end);
    surface.style.cursor = "";
    drag.ended(px(event), event.type === "pointerup");
  };
  surface.addEventListener("pointermove", move);
  surface.addEventListener("pointerup", end);
  surface.addEventListener("pointercancel", end);
}

function brushing(hand: Gestures, start: number): Drag {
  const far = (at: number) => Math.abs(at - start) >= LEAST_DRAG;
  return {
    cursor: "",
    moved: (at) => (far(at) ? hand.brush(start, at) : hand.cancel()),
    ended: (at, whole) => (whole && far(at) ? hand.zoom(start, at) : hand.cancel()),
  };
}

function panning(hand: Gestures, start: number): Drag {
  const from = hand.domain();
  return {
    cursor: "grabbing",
    moved: (at) => hand.move({ shift: (start - at) / hand.width() }, from),
    ended: () => {},
  };
}

/** The page scrolls as ever, but for the wheel with ctrl (also a pinch on a pad) and sideways within a zoom. */
function wheel(event: WheelEvent, hand: Gestures, px: number): void {
  const width = hand.width();
  if (width <= 0) return;
  const unit = event.deltaMode === WheelEvent.DOM_DELTA_LINE ? LINE_HEIGHT : 1;
  if (event.ctrlKey) {
    event.preventDefault();
    const pinch = Math.abs(event.deltaY) < 20 ? 4 : 1;
    hand.move({ scale: Math.exp(event.deltaY * unit * pinch * WHEEL), around: hand.invert(px) });
    return;
  }
  const sideways = Math.abs(event.deltaX) > Math.abs(event.deltaY);
  if (!sideways || !hand.domain()) return;
  event.preventDefault();
  hand.move({ shift: (event.deltaX * unit) / width });
}
