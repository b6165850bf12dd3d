/** One panel's plot: axes by Vega, built when their kind changes and else only moved; lines on a canvas of our own. */

import type { View } from "vega";
import { coalesce } from "../lib/coalesce";
import { lineColours } from "../lib/emphasis";
import {
  chartRows,
  extentOf,
  HASTY_ROWS,
  isThinned,
  LIVE_ROWS,
  MAX_ROWS,
  pointsOf,
  type RowOptions,
  type Rows,
} from "../lib/rows";
import type { Series } from "../lib/series";
import { panelSpec, withZoom, X_SIGNAL, Y_SIGNAL } from "../lib/spec";
import { type Axes, drawRows, placer } from "../lib/strokes";
import { type Tokens, vegaConfig } from "../lib/theme";
import type { Vega } from "../vega";
import { LinePaint } from "./line_paint";

/** Live points are drawn at most four times a second; what a hand does is drawn at once. */
const LIVE_INTERVAL = 250;
/** After so long without a change the picture is drawn as fine as it gets, ms. */
const REST = 400;

export interface PlotState extends Omit<RowOptions, "width" | "most"> {
  spec: Record<string, unknown>;
  series: Series[];
  height: number;
  /** Room for labels at the right, px. */
  room: number;
  tokens: Tokens;
}

/** Where the axes' inner area lies in the panel, px. */
export interface PlotArea {
  left: number;
  top: number;
  width: number;
  height: number;
}

export class Plot {
  private view: View | null = null;
  private built = "";
  /** What the axes show. */
  private shown = "";
  private known: PlotArea | null = null;
  private width = 0;
  private readonly lines = new LinePaint();
  private state: PlotState | null = null;
  private readonly drawing = coalesce(() => this.draw(), LIVE_INTERVAL);
  private closed = false;
  private most = HASTY_ROWS;
  private rest: ReturnType<typeof setTimeout> | undefined;

  constructor(
    private readonly vega: Vega,
    private readonly host: HTMLElement,
    private readonly drawn: (rows: Rows) => void,
    private readonly failed: (error: unknown) => void,
  ) {}

  /** Show `state`; `live` says that only new points came. */
  update(state: PlotState, live: boolean): void {
    this.state = state;
    this.most = live ? LIVE_ROWS : HASTY_ROWS;
    clearTimeout(this.rest);
    this.drawing.request(!live);
  }

  private refineLater(): void {
    clearTimeout(this.rest);
    this.rest = setTimeout(() => {
      this.most = MAX_ROWS;
      this.drawing.request(true);
    }, REST);
  }

  resized(): void {
    this.width = 0;
    if (this.state) this.drawing.request(true);
  }

  get area(): PlotArea | null {
    return this.known;
  }

  /** x of the data at a pixel of the panel. */
  invert(px: number): number {
    const area = this.area;
    if (!this.view || !area) return Number.NaN;
    return Number(this.scale("x").invert(Math.min(area.width, Math.max(0, px - area.left))));
  }

  /** Pixel in the panel of a value of the data. */
  pixel(axis: "x" | "y", value: number): number {
    const area = this.area;
    if (!this.view || !area) return Number.NaN;
    return this.scale(axis)(value) + (axis === "x" ? area.left : area.top);
  }

  close(): void {
    this.closed = true;
    clearTimeout(this.rest);
    this.drawing.close();
    this.view?.finalize();
    this.view = null;
  }

  private scale(name: string): { (value: number): number; invert(px: number): number | Date } {
    return (this.view as View).scale(name);
  }

  /** The inner area is as large as the scales' ranges say, since the view's own size counts the axes in. */
  private measured(view: View): PlotArea {
    const size = (name: string) => {
      const [from, to] = view.scale(name).range() as [number, number];
      return Math.abs(to - from);
    };
    const [left, top] = view.origin();
    const padding = view.padding() as { left: number; top: number };
    return { left: left + padding.left, top: top + padding.top, width: size("x"), height: size("y") };
  }

  private async draw(): Promise<void> {
    const state = this.state;
    // Asked once for each size: the browser would lay out the page for the answer.
    this.width ||= this.host.clientWidth;
    const { width } = this;
    if (!state || this.closed || width < 40) return;
    try {
      const { most } = this;
      const rows = chartRows(state.series, { ...state, width, most });
      const kind = JSON.stringify([state.axis, state.logX, state.logY, state.tokens, state.spec]);
      if (kind !== this.built) this.build(state, width, kind);
      await this.axes(state, width, rows);
      if (this.closed) return;
      this.paintLines(state, width, rows);
      this.drawn(rows);
      if (isThinned(rows, most) && this.state === state) this.refineLater();
    } catch (error) {
      if (!this.closed) this.failed(error);
    }
  }

  private build(state: PlotState, width: number, kind: string): void {
    const { vega } = this;
    const spec = panelSpec(state.spec, { ...state, width });
    const compiled = vega.compile(spec as never, { config: vegaConfig(state.tokens) as never }).spec;
    const runtime = vega.parse(withZoom(compiled as never, state.domain) as never);
    this.view?.finalize();
    this.host.replaceChildren();
    // No loader: a spec that names an address gets nothing.
    const loader = { load: refuse, sanitize: refuse, http: refuse, file: refuse };
    this.view = new vega.View(runtime, {
      renderer: "canvas",
      hover: false,
      loader: loader as never,
      logLevel: vega.ErrorLevel,
    });
    this.view.initialize(this.host);
    this.host.querySelector("canvas")?.setAttribute("aria-hidden", "true");
    this.host.before(this.lines.canvas);
    this.built = kind;
    this.shown = "";
  }

  private async axes(state: PlotState, width: number, rows: Rows): Promise<void> {
    const view = this.view as View;
    const span = rows.span && [rows.span.low, rows.span.high];
    const ends = extentOf(rows);
    const shown = JSON.stringify([ends, state.domain, span, width, state.height, state.room]);
    if (shown === this.shown) return;
    this.shown = shown;
    const corners = ends ? [0, 1].map((i) => ({ x: ends.x[i as 0], y: ends.y[i as 0] })) : [];
    view.data("series", corners).signal(X_SIGNAL, state.domain).signal(Y_SIGNAL, span);
    // Half a mark of the ends stands above or beside the plot.
    view.padding({ left: 0, right: state.room, top: 5, bottom: 0 }).width(width).height(state.height);
    await view.runAsync();
    if (!this.closed) this.known = this.measured(view);
  }

  private paintLines(state: PlotState, width: number, rows: Rows): void {
    const area = this.known;
    if (!area) return;
    const axis = (name: "x" | "y", from: number, log: boolean): Axes => {
      const scale = (this.view as View).scale(name);
      const [low, high] = (scale.domain() as unknown[]).map(Number) as [number, number];
      const [start, end] = scale.range() as [number, number];
      return { domain: [low, high], range: [from + start, from + end], log };
    };
    const x = placer(axis("x", area.left, state.logX));
    const y = placer(axis("y", area.top, state.logY));
    this.lines.resize(width, state.height);
    const points = pointsOf(rows.line) + pointsOf(rows.raw);
    this.lines.paint(area, points, (brush) => drawRows(brush, rows, x, y, lineColours(state.tokens.theme)));
  }
}

const refuse = () => Promise.reject(new Error("charts load nothing"));
