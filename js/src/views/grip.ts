/** The handle under a view that changes its height, by mouse or by arrow keys. */

import type { Signal } from "@preact/signals-core";
import { h, setAttributes } from "../dom";
import type { Scope } from "../scope";

const LEAST = 120;
const MOST = 1600;
const STEP = 25;

/** A separator below `target` that sets `height`, the most that `target` may take (px). */
export function resizeGrip(target: HTMLElement, height: Signal<number>, scope: Scope): HTMLElement {
  const grip = h("div", "grip", {
    role: "separator",
    tabindex: 0,
    "aria-orientation": "horizontal",
    "aria-label": "Height",
    "aria-valuemin": LEAST,
    "aria-valuemax": MOST,
    title: "Drag, or use the arrow keys, to change the height",
  });
  const set = (value: number) => {
    height.value = Math.round(Math.min(MOST, Math.max(LEAST, value)));
  };
  scope.effect(() => {
    setAttributes(grip, { "aria-valuenow": height.value });
  });
  scope.listen(grip, "pointerdown", (event) => {
    event.preventDefault();
    grip.setPointerCapture(event.pointerId);
    const start = target.offsetHeight - event.clientY;
    const move = (moved: PointerEvent) => set(start + moved.clientY);
    grip.addEventListener("pointermove", move);
    grip.addEventListener("lostpointercapture", () => grip.removeEventListener("pointermove", move), {
      once: true,
    });
  });
  scope.listen(grip, "keydown", (event) => {
    if (event.key !== "ArrowDown" && event.key !== "ArrowUp") return;
    event.preventDefault();
    set(target.offsetHeight + (event.key === "ArrowDown" ? STEP : -STEP));
  });
  return grip;
}
