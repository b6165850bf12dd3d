/** One metric as a small line with axes; the pointer or the arrow keys read it. */

import type { ReadonlySignal } from "@preact/signals-core";
import { h, setAttributes, setText, svg } from "../dom";
import { formatClock, formatCount, formatFull, formatNumber } from "../lib/format";
import {
  BOX,
  bandPath,
  linePath,
  nearest,
  niceTicks,
  type Span,
  secondTicks,
  share,
  spanOf,
} from "../lib/line";
import { coloursOf } from "../lib/palette";
import type { Series } from "../lib/series";
import { middleCut } from "../lib/text";
import type { Tokens } from "../lib/theme";
import type { Scope } from "../scope";

interface Drawn {
  x: Float64Array;
  low: Float64Array;
  high: Float64Array;
  xs: Span;
  relative: boolean;
}

export class LineChart {
  readonly root: HTMLElement;
  private readonly title = h("b", "");
  private readonly said = h("span", "aside num");
  private readonly grid = svg("path", { class: "smtw-line-grid", fill: "none" });
  private readonly band = svg("path", { class: "smtw-line-band", stroke: "none" });
  private readonly line = svg("path", { class: "smtw-spark", fill: "none" });
  private readonly cursor = h("div", "line-cursor");
  private readonly dot = h("div", "line-dot");
  private readonly labels = h("div", "line-labels", { "aria-hidden": "true" });
  private readonly plot: HTMLElement;
  private drawn: Drawn | null = null;
  private at = -1;

  constructor(
    private readonly tokens: ReadonlySignal<Tokens>,
    scope: Scope,
  ) {
    const frame = { viewBox: `0 0 ${BOX} ${BOX}`, preserveAspectRatio: "none", "aria-hidden": "true" };
    this.plot = h("div", "line-plot", { role: "slider", tabindex: 0, "aria-valuemin": 0 });
    this.plot.append(svg("svg", frame, this.grid, this.band, this.line), this.cursor, this.dot, this.labels);
    this.root = h("div", "line", {}, h("div", "line-head", {}, this.title, this.said), this.plot);
    scope.listen(this.plot, "pointermove", (event) => this.point(event));
    scope.listen(this.plot, "pointerleave", () => this.read(-1));
    scope.listen(this.plot, "blur", () => this.read(-1));
    scope.listen(this.plot, "keydown", (event) => this.key(event));
  }

  /** Draw `series` over steps, or over the time since the run began. */
  paint(name: string, series: Series, relative: boolean): void {
    const { low, high, header } = series;
    const x = relative ? series.time.map((time) => time - header.origin) : series.step;
    const xs = spanOf(x, x, 0);
    const ys = spanOf(low, high);
    setText(this.title, middleCut(name, 40));
    this.title.title = name;
    this.drawn = xs && ys ? { x, low, high, xs, relative } : null;
    this.root.style.setProperty("--smtw-colour", coloursOf(this.tokens.value.theme)[0] ?? "currentColor");
    setAttributes(this.plot, { "aria-label": `${name}, values`, "aria-valuemax": Math.max(0, x.length - 1) });
    if (xs && ys) this.draw(xs, ys);
    this.read(this.at);
  }

  private draw(xs: Span, ys: Span): void {
    const drawn = this.drawn as Drawn;
    const { x, low, high } = drawn;
    const middle = low === high ? low : low.map((value, i) => (value + (high[i] as number)) / 2);
    setAttributes(this.line, { d: linePath(x, middle, xs, ys) });
    setAttributes(this.band, { d: low === high ? "" : bandPath(x, low, high, xs, ys) });
    const yTicks = niceTicks(ys, 4).map((tick) => ({ tick, at: 100 * (1 - share(ys, tick)) }));
    const xTicks = (drawn.relative ? secondTicks(xs, 4) : niceTicks(xs, 4).filter(Number.isInteger)).map(
      (tick) => ({ tick, at: 100 * share(xs, tick) }),
    );
    setAttributes(this.grid, { d: yTicks.map(({ at }) => `M0 ${at.toFixed(2)}H${BOX}`).join("") });
    const single = x.length === 1;
    this.dot.hidden = !single;
    if (single) {
      this.dot.style.left = `${100 * share(xs, x[0] as number)}%`;
      this.dot.style.top = `${100 * (1 - share(ys, middle[0] as number))}%`;
    }
    this.labels.replaceChildren(
      ...yTicks.map(({ tick, at }) =>
        h("span", "line-y", { style: `top:${at.toFixed(2)}%` }, formatNumber(tick)),
      ),
      ...xTicks.map(({ tick, at }) =>
        h("span", "line-x", { style: `left:${at.toFixed(2)}%` }, this.xText(tick)),
      ),
    );
  }

  private point(event: PointerEvent): void {
    if (!this.drawn) return;
    const box = this.plot.getBoundingClientRect();
    const { xs, x } = this.drawn;
    this.read(nearest(x, xs.low + ((event.clientX - box.left) / box.width) * (xs.high - xs.low)));
  }

  private key(event: KeyboardEvent): void {
    const last = (this.drawn?.x.length ?? 0) - 1;
    const from = this.at < 0 ? last : this.at;
    const wide = event.shiftKey ? 10 : 1;
    const to: Record<string, number> = {
      ArrowLeft: from - wide,
      ArrowDown: from - wide,
      ArrowRight: from + wide,
      ArrowUp: from + wide,
      Home: 0,
      End: last,
      Escape: -1,
    };
    const at = to[event.key];
    if (at === undefined) return;
    event.preventDefault();
    this.read(event.key === "Escape" ? -1 : Math.min(last, Math.max(0, at)));
  }

  /** Say the value of point `at`; of the last one when it is -1. */
  private read(at: number): void {
    const drawn = this.drawn;
    const last = (drawn?.x.length ?? 0) - 1;
    this.at = Math.min(at, last);
    this.cursor.hidden = this.at < 0;
    const i = this.at < 0 ? last : this.at;
    if (!drawn || i < 0) {
      setText(this.said, "");
      return;
    }
    const [x, low, high] = [drawn.x[i], drawn.low[i], drawn.high[i]] as [number, number, number];
    const value = low === high ? formatNumber(low) : `${formatNumber(low)} to ${formatNumber(high)}`;
    const told = this.at < 0 ? `last ${value}` : `${this.xText(x, true)}: ${value}`;
    setText(this.said, told);
    this.said.title = formatFull(low);
    setAttributes(this.plot, { "aria-valuenow": i, "aria-valuetext": `${this.xText(x, true)}: ${value}` });
    this.cursor.style.left = `${100 * share(drawn.xs, x)}%`;
  }

  private xText(x: number, long = false): string {
    if (this.drawn?.relative) return long ? `after ${formatClock(x)}` : formatClock(x);
    return long ? `step ${formatCount(x)}` : formatCount(x);
  }
}
