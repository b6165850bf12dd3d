/** The chart's controls: x axis, log axes, smoothing, bands, outliers, and the way back from a zoom. */

import type { ReadonlySignal, Signal } from "@preact/signals-core";
import { button, h, setAttributes, setText, show } from "../dom";
import { AXES, type Axis, isMetric } from "../lib/axis";
import type { Edges } from "../lib/band";
import { ALL, shortBand } from "../lib/groups";
import { amountOf, amountText, SMOOTH_KINDS, type SmoothKind, weightOf } from "../lib/smooth";
import { middleCut } from "../lib/text";
import type { Scope } from "../scope";

const TITLES: Record<(typeof AXES)[number], string> = {
  step: "x is the step",
  time: "x is the time (UTC)",
  relative: "x is the time since the run's first point",
};
const KINDS: Record<SmoothKind, string> = { ema: "ema", mean: "mean", gauss: "gauss" };
const EDGES: Record<Edges, string> = { range: "min – max", deviation: "± std" };
const NAME = 28;

export interface ToolbarState {
  x: Signal<Axis>;
  logX: Signal<boolean>;
  logY: Signal<boolean>;
  smooth: Signal<number>;
  smoothKind: Signal<SmoothKind>;
  band: Signal<string>;
  edges: Signal<Edges>;
  ignoreOutliers: Signal<boolean>;
  domain: Signal<[number, number] | null>;
  /** Metrics that may be x; columns that lines can be averaged by; whether there are several lines. */
  metrics: ReadonlySignal<readonly string[]>;
  bands: ReadonlySignal<readonly string[]>;
  several: ReadonlySignal<boolean>;
}

export function chartToolbar(state: ToolbarState, scope: Scope): HTMLElement {
  const reset = button("Show all", "", { title: "Leave the zoom (double-click, Escape)" });
  scope.effect(() => show(reset, state.domain.value !== null));
  scope.listen(reset, "click", () => {
    state.domain.value = null;
  });
  const logs = h("span", "seg", { role: "group", "aria-label": "Scales" });
  logs.append(toggle("log x", state.logX, scope), toggle("log y", state.logY, scope));
  const outliers = toggle("outliers", state.ignoreOutliers, scope, ["ignore ", "no "]);
  outliers.title = "y from the 1st to the 99th percentile of what is shown";
  const extras = [outliers, smoothing(state, scope), bands(state, scope)] as const;
  for (const one of extras) one.classList.add("smtw-extra");
  const [off, smooth, mean] = extras;
  const bar = h("div", "bar chart-bar", {}, axes(state, scope), logs, off, smooth, h("span", "grow"), reset);
  bar.append(overflow(bar, state, scope), mean);
  return bar;
}

/** Where the chart is narrow, the way to what has no room beside the axes. */
function overflow(bar: HTMLElement, state: ToolbarState, scope: Scope): HTMLElement {
  const more = button("Options", "chart-more", { "aria-expanded": "false" });
  scope.listen(more, "click", () => {
    setAttributes(more, { "aria-expanded": String(bar.classList.toggle("smtw-open")) });
  });
  scope.effect(() => {
    const used = state.smooth.value > 0 || state.band.value !== "" || state.ignoreOutliers.value;
    more.classList.toggle("smtw-on", used);
  });
  return more;
}

function axes(state: ToolbarState, scope: Scope): HTMLElement {
  const group = h("span", "seg", { role: "group", "aria-label": "x axis" });
  const choose = (axis: Axis) => {
    // A range of steps means nothing on another axis.
    if (state.x.peek() !== axis) state.domain.value = null;
    state.x.value = axis;
  };
  for (const axis of AXES) {
    const one = button(axis, "", { title: TITLES[axis] });
    scope.effect(() => setAttributes(one, { "aria-pressed": state.x.value === axis ? "true" : "false" }));
    scope.listen(one, "click", () => choose(axis));
    group.append(one);
  }
  const metric = select("x is a metric", scope, choose);
  metric.classList.add("smtw-x");
  scope.effect(() => {
    const x = state.x.value;
    const names = [...new Set([...(isMetric(x) ? [x] : []), ...state.metrics.value])];
    const first: [string, string] = ["", "metric…"];
    fill(
      metric,
      [first, ...names.map((name): [string, string] => [name, middleCut(name, NAME)])],
      isMetric(x) ? x : "",
    );
    metric.classList.toggle("smtw-on", isMetric(x));
    show(metric, names.length > 1 || isMetric(x));
  });
  group.append(metric);
  return group;
}

/** Before the label stands the first of `words` where there is room, else the second. */
function toggle(
  label: string,
  on: Signal<boolean>,
  scope: Scope,
  [long, short]: readonly [string, string] = ["", ""],
): HTMLElement {
  const one = button("");
  if (long) one.append(h("span", "long", {}, long), h("span", "short", {}, short));
  one.append(label);
  scope.effect(() => setAttributes(one, { "aria-pressed": on.value ? "true" : "false" }));
  scope.listen(one, "click", () => {
    on.value = !on.peek();
  });
  return one;
}

function smoothing({ smooth, smoothKind }: ToolbarState, scope: Scope): HTMLElement {
  const input = h("input", "", { type: "range", min: 0, max: 0.99, step: 0.01 });
  const value = h("output", "");
  scope.effect(() => {
    const kind = smoothKind.value;
    const amount = smooth.value;
    const text = amountText(kind, amount);
    // Several places of the slider may mean one window: it stays where the hand has put it.
    if (amountOf(kind, Number(input.value)) !== amount) input.value = String(weightOf(kind, amount));
    setText(value, text);
    setAttributes(input, { "aria-valuetext": text });
  });
  scope.listen(input, "input", () => {
    smooth.value = amountOf(smoothKind.peek(), Number(input.value));
  });
  const kinds = select("Kind of smoothing", scope, (kind) => {
    const amount = amountOf(kind as SmoothKind, Number(input.value));
    // One after the other: a bound signal's change brings all others back to what the model has.
    smoothKind.value = kind as SmoothKind;
    smooth.value = amount;
  });
  scope.effect(() => {
    fill(
      kinds,
      SMOOTH_KINDS.map((kind) => [kind, KINDS[kind]]),
      smoothKind.value,
    );
    show(kinds, smooth.value > 0);
  });
  return h("span", "smoothing", {}, h("label", "slider", {}, "smoothing", input, value), kinds);
}

function bands(state: ToolbarState, scope: Scope): HTMLElement {
  const { band, edges } = state;
  const title = "Draw the mean of runs and how far they lie apart";
  const on = button("", "", { title, "aria-label": "Mean ± band" });
  on.append(h("span", "long", {}, "Mean "), "± band");
  const by = select("Runs averaged by", scope, (name) => {
    band.value = name;
  });
  const how = select("Edges of the band", scope, (name) => {
    edges.value = name as Edges;
  });
  const group = h("span", "seg", { role: "group", "aria-label": "Mean and band" }, on, by, how);
  let last = "";
  scope.listen(on, "click", () => {
    if (band.peek() !== "") last = band.peek();
    band.value = band.peek() === "" ? last || ALL : "";
  });
  scope.effect(() => {
    const name = band.value;
    const names = [...new Set([...state.bands.value, ...(name === "" ? [] : [name])])];
    setAttributes(on, { "aria-pressed": name === "" ? "false" : "true" });
    fill(
      by,
      names.map((one) => [one, one === ALL ? "all runs" : `by ${middleCut(shortBand(one), NAME)}`]),
      name,
    );
    fill(
      how,
      (Object.keys(EDGES) as Edges[]).map((one) => [one, EDGES[one]]),
      edges.value,
    );
    show(by, name !== "" && names.length > 1);
    show(how, name !== "");
    show(group, state.several.value || name !== "");
  });
  return group;
}

function select(label: string, scope: Scope, chosen: (value: string) => void): HTMLSelectElement {
  const one = h("select", "btn select", { "aria-label": label, title: label });
  scope.listen(one, "change", () => {
    if (one.value !== "") chosen(one.value);
  });
  return one;
}

/** Options anew only where they differ: an open list would close. */
function fill(one: HTMLSelectElement, options: readonly (readonly [string, string])[], value: string): void {
  const key = JSON.stringify(options);
  if (one.dataset["options"] !== key) {
    one.dataset["options"] = key;
    one.replaceChildren(
      ...options.map(([name, text]) => h("option", "", { value: name, title: name }, text)),
    );
  }
  one.value = value;
}
