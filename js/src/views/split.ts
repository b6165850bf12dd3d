/** The line between two columns: it is dragged, or moved by arrow keys, to change the width of the first. */

import type { Signal } from "@preact/signals-core";
import { h, setAttributes } from "../dom";
import type { Scope } from "../scope";

const LEAST = 160;
const MOST = 480;
const STEP = 16;

export function splitter(target: HTMLElement, width: Signal<number>, scope: Scope): HTMLElement {
  const line = h("div", "split", {
    role: "separator",
    tabindex: 0,
    "aria-orientation": "vertical",
    "aria-label": "Width of the parameters",
    "aria-valuemin": LEAST,
    "aria-valuemax": MOST,
    title: "Drag, or use the arrow keys, to change the width",
  });
  const set = (value: number) => {
    width.value = Math.round(Math.min(MOST, Math.max(LEAST, value)));
  };
  scope.effect(() => setAttributes(line, { "aria-valuenow": width.value }));
  scope.listen(line, "pointerdown", (event) => {
    event.preventDefault();
    line.setPointerCapture(event.pointerId);
    const start = target.offsetWidth - event.clientX;
    const move = (moved: PointerEvent) => set(start + moved.clientX);
    line.addEventListener("pointermove", move);
    line.addEventListener("lostpointercapture", () => line.removeEventListener("pointermove", move), {
      once: true,
    });
  });
  scope.listen(line, "keydown", (event) => {
    if (event.key !== "ArrowLeft" && event.key !== "ArrowRight") return;
    event.preventDefault();
    set(target.offsetWidth + (event.key === "ArrowRight" ? STEP : -STEP));
  });
  return line;
}
