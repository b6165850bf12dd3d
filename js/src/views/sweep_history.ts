/** The history of a sweep: each point by the order of its end, and the best so far as stairs. */

import { h, setAttributes, setText, svg } from "../dom";
import type { Points, Scores } from "../lib/sweep";
import {
  across,
  type Look,
  nearest,
  orderTicks,
  pointPaths,
  type Scale,
  scaleOf,
  spot,
  stairs,
  type Tick,
  valueTicks,
} from "../lib/sweep_plot";
import type { Scope } from "../scope";

const HEIGHT = 210;
/** Where no point has a value. */
const FLAT = 92;
const REACH = 14;
const LOOKS: Look[] = ["out", "stopped", "done", "running", "failed"];

export interface HistoryState {
  points: Points;
  scores: Scores;
  log: boolean;
  /** What the values are. */
  label: string;
  selected: ReadonlySet<string>;
}

export interface HistoryActions {
  /** Pick the run at a position; `add` keeps the others, and takes it away when it is picked. */
  pick(position: number, add: boolean): void;
  clear(): void;
  /** What the box beside a point says. */
  about(position: number): HTMLElement[];
  /** The same for a screen reader. */
  said(position: number): string;
}

export class SweepHistory {
  readonly root: HTMLElement;
  private readonly picture = svg("svg", { class: "smtw-sweep-plot", "aria-hidden": "true" });
  private readonly marks: Record<Look, SVGPathElement>;
  private readonly hole = svg("path", { class: "smtw-sweep-hole" });
  private readonly line = svg("path", { class: "smtw-sweep-stairs" });
  private readonly best = svg("path", { class: "smtw-sweep-top" });
  private readonly picked = svg("path", { class: "smtw-sweep-picked" });
  private readonly ring = svg("path", { class: "smtw-sweep-ring" });
  private readonly axes = svg("g", { class: "smtw-sweep-axes" });
  private readonly tip = h("div", "tip", { "aria-hidden": "true" });
  private readonly live = h("span", "hidden-text", { "aria-live": "polite" });
  private state: HistoryState | null = null;
  private scale: Scale | null = null;
  private active = -1;

  constructor(
    private readonly actions: HistoryActions,
    scope: Scope,
  ) {
    const mark = (look: Look) => svg("path", { class: `smtw-sweep-${look}` });
    this.marks = {
      out: mark("out"),
      stopped: mark("stopped"),
      done: mark("done"),
      running: mark("running"),
      failed: mark("failed"),
    };
    const { out, stopped, done, running, failed } = this.marks;
    this.picture.append(this.axes, out, stopped, this.hole, done, this.line, running, failed);
    this.picture.append(this.picked, this.best, this.ring);
    this.root = h("div", "sweep-history", { tabindex: 0, role: "group" }, this.picture, this.tip, this.live);
    this.tip.hidden = true;
    const sizes = new ResizeObserver(() => this.draw());
    sizes.observe(this.root);
    scope.add(() => sizes.disconnect());
    this.listen(scope);
  }

  update(state: HistoryState): void {
    this.state = state;
    const { length } = state.points.rows;
    if (this.active >= length) this.activate(-1);
    setAttributes(this.root, {
      "aria-roledescription": "chart",
      "aria-label": `${state.label}, ${length} points in the order of their end. Arrow keys walk, Enter picks the run.`,
    });
    this.draw();
  }

  private draw(): void {
    const { state, root } = this;
    const width = root.clientWidth;
    if (!state || width === 0) return;
    const full = { width, height: HEIGHT, left: 52, right: 12, top: 12, bottom: 34 };
    const shown = scaleOf(state.scores, full, state.log);
    const room = shown ? full : { ...full, height: FLAT };
    root.style.height = `${room.height}px`;
    this.scale = shown ?? { room, count: state.points.rows.length, low: 0, high: 1, log: false };
    setAttributes(this.picture, { width, height: room.height });
    const paths = pointPaths(this.scale, state.points, state.scores);
    for (const look of LOOKS) setAttributes(this.marks[look], { d: paths[look] });
    setAttributes(this.hole, { d: paths.stopped });
    setAttributes(this.line, { d: stairs(this.scale, state.scores) });
    const dense = state.points.rows.length;
    this.picture.style.setProperty("--smtw-size", dense > 1500 ? "4px" : dense > 300 ? "5px" : "7px");
    this.drawAxes(this.scale, shown ? valueTicks(shown) : []);
    this.drawRings();
  }

  private drawAxes(scale: Scale, ticks: Tick[]): void {
    const { width, height, left, right, bottom } = scale.room;
    const foot = height - bottom;
    const rules = ticks.map(({ at }) => `M${left} ${Math.round(at) + 0.5}H${width - right}`).join("");
    const values = ticks.map(({ at, text }) =>
      svg("text", { x: left - 7, y: at + 3.5, "text-anchor": "end" }, text),
    );
    const places = orderTicks(scale).map(({ at, text }) =>
      svg(
        "text",
        { x: Math.min(at, width - 3.2 * text.length), y: foot + 14, "text-anchor": "middle" },
        text,
      ),
    );
    const title = svg(
      "text",
      { x: width - right, y: foot + 28, "text-anchor": "end" },
      width < 420 ? "points by end" : "points in the order of their end",
    );
    this.axes.replaceChildren(
      svg("path", { d: rules, class: "smtw-sweep-rules" }),
      svg("path", { d: `M${left} ${foot + 0.5}H${width - right}`, class: "smtw-sweep-foot" }),
      ...values,
      ...places,
      title,
    );
  }

  private drawRings(): void {
    const { state, scale } = this;
    if (!state || !scale) return;
    const { points, scores, selected } = state;
    const ringAt = (position: number, size: number) => {
      const [x, y] = spot(scale, points, scores, position);
      return `M${(x - size).toFixed(1)} ${y.toFixed(1)}a${size} ${size} 0 1 0 ${2 * size} 0a${size} ${size} 0 1 0 ${-2 * size} 0`;
    };
    let picked = "";
    if (selected.size > 0)
      points.rows.forEach((row, at) => {
        if (selected.has(points.frame.header.runs[row] ?? "")) picked += ringAt(at, 6);
      });
    setAttributes(this.picked, { d: picked });
    setAttributes(this.best, { d: scores.best < 0 ? "" : ringAt(scores.best, 6.5) });
    setAttributes(this.ring, { d: this.active < 0 ? "" : ringAt(this.active, 8.5) });
  }

  private listen(scope: Scope): void {
    const { root } = this;
    scope.listen(root, "pointermove", (event) => this.activate(this.under(event)));
    scope.listen(root, "pointerleave", () => this.activate(-1));
    scope.listen(root, "blur", () => this.activate(-1));
    scope.listen(root, "click", (event) => {
      const found = this.under(event);
      if (found >= 0) this.actions.pick(found, event.ctrlKey || event.metaKey || event.shiftKey);
    });
    scope.listen(root, "keydown", (event) => this.key(event));
  }

  private under(event: MouseEvent): number {
    const { state, scale } = this;
    if (!state || !scale) return -1;
    const { left, top } = this.root.getBoundingClientRect();
    const place = [event.clientX - left, event.clientY - top] as const;
    return nearest(scale, state.points, state.scores, place, REACH);
  }

  /** Arrows walk the points, Home and End go to the ends, Enter and Space pick, Escape picks none. */
  private key(event: KeyboardEvent): void {
    const last = (this.state?.points.rows.length ?? 0) - 1;
    const { key } = event;
    const stride = event.shiftKey ? 10 : 1;
    const at = this.active < 0 ? (this.state?.scores.best ?? 0) : this.active;
    const next: Record<string, number> = {
      ArrowRight: this.active < 0 ? at : at + stride,
      ArrowLeft: this.active < 0 ? at : at - stride,
      Home: 0,
      End: last,
    };
    if (key in next && last >= 0) {
      this.activate(Math.min(last, Math.max(0, next[key] ?? 0)));
      setText(this.live, this.actions.said(this.active));
    } else if ((key === "Enter" || key === " ") && this.active >= 0)
      this.actions.pick(this.active, key === " " || event.ctrlKey || event.metaKey);
    else if (key === "Escape") this.actions.clear();
    else return;
    event.preventDefault();
    event.stopPropagation();
  }

  private activate(position: number): void {
    if (position === this.active) return;
    this.active = position;
    this.root.style.cursor = position >= 0 ? "pointer" : "default";
    this.drawRings();
    this.tip.hidden = position < 0 || !this.scale;
    if (this.tip.hidden || !this.scale || !this.state) return;
    this.tip.replaceChildren(...this.actions.about(position));
    const x = across(this.scale, position);
    const y = spot(this.scale, this.state.points, this.state.scores, position)[1];
    const { offsetWidth, offsetHeight } = this.tip;
    const left = x + 14 + offsetWidth < this.root.clientWidth ? x + 14 : x - 14 - offsetWidth;
    this.tip.style.left = `${Math.max(0, left)}px`;
    this.tip.style.top = `${Math.max(0, Math.min(y - offsetHeight / 2, this.scale.room.height - offsetHeight))}px`;
  }
}
