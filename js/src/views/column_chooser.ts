/** Which columns the table shows: a list with a search box, opened by a button, closed by Escape. */

import type { Signal } from "@preact/signals-core";
import { button, h, setAttributes, show, uniqueId } from "../dom";
import type { Column } from "../lib/columns";
import type { Scope } from "../scope";
import type { TableLayout } from "./table_layout";
import { trendOf } from "./table_sparks";

const HEADINGS: Record<string, string> = {
  run: "Run",
  params: "Parameters",
  metrics: "Metrics",
  tags: "Tags",
};

/** The statistics that SageMaker keeps of a metric, as in `columns.py`. */
const STATISTICS = ["last", "min", "max", "avg", "std", "count"];

export class ColumnChooser {
  readonly button = button("Columns", "", { "aria-haspopup": "dialog", "aria-expanded": "false" });
  readonly root = h("div", "chooser", { role: "dialog", "aria-label": "Columns", id: uniqueId("columns") });
  private readonly search = h("input", "field", {
    type: "search",
    placeholder: "Find a column",
    "aria-label": "Find a column",
  });
  private readonly list = h("div", "options");
  private all: Column[] = [];

  constructor(
    private readonly chosen: Signal<string[]>,
    scope: Scope,
    /** Of a table: what it keeps at the left, and of which metrics it shows curves. */
    private readonly layout: TableLayout | null = null,
  ) {
    this.root.append(this.search, this.list);
    this.open(false);
    setAttributes(this.button, { "aria-controls": this.root.id });
    scope.listen(this.button, "click", () => this.open(this.root.hidden === true));
    scope.listen(this.search, "input", () => this.paint());
    scope.listen(this.root, "keydown", (event) => this.key(event));
    scope.listen(document, "pointerdown", (event) => {
      const inside = event.composedPath();
      if (!inside.includes(this.root) && !inside.includes(this.button)) this.open(false);
    });
  }

  /** Offer these columns; the first one, the run's name, always stays. */
  offer(columns: Column[]): void {
    const next = columns.filter((column) => column.kind !== "run");
    const same = next.length === this.all.length && next.every((one, i) => one.name === this.all[i]?.name);
    this.all = next;
    // Runs that are read again mostly have the same columns: the focus stays where it is.
    if (!this.root.hidden && !same) this.paint();
  }

  private open(open: boolean): void {
    if (open === !this.root.hidden) return;
    show(this.root, open);
    setAttributes(this.button, { "aria-expanded": open ? "true" : "false" });
    if (!open) return;
    this.search.value = "";
    this.paint();
    this.search.focus();
  }

  private key(event: KeyboardEvent): void {
    if (event.key !== "Escape") return;
    event.stopPropagation();
    this.open(false);
    this.button.focus();
  }

  private paint(): void {
    const wanted = this.search.value.trim().toLowerCase();
    const found = this.all.filter(
      (column) => column.name.toLowerCase().includes(wanted) || column.label.toLowerCase().includes(wanted),
    );
    const groups = new Map<string, Column[]>();
    for (const column of found) groups.set(column.group, [...(groups.get(column.group) ?? []), column]);
    const sets = [...groups].map(([group, columns]) =>
      h("fieldset", "", {}, h("legend", "", {}, HEADINGS[group] ?? group), ...this.lines(columns)),
    );
    this.list.replaceChildren(...(sets.length > 0 ? sets : [h("div", "quiet", {}, "No such column")]));
  }

  private toggle(name: string): void {
    if (this.layout) {
      this.layout.toggle(name);
      return;
    }
    const shown = this.chosen.peek();
    this.chosen.value = shown.includes(name) ? shown.filter((one) => one !== name) : [...shown, name];
  }

  /** A line for each column; one for all statistics of a metric. */
  private lines(columns: readonly Column[]): HTMLElement[] {
    const metrics = new Map<string, Column[]>();
    for (const column of columns) {
      const key = metricOf(column) ?? column.name;
      metrics.set(key, [...(metrics.get(key) ?? []), column]);
    }
    return [...metrics].map(([name, members]) => {
      const [first] = members;
      return members.length === 1 && first ? this.option(first) : this.statistics(name, members);
    });
  }

  private option(column: Column): HTMLElement {
    const box = h("input", "", { type: "checkbox" });
    box.checked = this.chosen.peek().includes(column.name);
    box.addEventListener("change", () => this.toggle(column.name));
    const label = h("label", "", { title: column.name }, box, h("span", "value", {}, column.label));
    const metric = trendOf(column.name);
    return h("div", "option-row", {}, label, metric ? this.trend(metric) : null, this.pin(column));
  }

  /** Turns the curves of a metric on and off; null where there are none. */
  private trend(metric: string): HTMLElement | null {
    const { layout } = this;
    if (!layout?.hasTrends) return null;
    const on = () => String(layout.trends.peek()?.includes(metric) ?? false);
    const label = `Curve of ${metric}`;
    const made = button("Curve", "pin", { "aria-pressed": on(), "aria-label": label, title: label });
    made.addEventListener("click", () => {
      layout.trend(metric);
      this.paint();
      this.list.querySelector<HTMLElement>(`[aria-label="${CSS.escape(label)}"]`)?.focus();
    });
    return made;
  }

  private pin(column: Column): HTMLElement | null {
    const { layout } = this;
    if (!layout) return null;
    const pinned = () => String(layout.pinned.peek()?.includes(column.name) ?? false);
    const label = `Pin ${column.label} at the left`;
    const made = button("Pin", "pin", { "aria-pressed": pinned(), "aria-label": label, title: label });
    made.addEventListener("click", () => {
      layout.pin(column.name);
      setAttributes(made, { "aria-pressed": pinned() });
      const box = made.parentElement?.querySelector("input");
      if (box) box.checked = this.chosen.peek().includes(column.name);
    });
    return made;
  }

  private statistics(metric: string, columns: readonly Column[]): HTMLElement {
    const toggles = columns.map((column) => {
      const statistic = column.name.slice(column.name.lastIndexOf(".") + 1);
      const on = () => String(this.chosen.peek().includes(column.name));
      const toggle = button(statistic, "", {
        "aria-pressed": on(),
        "aria-label": `${metric} ${statistic}`,
        title: column.name,
      });
      toggle.addEventListener("click", () => {
        this.toggle(column.name);
        setAttributes(toggle, { "aria-pressed": on() });
      });
      return toggle;
    });
    const name = h("span", "value", { title: metric }, metric);
    return h(
      "div",
      "stats-row",
      { role: "group", "aria-label": metric },
      name,
      h("span", "seg", {}, ...toggles),
      this.trend(metric),
    );
  }
}

/** The metric of a column of one of its statistics. */
function metricOf(column: Column): string | null {
  if (column.group !== "metrics") return null;
  const end = column.name.lastIndexOf(".");
  return STATISTICS.includes(column.name.slice(end + 1)) ? column.name.slice("metrics.".length, end) : null;
}
