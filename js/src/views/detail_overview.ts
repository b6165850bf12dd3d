/** The first tab: facts, the metrics people look for first, the beginning of parameters and artifacts. */

import { button, h, svg } from "../dom";
import type { DetailMetric, DetailState, Tab } from "../lib/detail";
import { formatCount, formatFull, formatNumber } from "../lib/format";
import { coloursOf } from "../lib/palette";
import type { Series } from "../lib/series";
import { sparkPath } from "../lib/spark";
import { middleCut, plural } from "../lib/text";
import type { TabContext, TabView } from "./detail_tab";
import { factsGrid, nothing, rowsTable, section } from "./fact_table";

const TILES = 4;
const ROWS = 8;
const SPARK = { width: 200, height: 30 };

export class DetailOverview implements TabView {
  readonly root = h("div", "");

  constructor(private readonly context: TabContext) {}

  paint(state: DetailState, lines: ReadonlyMap<string, Series>): void {
    const own = state.metrics.filter((one) => !one.system);
    const pieces: HTMLElement[] = [];
    if (state.about.length > 0) pieces.push(factsGrid(state.about));
    if (own.length > 0) pieces.push(this.tiles(own.slice(0, TILES), lines));
    const lists: HTMLElement[] = [];
    if (state.parameters.length > 0) lists.push(this.parameters(state));
    if (state.artifacts.length > 0) lists.push(this.artifacts(state));
    if (lists.length > 0) pieces.push(h("div", "columns", {}, ...lists));
    if (pieces.length === 0) pieces.push(nothing("Nothing was logged."));
    this.root.replaceChildren(...pieces);
  }

  private tiles(metrics: DetailMetric[], lines: ReadonlyMap<string, Series>): HTMLElement {
    const colours = coloursOf(this.context.tokens.value.theme);
    const made = metrics.map((metric, i) => {
      const series = lines.get(metric.name);
      const middle = series ? series.low.map((low, at) => (low + (series.high[at] as number)) / 2) : [];
      const frame = {
        viewBox: `0 -2 ${SPARK.width} ${SPARK.height + 4}`,
        preserveAspectRatio: "none",
        "aria-hidden": "true",
      };
      const d = sparkPath(series?.step ?? [], middle, SPARK.width, SPARK.height);
      const best = metric.best === "min" ? metric.min : metric.max;
      const below =
        metric.count > 1 ? `best ${formatNumber(best)} of ${plural(metric.count, "point")}` : "1 point";
      const tile = h(
        "div",
        "tile",
        {},
        h("div", "tile-name", { title: metric.name }, middleCut(metric.name, 32)),
        h("div", "tile-value", { title: formatFull(metric.last) }, formatNumber(metric.last)),
        svg("svg", frame, svg("path", { class: "smtw-spark", d })),
        h("div", "aside num", {}, below),
      );
      tile.style.setProperty("--smtw-colour", colours[i % colours.length] ?? "currentColor");
      return tile;
    });
    return h("div", "tiles detail-tiles", {}, ...made);
  }

  private parameters(state: DetailState): HTMLElement {
    const rows = state.parameters.slice(0, ROWS).map(([name, value]) => [name, value]);
    const table = rowsTable("Parameters", ["parameter", "value"], rows);
    return section("Parameters", table, ...this.rest(state.parameters.length, rows.length, "params"));
  }

  private artifacts(state: DetailState): HTMLElement {
    const rows = state.artifacts.slice(0, ROWS).map((one) => [one.name, one.direction, one.type]);
    const table = rowsTable("Artifacts", ["artifact", "direction", "type"], rows);
    return section("Artifacts", table, ...this.rest(state.artifacts.length, rows.length, "artifacts"));
  }

  private rest(all: number, shown: number, tab: Tab): HTMLElement[] {
    if (all <= shown) return [];
    const more = button(`All ${formatCount(all)}`, "link");
    more.addEventListener("click", () => this.context.go(tab));
    return [more];
  }
}
