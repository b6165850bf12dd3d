/** The machine: what it is, how busy it was, which packages were there. */

import { h } from "../dom";
import type { DetailState } from "../lib/detail";
import type { Series } from "../lib/series";
import { plural } from "../lib/text";
import { ChartGrid } from "./chart_grid";
import type { TabContext, TabView } from "./detail_tab";
import { factsGrid, nothing } from "./fact_table";

export class DetailSystem implements TabView {
  readonly root = h("div", "");
  private readonly facts = h("div", "");
  private readonly packages = h("div", "");
  private readonly charts: ChartGrid;
  private painted = "";

  constructor(context: TabContext) {
    this.charts = new ChartGrid(context.tokens, context.scope, true);
    this.root.append(this.facts, this.charts.root, this.packages);
  }

  paint(state: DetailState, lines: ReadonlyMap<string, Series>): void {
    const names = state.metrics.filter((one) => one.system).map((one) => one.name);
    this.charts.paint(names, lines);
    const told = JSON.stringify([state.system, state.packages, names.length > 0]);
    if (told === this.painted) return;
    this.painted = told;
    const any = state.system.length > 0 || names.length > 0;
    this.facts.replaceChildren(any ? factsGrid(state.system) : nothing("Nothing was kept of the machine."));
    this.packages.replaceChildren(...packages(state.packages));
  }
}

function packages(names: string[]): HTMLElement[] {
  if (names.length === 0) return [];
  const inside = h(
    "pre",
    "block",
    { tabindex: 0, role: "group", "aria-label": "Packages" },
    names.join("\n"),
  );
  return [h("details", "folded", {}, h("summary", "", {}, plural(names.length, "package")), inside)];
}
