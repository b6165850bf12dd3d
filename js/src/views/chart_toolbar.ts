/** The chart's controls: x axis, log axes, smoothing, and the way back from a zoom. */

import type { Signal } from "@preact/signals-core";
import { button, h, setAttributes, setText, show } from "../dom";
import type { Axis } from "../lib/series";
import type { Scope } from "../scope";

const AXES: [axis: Axis, title: string][] = [
  ["step", "x is the step"],
  ["time", "x is the time (UTC)"],
  ["relative", "x is the time since the run's first point"],
];

export interface ToolbarState {
  x: Signal<Axis>;
  logX: Signal<boolean>;
  logY: Signal<boolean>;
  smooth: Signal<number>;
  domain: Signal<[number, number] | null>;
}

export function chartToolbar(state: ToolbarState, scope: Scope): HTMLElement {
  const reset = button("Show all", "", { title: "Leave the zoom (double-click, Escape)" });
  scope.effect(() => show(reset, state.domain.value !== null));
  scope.listen(reset, "click", () => {
    state.domain.value = null;
  });
  const logs = h("span", "seg", { role: "group", "aria-label": "Scales" });
  logs.append(toggle("log x", state.logX, scope), toggle("log y", state.logY, scope));
  return h("div", "bar", {}, axes(state, scope), logs, slider(state.smooth, scope), h("span", "grow"), reset);
}

function axes(state: ToolbarState, scope: Scope): HTMLElement {
  const group = h("span", "seg", { role: "group", "aria-label": "x axis" });
  for (const [axis, title] of AXES) {
    const one = button(axis, "", { title });
    scope.effect(() => setAttributes(one, { "aria-pressed": state.x.value === axis ? "true" : "false" }));
    scope.listen(one, "click", () => {
      // A range of steps means nothing on another axis.
      if (state.x.peek() !== axis) state.domain.value = null;
      state.x.value = axis;
    });
    group.append(one);
  }
  return group;
}

function toggle(label: string, on: Signal<boolean>, scope: Scope): HTMLElement {
  const one = button(label);
  scope.effect(() => setAttributes(one, { "aria-pressed": on.value ? "true" : "false" }));
  scope.listen(one, "click", () => {
    on.value = !on.peek();
  });
  return one;
}

function slider(smooth: Signal<number>, scope: Scope): HTMLElement {
  const input = h("input", "", { type: "range", min: 0, max: 0.99, step: 0.01 });
  const value = h("output", "");
  scope.effect(() => {
    input.value = String(smooth.value);
    setText(value, smooth.value === 0 ? "off" : smooth.value.toFixed(2));
  });
  scope.listen(input, "input", () => {
    smooth.value = Number(input.value);
  });
  return h("label", "slider", {}, "smoothing", input, value);
}
