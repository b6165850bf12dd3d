/** The statistics of each metric in a table, and their lines. */

import { h, show, svg } from "../dom";
import { type DetailMetric, type DetailState, search } from "../lib/detail";
import { formatCount, formatFull, formatNumber } from "../lib/format";
import { coloursOf } from "../lib/palette";
import type { Series } from "../lib/series";
import { sparkPath } from "../lib/spark";
import { middleCut } from "../lib/text";
import { ChartGrid } from "./chart_grid";
import type { TabContext, TabView } from "./detail_tab";
import { nothing, rowsTable } from "./fact_table";
import { SearchField } from "./search_field";

const HEADER = ["metric", "trend", "last", "min", "max", "mean", "std", "points"];
const NUMERIC = HEADER.map((_, i) => i > 1);
/** Fewer need no search. */
const SEARCHED = 5;
const SPARK = { width: 80, height: 16 };

export class DetailMetrics implements TabView {
  readonly root = h("div", "");
  private readonly field: SearchField;
  private readonly table = h("div", "scroll-x numbers", {
    tabindex: 0,
    role: "group",
    "aria-label": "Statistics",
  });
  private readonly charts: ChartGrid;
  private readonly aside = h("p", "aside");
  private painted: [DetailState, ReadonlyMap<string, Series>] | null = null;

  constructor(private readonly context: TabContext) {
    this.field = new SearchField("Find a metric", context.scope);
    this.charts = new ChartGrid(context.tokens, context.scope, false);
    this.root.append(this.field.root, this.table, this.aside, this.charts.root);
    context.scope.effect(() => {
      this.field.query.value;
      if (this.painted) this.paint(...this.painted);
    });
  }

  paint(state: DetailState, lines: ReadonlyMap<string, Series>): void {
    this.painted = [state, lines];
    const own = state.metrics.filter((one) => !one.system);
    const shown = search(own, this.field.query.peek(), (one) => [one.name]);
    show(this.field.root, own.length > SEARCHED);
    this.field.say(shown.length, own.length);
    this.table.replaceChildren(
      own.length === 0
        ? nothing("No metric was logged.")
        : rowsTable(
            "Metrics",
            HEADER,
            shown.map((one) => this.row(one, lines.get(one.name))),
            NUMERIC,
          ),
    );
    this.charts.paint(
      shown.map((one) => one.name),
      lines,
    );
    const without = shown.filter((one) => !lines.has(one.name)).length;
    this.aside.textContent =
      without > 0 ? `${formatCount(without)} more are not drawn here; %sm_plot draws them.` : "";
    show(this.aside, without > 0);
  }

  private row(one: DetailMetric, series: Series | undefined): (string | HTMLElement)[] {
    const number = (value: number | null, strong = false) =>
      h(strong ? "b" : "span", "", { title: formatFull(value) }, formatNumber(value));
    const name = h("span", "", { title: one.name }, middleCut(one.name, 36));
    const best = one.count > 1;
    return [
      name,
      this.spark(series),
      number(one.last),
      number(one.min, best && one.best === "min"),
      number(one.max, best && one.best === "max"),
      number(one.mean),
      number(one.std),
      formatCount(one.count),
    ];
  }

  private spark(series: Series | undefined): HTMLElement {
    const place = h("span", "row-spark");
    if (!series) return place;
    const middle = series.low.map((low, i) => (low + (series.high[i] as number)) / 2);
    const frame = {
      viewBox: `0 -1 ${SPARK.width} ${SPARK.height + 2}`,
      width: SPARK.width,
      height: SPARK.height + 2,
      "aria-hidden": "true",
    };
    const d = sparkPath(series.step, middle, SPARK.width, SPARK.height);
    place.append(svg("svg", frame, svg("path", { class: "smtw-spark", d })));
    place.style.setProperty("--smtw-colour", coloursOf(this.context.tokens.value.theme)[0] ?? "currentColor");
    return place;
  }
}
