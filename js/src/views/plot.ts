/** One Vega view in one panel: built from the spec when its kind changes, otherwise only its data and zoom move. */

import type { View } from "vega";
import { coalesce } from "../lib/coalesce";
import { lineColours } from "../lib/emphasis";
import { DASHES } from "../lib/palette";
import {
  chartRows,
  HASTY_ROWS,
  isThinned,
  LIVE_ROWS,
  MAX_ROWS,
  type RowOptions,
  type Rows,
} from "../lib/rows";
import type { Series } from "../lib/series";
import { panelSpec, withZoom, X_SIGNAL, Y_SIGNAL } from "../lib/spec";
import { type Tokens, vegaConfig } from "../lib/theme";
import type { Vega } from "../vega";

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
    if (this.state) this.drawing.request(true);
  }

  get area(): PlotArea | null {
    if (!this.view) return null;
    const [left, top] = this.view.origin();
    const padding = this.view.padding() as { left: number; top: number };
    const { width, height } = this.inner();
    return { left: left + padding.left, top: top + padding.top, width, height };
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

  /** Size of the inner area: what the x scale's range says, since the view's own size counts the axes in. */
  private inner(): { width: number; height: number } {
    const range = (name: string) => (this.view as View).scale(name).range() as [number, number];
    const x = range("x");
    const y = range("y");
    return { width: Math.abs(x[1] - x[0]), height: Math.abs(y[1] - y[0]) };
  }

  private async draw(): Promise<void> {
    const state = this.state;
    const width = this.host.clientWidth;
    if (!state || this.closed || width < 40) return;
    try {
      const { most } = this;
      const rows = chartRows(state.series, { ...state, width, most });
      const kind = JSON.stringify([state.axis, state.logX, state.logY, state.tokens, state.spec]);
      if (kind !== this.built) this.build(state, width, kind);
      await this.run(state, width, rows);
      if (this.closed) return;
      this.drawn(rows);
      if (isThinned(rows, most) && this.state === state) this.refineLater();
    } catch (error) {
      if (!this.closed) this.failed(error);
    }
  }

  private build(state: PlotState, width: number, kind: string): void {
    const { vega } = this;
    const colours = lineColours(state.tokens.theme);
    const spec = panelSpec(state.spec, { ...state, width, colours, dashes: DASHES });
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
    this.built = kind;
  }

  private async run(state: PlotState, width: number, rows: Rows): Promise<void> {
    const view = this.view as View;
    view.data("series", rows.line);
    for (const [name, data] of [
      ["raw", rows.raw],
      ["band", rows.band],
    ] as const) {
      if (hasData(view, name)) view.data(name, data);
    }
    view.signal(X_SIGNAL, state.domain).signal(Y_SIGNAL, rows.span && [rows.span.low, rows.span.high]);
    // Half a mark of the ends stands above or beside the plot.
    view.padding({ left: 0, right: state.room, top: 5, bottom: 0 }).width(width).height(state.height);
    await view.runAsync();
  }
}

function hasData(view: View, name: string): boolean {
  try {
    return Array.isArray(view.data(name));
  } catch {
    return false; // A spec without an area has no such data set.
  }
}

const refuse = () => Promise.reject(new Error("charts load nothing"));
