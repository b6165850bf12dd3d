/** Runs side by side: tabs over one set of runs and one baseline. All but files is in the page from the beginning. */

import { computed, type ReadonlySignal, type Signal, signal } from "@preact/signals-core";
import { Asking } from "../asking";
import { button, h, setAttributes, setText, show, uniqueId } from "../dom";
import {
  type CompareArtifact,
  type CompareData,
  type CompareMetric,
  differs,
  places,
  STATISTICS,
  shownRows,
  statRows,
} from "../lib/compare";
import { NO_EMPHASIS } from "../lib/emphasis";
import { decodeSeries, type Series, type SeriesSet } from "../lib/series";
import { middleCut, plural } from "../lib/text";
import type { Tokens } from "../lib/theme";
import { bind, follow, type Model, onMessage } from "../model";
import { Scope } from "../scope";
import { codeBlocks } from "./compare_code";
import { artifactKey, filesTable, type Preview, type Previews } from "./compare_files";
import { type Columns, compareTable, type TableRow } from "./compare_table";
import { emptyState } from "./empty";
import { Legend, legendEntries } from "./legend";
import { segments } from "./segments";
import { SmallChart } from "./small_chart";

const TABS: Record<string, string> = {
  params: "Parameters",
  metrics: "Metrics",
  code: "Code",
  env: "Environment",
  artifacts: "Artifacts",
  charts: "Charts",
};
const LEAST = 2;

export class Compare {
  private readonly data: ReadonlySignal<CompareData>;
  private readonly series: ReadonlySignal<Series[]>;
  private readonly runs: Signal<string[]>;
  private readonly baseline: Signal<string>;
  private readonly only: Signal<boolean>;
  private readonly tab: Signal<string>;
  private readonly statistic = signal("last");
  private readonly layout = signal("unified");
  private readonly previews = signal<Previews>(new Map());
  private readonly hidden = signal<string[]>([]);
  private readonly hover = signal<number | null>(null);
  private readonly problem = signal("");
  private readonly asking: Asking;
  private readonly refreshing: Asking;
  /** What the tab that is shown has set up. */
  private inside = new Scope();

  private readonly title = h("b", "");
  private readonly count = h("span", "quiet num", { role: "status" });
  private readonly base = h("select", "field cmp-select", { "aria-label": "Baseline" });
  private readonly diff = button("Differences only");
  private readonly reload = button("Refresh");
  private readonly all = button("", "link");
  private readonly tabs = h("div", "tabs", { role: "tablist", "aria-label": "What is compared" });
  private readonly controls = h("div", "cmp-controls");
  private readonly panel = h("div", "cmp-panel", { role: "tabpanel", id: uniqueId("panel"), tabindex: 0 });
  private readonly note = h("div", "note warn", { role: "status" });

  constructor(
    private readonly root: HTMLElement,
    model: Model,
    private readonly tokens: ReadonlySignal<Tokens>,
    private readonly scope: Scope,
  ) {
    this.data = follow<CompareData>(model, "_data", scope);
    this.series = this.followSeries(model);
    this.runs = bind(model, "runs", scope);
    this.baseline = bind(model, "baseline", scope);
    this.only = bind(model, "diff_only", scope);
    this.tab = bind(model, "tab", scope);
    this.asking = new Asking(model, scope);
    this.refreshing = new Asking(model, scope);
    scope.add(() => this.inside.close());
    this.build();
    this.connect(model);
  }

  private followSeries(model: Model): ReadonlySignal<Series[]> {
    const set = follow<SeriesSet | null>(model, "_series", this.scope);
    const bytes = follow<DataView | null>(model, "_points", this.scope);
    return computed(() => decodeSeries(set.value, bytes.value));
  }

  private build(): void {
    const picker = h("label", "cmp-picker quiet", {}, "baseline", this.base);
    const grow = h("span", "grow");
    const bar = h("div", "bar", {}, this.title, this.count, this.all, grow, picker, this.diff, this.reload);
    for (const [name, label] of Object.entries(TABS)) this.tabs.append(this.tabButton(name, label));
    this.scope.listen(this.tabs, "keydown", (event) => this.turn(event));
    this.root.classList.add("smtw-compare");
    const head = h("div", "cmp-tabs", {}, this.tabs, this.controls);
    this.root.append(h("div", "box", {}, bar, head, this.panel, this.note));
  }

  private tabButton(name: string, label: string): HTMLElement {
    const tab = h("button", "tab", {
      type: "button",
      role: "tab",
      id: uniqueId("tab"),
      "aria-controls": this.panel.id,
    });
    setText(tab, label);
    this.scope.listen(tab, "click", () => {
      this.tab.value = name;
    });
    this.scope.effect(() => {
      const isOpen = this.tab.value === name;
      setAttributes(tab, { "aria-selected": isOpen ? "true" : "false", tabindex: isOpen ? 0 : -1 });
      if (isOpen) this.panel.setAttribute("aria-labelledby", tab.id);
    });
    return tab;
  }

  private turn(event: KeyboardEvent): void {
    const names = Object.keys(TABS);
    const at = names.indexOf(this.tab.peek());
    const to = { ArrowRight: at + 1, ArrowLeft: at - 1, Home: 0, End: names.length - 1 }[event.key];
    if (to === undefined) return;
    event.preventDefault();
    const next = (to + names.length) % names.length;
    this.tab.value = names[next] as string;
    (this.tabs.children[next] as HTMLElement).focus();
  }

  private connect(model: Model): void {
    const { scope } = this;
    scope.listen(this.diff, "click", () => {
      this.only.value = !this.only.peek();
    });
    scope.listen(this.base, "change", () => {
      this.baseline.value = this.base.value;
    });
    scope.listen(this.all, "click", () => {
      this.runs.value = this.data.peek().runs.map((run) => run.name);
    });
    scope.listen(this.reload, "click", () => {
      this.problem.value = "";
      this.refreshing.ask({ type: "refresh" });
    });
    onMessage(model, scope, (content) => this.heard(content));
    scope.effect(() => this.paintBar());
    scope.effect(() => this.paintNote());
    scope.effect(() => this.paint());
    // New data: what was read of the files may have changed.
    scope.effect(() => {
      this.data.value;
      this.previews.value = new Map();
    });
  }

  private heard(content: Record<string, unknown>): void {
    if (content["type"] === "refreshed") {
      this.refreshing.answered();
      this.problem.value = String(content["error"] ?? "");
    } else if (content["type"] === "artifact") {
      this.asking.answered();
      this.problem.value = String(content["error"] ?? "");
      if (this.problem.peek()) {
        this.previews.value = new Map(this.previews.peek());
        return;
      }
      const told = content["previews"] as { run: string; preview: Preview | null }[];
      const found = new Map(told.map((one) => [one.run, one.preview]));
      const key = artifactKey(content["direction"], content["name"]);
      this.previews.value = new Map([...this.previews.peek(), [key, found]]);
    }
  }

  private paintBar(): void {
    const { runs } = this.data.value;
    const shown = places(runs, this.runs.value);
    const gone = runs.length - shown.length;
    const [whose, ...others] = new Set(shown.map((place) => runs[place]?.experiment));
    setText(this.title, others.length === 0 ? (whose ?? "") : "");
    show(this.title, others.length === 0 && Boolean(whose));
    setText(this.count, plural(shown.length, "run"));
    setText(this.all, `${gone} hidden, show all`);
    show(this.all, gone > 0);
    setAttributes(this.diff, { "aria-pressed": this.only.value ? "true" : "false" });
    const options = shown.map((place) => {
      const name = runs[place]?.name ?? "";
      return h("option", "", { value: name, title: name }, middleCut(name, 40));
    });
    this.base.replaceChildren(...options);
    this.base.value = this.baseline.value;
    const waiting = this.refreshing.text("Refreshing…");
    this.reload.disabled = waiting !== "";
    setText(this.reload, waiting || "Refresh");
  }

  private paintNote(): void {
    const remarks = this.data.value.remarks.slice(0, 3);
    const late = this.asking.text("");
    const told = [this.problem.value, late, ...remarks].filter((text) => text !== "");
    setText(this.note, told.join(" "));
    show(this.note, told.length > 0);
  }

  /** Build the tab that is shown; focus and scroll stay where they were. */
  private paint(): void {
    const { panel } = this;
    const tab = this.tab.value;
    const columns = this.columns();
    const focus = this.focused();
    const left = panel.scrollLeft;
    this.inside.close();
    this.inside = new Scope();
    const parts = this.parts(tab, columns);
    panel.replaceChildren(...parts);
    panel.scrollLeft = left;
    this.paintControls(tab);
    if (focus >= 0) panel.querySelectorAll<HTMLElement>("button")[focus]?.focus();
  }

  private focused(): number {
    const root = this.panel.getRootNode() as Document | ShadowRoot;
    const active = root.activeElement;
    return active ? Array.from<Element>(this.panel.querySelectorAll("button")).indexOf(active) : -1;
  }

  private columns(): Columns {
    const { runs } = this.data.value;
    const shown = places(runs, this.runs.value);
    const found = runs.findIndex((run) => run.name === this.baseline.value);
    const hide = (name: string) => {
      const kept = shown.map((place) => runs[place]?.name ?? "").filter((one) => one !== name);
      if (name === this.baseline.peek() && kept[0]) this.baseline.value = kept[0];
      this.runs.value = kept;
    };
    return {
      runs,
      shown,
      baseline: shown.includes(found) ? found : (shown[0] ?? 0),
      theme: this.tokens.value.theme,
      hide: shown.length > LEAST ? hide : null,
      choose: (name) => {
        this.baseline.value = name;
      },
    };
  }

  private parts(tab: string, columns: Columns): HTMLElement[] {
    if (tab === "metrics") return this.metrics(columns);
    if (tab === "code") {
      const look = { ...columns, onlyChanges: this.only.value, split: this.layout.value !== "unified" };
      return codeBlocks(this.data.value.code, look);
    }
    if (tab === "artifacts") return this.files(columns);
    return tab === "charts" ? this.charts(columns) : this.rows(tab, columns);
  }

  private rows(tab: string, columns: Columns): HTMLElement[] {
    const only = this.only.value;
    const groups = this.data.value.sections
      .filter((section) => section.tab === tab)
      .map((section) => ({ ...section, rows: shownRows(section.rows, columns.shown, only) }))
      .filter((group) => group.rows.length > 0);
    if (groups.length > 0) return [compareTable(groups, columns)];
    const what = tab === "env" ? "environment" : "parameters";
    return [nothing(only ? `The same ${what} in all of these runs.` : `Nothing was kept of the ${what}.`)];
  }

  private metrics(columns: Columns): HTMLElement[] {
    const all = this.data.value.metrics;
    if (all.length === 0) return [nothing("No metric was logged in these runs.")];
    const statistic = this.statistic.value;
    const rows = shownRows(statRows(all, statistic), columns.shown, this.only.value).map((row): TableRow => {
      const way = row.best === "min" ? "lower is better" : row.best === "max" ? "higher is better" : "";
      return { ...row, name: statistic === "all" ? `${row.name} ${row.statistic}` : row.name, aside: way };
    });
    if (rows.length === 0) return [nothing("The same values in all of these runs.")];
    return [
      compareTable([{ title: statistic === "all" ? "Metrics" : `Metrics, ${statistic}`, rows }], columns),
    ];
  }

  private files(columns: Columns): HTMLElement[] {
    const { artifacts } = this.data.value;
    if (artifacts.length === 0) return [nothing("No file was logged in these runs.")];
    const where = ({ of }: CompareArtifact) => of.map((one) => one?.value ?? null);
    const rows = this.only.value ? artifacts.filter((row) => differs(where(row), columns.shown)) : artifacts;
    if (rows.length === 0) return [nothing("The same files in all of these runs.")];
    return [filesTable(rows, columns, this.previews.value, this.asking)];
  }

  private charts(columns: Columns): HTMLElement[] {
    const names = new Set(columns.shown.map((place) => columns.runs[place]?.name));
    const hidden = new Set(this.hidden.value);
    const all = this.series.value.filter((one) => names.has(one.header.run));
    if (all.length === 0) return [nothing("These runs share no metric.")];
    const legend = new Legend(this.hidden, this.inside);
    legend.paint(legendEntries(all, null, NO_EMPHASIS), columns.theme);
    const box = h("div", "panels");
    for (const metric of metricNames(this.data.value.metrics, all)) {
      const lines = all.filter((one) => one.header.metric === metric && !hidden.has(one.header.run));
      box.append(new SmallChart(metric, lines, columns.theme, this.hover, this.inside).root);
    }
    return [legend.root, box];
  }

  private paintControls(tab: string): void {
    const parts: HTMLElement[] = [];
    if (tab === "metrics")
      parts.push(segments("Statistic", [...STATISTICS, "all"], this.statistic, this.inside));
    if (tab === "code") parts.push(segments("Layout", ["unified", "side by side"], this.layout, this.inside));
    this.controls.replaceChildren(...parts);
  }
}

const nothing = (text: string): HTMLElement => emptyState({ text, code: "" });

/** Names in the order of the metrics' table, of those that have lines. */
function metricNames(metrics: readonly CompareMetric[], series: readonly Series[]): string[] {
  const drawn = new Set(series.map((one) => one.header.metric));
  return metrics.map((metric) => metric.name).filter((name) => drawn.has(name));
}
