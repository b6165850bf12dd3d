/** The lines of several metrics beside each other; a line that is there already is drawn anew in its place. */

import type { ReadonlySignal } from "@preact/signals-core";
import { h } from "../dom";
import type { Series } from "../lib/series";
import type { Tokens } from "../lib/theme";
import type { Scope } from "../scope";
import { LineChart } from "./line_chart";

export class ChartGrid {
  readonly root = h("div", "lines");
  private readonly charts = new Map<string, LineChart>();

  constructor(
    private readonly tokens: ReadonlySignal<Tokens>,
    private readonly scope: Scope,
    private readonly relative: boolean,
  ) {}

  paint(names: readonly string[], lines: ReadonlyMap<string, Series>): void {
    const shown: HTMLElement[] = [];
    for (const name of names) {
      const series = lines.get(name);
      if (!series) continue;
      const chart = this.charts.get(name) ?? new LineChart(this.tokens, this.scope);
      this.charts.set(name, chart);
      chart.paint(name, series, this.relative);
      shown.push(chart.root);
    }
    const same =
      shown.length === this.root.children.length && shown.every((one, i) => one === this.root.children[i]);
    if (!same) this.root.replaceChildren(...shown);
    this.root.hidden = shown.length === 0;
  }
}
