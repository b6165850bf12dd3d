/** One metric of several runs as a small picture: lines over steps, a rule that reads them. Drawn without Vega. */

import type { Signal } from "@preact/signals-core";
import { h, setText, svg } from "../dom";
import { formatNumber } from "../lib/format";
import { coloursOf, DASHES } from "../lib/palette";
import type { Level } from "../lib/pyramid";
import { placeName, readAt, readingText, snap, xExtent } from "../lib/reading";
import type { Series } from "../lib/series";
import { extent } from "../lib/spark";
import type { Theme } from "../lib/theme";
import { evenTicks } from "../lib/ticks";
import type { Scope } from "../scope";
import { Tip } from "./tip";

const [WIDTH, HEIGHT] = [400, 150];
const LEFT = 52;
const FOOT = 18;

interface Frame {
  x: [number, number];
  y: [number, number];
}

export class SmallChart {
  readonly root = h("div", "panel");
  private readonly reading = h("span", "aside num");
  private readonly surface = h("div", "small-plot");
  private readonly tip: Tip;
  private readonly rule = h("div", "rule", { hidden: true });
  private readonly frame: Frame;

  constructor(
    metric: string,
    private readonly series: readonly Series[],
    private readonly theme: Theme,
    private readonly hover: Signal<number | null>,
    scope: Scope,
  ) {
    this.frame = frameOf(series);
    const name = h("b", "", { title: metric }, metric);
    this.root.append(h("div", "panel-head", {}, name, this.reading), this.surface);
    const last = series.map((one) => `${one.header.run} ${formatNumber(lastOf(one))}`);
    const picture = this.picture();
    const label = `${metric}, last values: ${last.join(", ")}`;
    this.surface.append(picture, ...this.labels(), this.rule);
    for (const [key, value] of Object.entries({ role: "img", tabindex: "0", "aria-label": label }))
      this.surface.setAttribute(key, value);
    this.tip = new Tip(this.surface);
    this.listen(scope);
  }

  private picture(): SVGSVGElement {
    const colours = coloursOf(this.theme);
    const picture = svg("svg", {
      viewBox: `0 0 ${WIDTH} ${HEIGHT}`,
      preserveAspectRatio: "none",
      "aria-hidden": "true",
    });
    for (const tick of this.ticks()) {
      const y = this.y(tick);
      picture.append(svg("path", { d: `M0 ${y}H${WIDTH}`, class: "smtw-grid" }));
    }
    for (const one of this.series) {
      const { colour, dash, exact } = one.header;
      const level = one.levels("step")[0];
      if (!level) continue;
      const line = svg("path", {
        d: this.path(level),
        class: "smtw-spark",
        "stroke-dasharray": (DASHES[dash % DASHES.length] ?? []).join(" "),
      });
      line.style.setProperty("--smtw-colour", colours[colour % colours.length] ?? "currentColor");
      if (!exact) {
        const band = svg("path", { d: this.band(level), class: "smtw-band" });
        band.style.setProperty("--smtw-colour", colours[colour % colours.length] ?? "currentColor");
        picture.append(band);
      }
      picture.append(line);
    }
    return picture;
  }

  private labels(): HTMLElement[] {
    const { x } = this.frame;
    const rows = this.ticks().map((tick) =>
      h(
        "span",
        "small-y",
        { style: `top: calc((100% - ${FOOT}px) * ${(this.y(tick) / HEIGHT).toFixed(4)})` },
        formatNumber(tick),
      ),
    );
    const ends = [
      h("span", "", {}, formatNumber(x[0])),
      h("span", "", {}, "step"),
      h("span", "", {}, formatNumber(x[1])),
    ];
    return [...rows, h("div", "small-x", {}, ...ends)];
  }

  private ticks(): number[] {
    const [low, high] = this.frame.y;
    return evenTicks(low, high, 6);
  }

  private x(value: number): number {
    const [low, high] = this.frame.x;
    return ((value - low) / (high - low || 1)) * WIDTH;
  }

  private y(value: number): number {
    const [low, high] = this.frame.y;
    return HEIGHT - ((value - low) / (high - low || 1)) * HEIGHT;
  }

  private path({ x, mid }: Level): string {
    let path = "";
    let pen = "M";
    for (let i = 0; i < x.length; i += 1) {
      const value = mid[i] as number;
      if (Number.isNaN(value)) {
        pen = "M";
        continue;
      }
      path += `${pen}${this.x(x[i] as number).toFixed(1)} ${this.y(value).toFixed(1)}`;
      pen = "L";
    }
    // A single point is a short stroke: a path of one place draws nothing.
    return x.length === 1 ? `${path}h6` : path;
  }

  private band({ x, low, high }: Level): string {
    const at = (i: number, value: number) =>
      `${this.x(x[i] as number).toFixed(1)} ${this.y(value).toFixed(1)}`;
    const there = Array.from(x.keys()).filter((i) => !Number.isNaN(low[i]) && !Number.isNaN(high[i]));
    const upper = there.map((i) => at(i, high[i] as number));
    const lower = there.reverse().map((i) => at(i, low[i] as number));
    return upper.length > 1 ? `M${[...upper, ...lower].join("L")}Z` : "";
  }

  private listen(scope: Scope): void {
    const { surface, hover } = this;
    const move = (event: PointerEvent) => {
      const box = surface.getBoundingClientRect();
      const share = (event.clientX - box.left - LEFT) / Math.max(1, box.width - LEFT);
      const [low, high] = this.frame.x;
      hover.value = snap(this.series, "step", low + Math.min(1, Math.max(0, share)) * (high - low));
    };
    surface.addEventListener("pointermove", move);
    surface.addEventListener("pointerleave", () => {
      hover.value = null;
    });
    surface.addEventListener("blur", () => {
      hover.value = null;
    });
    surface.addEventListener("keydown", (event) => this.key(event));
    scope.effect(() => this.show(hover.value));
  }

  /** Arrows move the rule by a fiftieth, and at least to the next point; Escape takes it away. */
  private key(event: KeyboardEvent): void {
    const direction = event.key === "ArrowRight" ? 1 : event.key === "ArrowLeft" ? -1 : 0;
    if (event.key === "Escape") this.hover.value = null;
    if (direction === 0) return;
    event.preventDefault();
    const [low, high] = this.frame.x;
    const from = this.hover.peek() ?? (direction > 0 ? low : high);
    const stride = (high - low) / 50;
    let next = from;
    for (let reach = stride; next === from && reach > 0 && reach <= high - low; reach += stride)
      next = snap(this.series, "step", from + direction * reach);
    this.hover.value = Math.min(high, Math.max(low, next));
  }

  private show(at: number | null): void {
    this.rule.hidden = at === null || Number.isNaN(at);
    if (at === null || Number.isNaN(at)) {
      this.tip.hide();
      setText(this.reading, "");
      return;
    }
    const width = this.surface.clientWidth - LEFT;
    const left = LEFT + (this.x(at) / WIDTH) * width;
    this.rule.style.left = `${left}px`;
    const readings = readAt(this.series, "step", at, 0);
    const place = placeName("step", at);
    setText(this.reading, readings[0] ? `${place}: ${readingText(readings[0])} highest` : place);
    const isHere = this.surface.matches(":hover, :focus");
    if (isHere)
      this.tip.show(place, readings, this.theme, left, { left: LEFT, top: 0, width, height: HEIGHT });
    else this.tip.hide();
  }
}

function frameOf(series: readonly Series[]): Frame {
  const ends = series.flatMap((one) => {
    const level = one.levels("step")[0];
    return level ? [...extent(level.low), ...extent(level.high)] : [];
  });
  const [low, high] = extent(ends);
  const x = xExtent(series, "step") ?? [0, 1];
  if (!(high >= low)) return { x, y: [0, 1] };
  const pad = (high - low) * 0.06 || Math.abs(high) * 0.1 || 1;
  return { x: x[0] === x[1] ? [x[0], x[0] + 1] : x, y: [low - pad, high + pad] };
}

function lastOf(series: Series): number | null {
  const mid = series.levels("step")[0]?.mid;
  return mid && mid.length > 0 ? (mid[mid.length - 1] as number) : null;
}
