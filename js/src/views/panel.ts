/** One metric's panel: title, plot, and the mouse and keys on it. What is hovered and zoomed is shared by all panels. */

import type { Signal } from "@preact/signals-core";
import { h, setAttributes, setText, show } from "../dom";
import { roleOf } from "../lib/emphasis";
import { marksOf } from "../lib/marks";
import { groupReadings, type Move, placeName, type Reading, readAt, readingText } from "../lib/reading";
import { MAX_ROWS, type Rows } from "../lib/rows";
import { middleCut } from "../lib/text";
import type { Scope } from "../scope";
import type { Vega } from "../vega";
import { Ends } from "./ends";
import { type Gestures, watchGestures } from "./gestures";
import { Plot, type PlotState } from "./plot";
import { Tip } from "./tip";

export interface Shared {
  /** x under the mouse, in data; null when there is no mouse. */
  hover: Signal<number | null>;
  zoom(domain: [number, number] | null): void;
  /** Move or scale what is shown, seen from `from` (null: all). */
  move(move: Move, from?: readonly [number, number] | null): void;
  domain(): readonly [number, number] | null;
  /** Snap an x to a logged point. */
  snap(x: number): number;
  key(event: KeyboardEvent): boolean;
}

export class Panel {
  readonly root = h("section", "panel");
  rows: Rows | null = null;
  private readonly title = h("b", "");
  private readonly best = h("span", "best num");
  private readonly reading = h("span", "aside num", { "aria-live": "polite" });
  private readonly host = h("div", "");
  private readonly rule = h("div", "rule");
  private readonly brush = h("div", "brush");
  private readonly surface = h("div", "plot", { tabindex: 0, role: "group" });
  private readonly ends = new Ends();
  private readonly tip: Tip;
  private readonly plot: Plot;
  private state: PlotState | null = null;
  private inside = false;

  constructor(
    private readonly metric: string,
    vega: Vega,
    private readonly shared: Shared,
    private readonly scope: Scope,
    changed: () => void,
    failed: (error: unknown) => void,
  ) {
    this.tip = new Tip(this.surface);
    setText(this.title, middleCut(metric, 48));
    this.title.title = metric;
    this.surface.append(this.host, this.ends.root, this.brush, this.rule);
    this.root.append(h("div", "panel-head", {}, this.title, this.reading, this.best), this.surface);
    show(this.rule, false);
    show(this.brush, false);
    const drawn = (rows: Rows) => {
      this.rows = rows;
      this.paintEnds(rows);
      this.paintRule();
      changed();
    };
    this.plot = new Plot(vega, this.host, drawn, failed);
    scope.add(() => this.plot.close());
    this.watch();
  }

  update(state: PlotState, live: boolean): void {
    this.state = state;
    this.surface.style.height = `${state.height}px`;
    const runs = new Set(state.series.map((one) => one.header.run)).size;
    const keys = "Arrow keys read values, plus and minus zoom, shift and arrows move, Escape shows all.";
    setAttributes(this.surface, { "aria-label": `${this.metric} by ${state.axis}, ${runs} runs. ${keys}` });
    this.plot.update(state, live);
  }

  private watch(): void {
    const { scope, surface, shared } = this;
    const observer = new ResizeObserver(() => this.plot.resized());
    observer.observe(surface);
    scope.add(() => observer.disconnect());
    scope.effect(() => {
      shared.hover.value;
      this.paintRule();
    });
    scope.listen(surface, "pointermove", (event) => this.hover(event));
    scope.listen(surface, "pointerleave", () => this.leave());
    scope.listen(surface, "blur", () => this.leave());
    scope.listen(surface, "dblclick", () => shared.zoom(null));
    watchGestures(surface, this.gestures(), scope);
    scope.listen(surface, "focus", () => {
      this.inside = true;
    });
    scope.listen(surface, "keydown", (event) => {
      if (!shared.key(event)) return;
      this.inside = true;
      event.preventDefault();
      event.stopPropagation();
    });
  }

  private px(event: PointerEvent): number {
    return event.clientX - this.surface.getBoundingClientRect().left;
  }

  private hover(event: PointerEvent): void {
    const area = this.plot.area;
    const px = this.px(event);
    this.inside = area !== null && px >= area.left - 2 && px <= area.left + area.width + 2;
    this.shared.hover.value = this.inside ? this.shared.snap(this.plot.invert(px)) : null;
  }

  private leave(): void {
    this.inside = false;
    this.shared.hover.value = null;
  }

  private gestures(): Gestures {
    const { shared, plot } = this;
    return {
      width: () => plot.area?.width ?? 0,
      invert: (px) => plot.invert(px),
      brush: (a, b) => this.paintBrush(a, b),
      zoom: (a, b) => {
        show(this.brush, false);
        const [low, high] = [plot.invert(Math.min(a, b)), plot.invert(Math.max(a, b))];
        if (high > low) shared.zoom([low, high]);
      },
      cancel: () => show(this.brush, false),
      domain: () => shared.domain(),
      move: (move, from) => shared.move(move, from),
    };
  }

  private paintBrush(a: number, b: number): void {
    const area = this.plot.area;
    if (!area) return;
    const clamp = (px: number) => Math.min(area.left + area.width, Math.max(area.left, px));
    const [left, right] = [clamp(Math.min(a, b)), clamp(Math.max(a, b))];
    show(this.brush, right > left);
    Object.assign(this.brush.style, {
      left: `${left}px`,
      width: `${right - left}px`,
      top: `${area.top}px`,
      height: `${area.height}px`,
    });
  }

  private paintEnds(rows: Rows): void {
    const { state, plot } = this;
    const area = plot.area;
    if (!state || !area) return;
    const marks = marksOf(state.series, rows, { ...state, width: area.width, most: MAX_ROWS });
    const look = { theme: state.tokens.theme, labels: state.room > 0, lowest: state.best === "min" };
    const best = this.ends.paint(marks, plot, area, { ...look, lines: rows.line });
    setText(this.best, best?.text ?? "");
    this.best.style.setProperty("--smtw-colour", best?.colour ?? "");
  }

  private paintRule(): void {
    const x = this.shared.hover.peek();
    const area = this.plot.area;
    const state = this.state;
    const px = x === null ? Number.NaN : this.plot.pixel("x", x);
    const visible =
      area !== null && state !== null && px >= area.left - 1 && px <= area.left + area.width + 1;
    show(this.rule, visible);
    const read = visible && state !== null && x !== null;
    show(this.best, !read && this.best.textContent !== "");
    if (!read) {
      setText(this.reading, "");
      this.tip.hide();
      return;
    }
    Object.assign(this.rule.style, { left: `${px}px`, top: `${area.top}px`, height: `${area.height}px` });
    const readings = this.readings(state, x);
    const place = placeName(state.axis, x);
    setText(this.reading, `${place}${this.bestText(readings)}`);
    if (this.inside) this.tip.show(place, readings, state.tokens.theme, px, area);
    else this.tip.hide();
  }

  /** Values there, of the runs that matter if there are any, else of all; with bands of the groups. */
  private readings(state: PlotState, x: number): Reading[] {
    if (state.groups) return groupReadings(this.rows?.groups ?? [], x);
    const all = readAt(state.series, state.axis, x, state.smooth, state.smoothKind);
    const front = all.filter((one) => roleOf(one.run, state.emphasis, "") !== "context");
    return front.length > 0 ? front : all;
  }

  /** Value of the best run there, which the rule's box shows among the others. */
  private bestText(readings: readonly Reading[]): string {
    const best = readings[this.state?.best === "min" ? readings.length - 1 : 0];
    if (!best) return "";
    return readings.length === 1
      ? `: ${readingText(best)}`
      : `: ${readingText(best)} best ${this.state?.groups ? "group" : "run"}`;
  }
}
