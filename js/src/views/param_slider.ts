/** A number column's control: a histogram with two handles, by mouse, touch or keys. */

import { h, setAttributes, show, svg } from "../dom";
import { type Bins, binsOf } from "../lib/bins";
import type { Column } from "../lib/columns";
import type { Filter } from "../lib/filters";
import { formatCount } from "../lib/format";
import { ends, filterAt, rangeText, type Span, sayer, spanOf } from "../lib/ranges";
import { barsPath } from "../lib/spark";
import type { Scope } from "../scope";
import type { Selection } from "../selection";
import { ParamHead } from "./param_head";

const WIDTH = 208;
const HEIGHT = 30;
/** Bars of the runs that pass are at least so high, against those of all. */
const LEAST_SHARE = 0.4;
/** Shorter drags are clicks, px. */
const LEAST_DRAG = 3;

type End = "low" | "high";

const STEPS: Record<string, number> = { ArrowRight: 1, ArrowUp: 1, ArrowLeft: -1, ArrowDown: -1 };

export class ParamSlider {
  readonly root: HTMLElement;
  private readonly head: ParamHead;
  private readonly area = h("div", "param-hist");
  private readonly all = svg("path", { class: "smtw-hist-all" });
  private readonly outside = svg("path", { class: "smtw-hist-out" });
  private readonly inside = svg("path", { class: "smtw-hist-on" });
  private readonly front = svg("svg", { class: "smtw-hist-front" }, this.inside);
  private readonly handles: Record<End, HTMLElement>;
  private column: Column;
  private bins: Bins;
  private peak = 0;
  private dragging = false;
  /** Came while a hand dragged: the bins under it stay what they are. */
  private next: Column | null = null;
  private bars: Uint32Array = new Uint32Array(0);
  /** What the handles were painted for: most moves of a hand are on another control. */
  private placed: Filter | undefined | null = null;

  constructor(
    column: Column,
    private readonly shared: Selection,
    scope: Scope,
  ) {
    this.column = column;
    this.bins = binsOf(column);
    this.head = new ParamHead(column, () => shared.setFilter(column.name, null));
    this.root = h("div", "param", { role: "group", "aria-label": column.name });
    this.handles = { low: this.newHandle("low", scope), high: this.newHandle("high", scope) };
    const back = svg("svg", {}, this.all, this.outside);
    for (const picture of [back, this.front])
      setAttributes(picture, {
        viewBox: `0 0 ${WIDTH} ${HEIGHT}`,
        preserveAspectRatio: "none",
        "aria-hidden": "true",
      });
    this.area.append(back, this.front, this.handles.low, this.handles.high);
    this.root.append(this.head.root, this.area);
    scope.listen(this.area, "pointerdown", (event) => this.press(event, scope));
    scope.listen(this.area, "dblclick", () => shared.setFilter(column.name, null));
    // What goes away under the hand loses the pointer without a word.
    scope.add(() => {
      if (this.dragging) shared.commit();
    });
    this.take(column);
  }

  /** Go on with the same column of another frame; while a hand drags, when it lets go. */
  take(column: Column): void {
    this.next = this.dragging ? column : null;
    if (this.dragging) return;
    this.column = column;
    this.bins = binsOf(column);
    const counts = new Uint32Array(this.bins.size);
    for (const code of this.bins.codes) if (code < this.bins.size) (counts[code] as number) += 1;
    this.peak = Math.max(...counts, 1);
    setAttributes(this.all, { d: barsPath(counts, WIDTH, HEIGHT, this.peak) });
    this.head.note(this.bins.kind === "log" ? "log" : "");
    this.placed = null;
    // What is out of sight is not painted, but read aloud all the same.
    for (const end of ["low", "high"] as const) this.say(end, this.shared.filterOf(column.name));
  }

  paint(filter: Filter | undefined, counts: Uint32Array): void {
    if (!this.next) this.bars = counts.subarray(0, this.bins.size);
    const { bars } = this;
    let [top, sum] = [1, 0];
    for (const count of bars) {
      top = Math.max(top, count);
      sum += count;
    }
    const path = barsPath(bars, WIDTH, HEIGHT, Math.min(this.peak, top / LEAST_SHARE));
    if (filter) this.outside.setAttribute("d", path);
    this.inside.setAttribute("d", path);
    this.area.title = `${formatCount(sum)} runs`;
    if (this.placed === filter) return;
    this.placed = filter;
    if (!filter) this.outside.setAttribute("d", "");
    const span = spanOf(this.bins, filter);
    const [left, right] = span.map((place) => (100 * place) / Math.max(1, this.bins.size)) as [
      number,
      number,
    ];
    this.front.style.clipPath = `inset(0 ${100 - right}% 0 ${left}%)`;
    this.head.paint(rangeText(this.column, this.bins, filter), filter !== undefined);
    this.paintHandle("low", left, span, filter);
    this.paintHandle("high", right, span, filter);
  }

  private paintHandle(end: End, share: number, span: Span, filter: Filter | undefined): void {
    const handle = this.handles[end];
    handle.style.left = `${share}%`;
    show(handle, this.bins.size > 1 && span[1] >= span[0]);
    this.say(end, filter);
  }

  private say(end: End, filter: Filter | undefined): void {
    const [first, last] = ends(this.bins);
    const bound = (end === "low" ? filter?.low : filter?.high) ?? (end === "low" ? first : last);
    setAttributes(this.handles[end], {
      "aria-valuemin": first,
      "aria-valuemax": last,
      "aria-valuenow": bound,
      "aria-valuetext": sayer(this.column.kind)(bound),
    });
  }

  private newHandle(end: End, scope: Scope): HTMLElement {
    const label = `${this.column.label}, ${end === "low" ? "lowest" : "highest"}`;
    const handle = h("div", "handle", {
      role: "slider",
      tabindex: 0,
      "aria-label": label,
      "aria-valuenow": 0,
    });
    scope.listen(handle, "keydown", (event) => this.key(event, end));
    return handle;
  }

  /** Arrows move a bound by a bin, with shift by five; Home and End to the ends; Escape and Delete take it away. */
  private key(event: KeyboardEvent, end: End): void {
    const next = this.keyed(event, end);
    if (next === undefined) return;
    event.preventDefault();
    event.stopPropagation();
    this.shared.preview(this.column.name, next);
    if (event.key in STEPS) this.shared.commitSoon();
    else this.shared.commit();
  }

  /** The filter after a key; undefined for keys that mean nothing here. */
  private keyed(event: KeyboardEvent, end: End): Filter | null | undefined {
    if (event.key === "Escape" || event.key === "Delete") return null;
    const stride = STEPS[event.key];
    const [low, high] = this.span();
    const at = end === "low" ? low : high;
    let next: number;
    if (stride !== undefined) next = stepped(at, event.shiftKey ? 5 * stride : stride);
    else if (event.key === "Home") next = 0;
    else if (event.key === "End") next = this.bins.size;
    else return undefined;
    const least = this.bins.kind === "points" ? 1 : 0;
    const span: Span =
      end === "low"
        ? [Math.max(0, Math.min(next, high - least)), high]
        : [low, Math.min(this.bins.size, Math.max(next, low + least))];
    return filterAt(this.column, this.bins, span);
  }

  private span(): Span {
    return spanOf(this.bins, this.shared.filterOf(this.column.name));
  }

  /** A handle is moved; a range is moved by its middle; elsewhere a new one begins. A click takes a single bar. */
  private press(event: PointerEvent, scope: Scope): void {
    if (event.button !== 0 || this.bins.size < 2) return;
    event.preventDefault();
    const start = this.place(event);
    const before = this.span();
    const drag = this.dragOf(event.target, start, before);
    let moved = false;
    const move = (at: PointerEvent) => {
      moved ||= Math.abs(at.clientX - event.clientX) >= LEAST_DRAG;
      if (moved) this.preview(drag(this.place(at)));
    };
    const end = () => {
      this.area.removeEventListener("pointermove", move);
      this.dragging = false;
      if (scope.ended) return;
      if (!moved && !(event.target as Element).closest("[role=slider]"))
        this.preview([Math.floor(start), Math.floor(start) + 1]);
      this.shared.commit();
      this.goOn();
    };
    (event.target as Element).closest<HTMLElement>("[role=slider]")?.focus();
    this.dragging = true;
    this.area.setPointerCapture(event.pointerId);
    this.area.addEventListener("pointermove", move);
    this.area.addEventListener("lostpointercapture", end, { once: true });
  }

  private goOn(): void {
    const passing = this.shared.passing.peek();
    if (!this.next || !passing) return;
    this.take(this.next);
    this.paint(this.shared.filterOf(this.column.name), passing.engine.counts(this.column));
  }

  private dragOf(target: EventTarget | null, start: number, [low, high]: Span): (at: number) => Span {
    const { size } = this.bins;
    if (target === this.handles.low) return (at) => ordered(at, high);
    if (target === this.handles.high) return (at) => ordered(low, at);
    if (this.shared.filterOf(this.column.name) && start > low && start < high)
      return (at) => {
        const by = Math.min(size - high, Math.max(-low, at - start));
        return [low + by, high + by];
      };
    return (at) => ordered(start, at);
  }

  private preview(span: Span): void {
    const snapped: Span = this.bins.kind === "points" ? [Math.floor(span[0]), Math.ceil(span[1])] : span;
    this.shared.preview(this.column.name, filterAt(this.column, this.bins, snapped));
  }

  private place(event: PointerEvent): number {
    const { left, width } = this.area.getBoundingClientRect();
    return Math.min(1, Math.max(0, (event.clientX - left) / width)) * this.bins.size;
  }
}

const ordered = (a: number, b: number): Span => (a < b ? [a, b] : [b, a]);

/** To the next edge in that direction, and on from there. */
function stepped(at: number, by: number): number {
  const from = by > 0 ? Math.floor(at + 1e-9) : Math.ceil(at - 1e-9);
  return from + by;
}
