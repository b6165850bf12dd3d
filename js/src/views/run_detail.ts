/** One run in full: a head, and one of its tabs below. */

import { computed, type ReadonlySignal, type Signal, signal } from "@preact/signals-core";
import { Asking } from "../asking";
import { button, h, setAttributes, setText, show, uniqueId } from "../dom";
import {
  type DetailState,
  headText,
  TABS,
  type Tab,
  tabAfter,
  tabCount,
  tabsOf,
  tabTitle,
} from "../lib/detail";
import { formatCount } from "../lib/format";
import { decodeSeries, type Series, type SeriesHeader } from "../lib/series";
import { statusLabel } from "../lib/status";
import { middleCut } from "../lib/text";
import type { Tokens } from "../lib/theme";
import { bind, follow, type Model, onMessage } from "../model";
import type { Scope } from "../scope";
import { DetailArtifacts } from "./detail_artifacts";
import { DetailCodeView } from "./detail_code";
import { DetailJobs } from "./detail_jobs";
import { DetailLogs } from "./detail_logs";
import { DetailMetrics } from "./detail_metrics";
import { DetailOverview } from "./detail_overview";
import { DetailParams } from "./detail_params";
import { DetailSystem } from "./detail_system";
import type { TabContext, TabView } from "./detail_tab";
import { paintStatus, statusPill } from "./status";

const VIEWS: Record<Tab, new (context: TabContext) => TabView> = {
  overview: DetailOverview,
  metrics: DetailMetrics,
  params: DetailParams,
  artifacts: DetailArtifacts,
  code: DetailCodeView,
  logs: DetailLogs,
  system: DetailSystem,
  jobs: DetailJobs,
};
const HEIGHT = 560;

interface Sheet {
  tab: HTMLButtonElement;
  count: HTMLElement;
  panel: HTMLElement;
  view: TabView | null;
}

export class RunDetail {
  private readonly state: Signal<DetailState>;
  private readonly series: Signal<SeriesHeader[]>;
  private readonly points: Signal<DataView | null>;
  private readonly tab: Signal<Tab>;
  private readonly lines: ReadonlySignal<Map<string, Series>>;
  private readonly sheets = new Map<Tab, Sheet>();
  private readonly context: TabContext;
  private readonly asking: Asking;
  private arrived = performance.now();

  private readonly pill = statusPill();
  private readonly name = h("b", "");
  private readonly place = h("span", "quiet num");
  private readonly home = h("span", "quiet");
  private readonly refresh = button("Refresh");
  private readonly told = signal("");
  private readonly notes = h("div", "");
  private readonly announced = h("span", "hidden-text", { role: "status", "aria-live": "polite" });

  constructor(
    private readonly root: HTMLElement,
    model: Model,
    tokens: ReadonlySignal<Tokens>,
    private readonly scope: Scope,
  ) {
    this.state = follow<DetailState>(model, "_state", scope);
    this.series = follow<SeriesHeader[]>(model, "_series", scope);
    this.points = follow<DataView | null>(model, "_points", scope);
    this.tab = bind<Tab>(model, "tab", scope);
    this.lines = computed(() => {
      const decoded = decodeSeries({ metrics: [], series: this.series.value ?? [] }, this.points.value);
      return new Map(decoded.map((one) => [one.header.metric, one]));
    });
    this.context = { model, tokens, scope, go: (tab) => this.go(tab) };
    this.asking = new Asking(model, scope);
    onMessage(model, scope, (content) => {
      if (content["type"] !== "refreshed") return;
      this.asking.answered();
      this.told.value = String(content["error"] ?? "");
    });
    this.build();
    const height = follow<number | null>(model, "height", scope);
    scope.effect(() => {
      for (const { panel } of this.sheets.values()) panel.style.maxHeight = `${height.value ?? HEIGHT}px`;
    });
    scope.effect(() => this.paintHead());
    scope.effect(() => this.paintNotes());
    scope.effect(() => this.paintTab());
    scope.every(1000, () => this.paintTime());
  }

  private build(): void {
    const head = h("div", "card", {}, this.pill, h("div", "card-title", {}, this.name, " ", this.place));
    head.append(this.refresh, this.home);
    const tabs = h("div", "tabs", { role: "tablist", "aria-label": "About the run" });
    const panels = TABS.map((name) => this.sheet(name, tabs));
    this.root.append(h("div", "box detail", {}, head, this.notes, tabs, ...panels, this.announced));
    this.scope.listen(tabs, "keydown", (event) => {
      const to = tabAfter(this.tab.peek(), event.key, tabsOf(this.state.peek(), this.tab.peek()));
      if (!to) return;
      event.preventDefault();
      this.go(to);
      this.sheets.get(to)?.tab.focus();
    });
    this.scope.listen(this.refresh, "click", () => {
      this.told.value = "";
      this.asking.ask({ type: "refresh" });
    });
  }

  private sheet(name: Tab, tabs: HTMLElement): HTMLElement {
    const count = h("span", "tab-count num");
    const tab = h(
      "button",
      "tab",
      { type: "button", role: "tab", id: uniqueId("tab") },
      tabTitle(name),
      count,
    );
    const panel = h("div", "panel-body", { role: "tabpanel", id: uniqueId("panel"), tabindex: 0 });
    setAttributes(tab, { "aria-controls": panel.id });
    setAttributes(panel, { "aria-labelledby": tab.id });
    tabs.append(tab);
    this.sheets.set(name, { tab, count, panel, view: null });
    this.scope.listen(tab, "click", () => this.go(name));
    return panel;
  }

  private go(tab: Tab): void {
    this.tab.value = tab;
  }

  private paintHead(): void {
    const state = this.state.value;
    if (!state?.name) return;
    this.arrived = performance.now();
    paintStatus(this.pill, state.status);
    setText(this.name, middleCut(state.name, 64));
    this.name.title = state.name;
    setText(this.home, state.home);
    setText(this.announced, `Run ${state.name}: ${statusLabel(state.status)}`);
    show(this.refresh, !state.live && state.ended === null);
    for (const [name, { count }] of this.sheets) {
      const number = tabCount(name, state);
      setText(count, number ? formatCount(number) : "");
    }
    this.paintTime();
  }

  private paintTime(): void {
    const state = this.state.peek();
    if (state?.name) setText(this.place, headText(state, (performance.now() - this.arrived) / 1000));
  }

  private paintNotes(): void {
    const lines = (this.state.value?.notes ?? []).map(([kind, text]) => h("div", `note ${kind}`, {}, text));
    this.refresh.disabled = this.asking.waiting.value;
    const told = this.asking.text("") || this.told.value;
    if (told) lines.push(h("div", "note", { role: "status" }, told));
    this.notes.replaceChildren(...lines);
  }

  private paintTab(): void {
    const shown = this.tab.value;
    for (const [name, { tab, panel }] of this.sheets) {
      setAttributes(tab, {
        "aria-selected": name === shown ? "true" : "false",
        tabindex: name === shown ? 0 : -1,
      });
      show(panel, name === shown);
    }
    const state = this.state.value;
    const jobs = this.sheets.get("jobs")?.tab;
    if (jobs && state?.name) show(jobs, tabsOf(state, shown).includes("jobs"));
    const sheet = this.sheets.get(shown);
    if (!sheet || !state?.name) return;
    // Colours are the theme's: read, so that a change of it paints anew.
    this.context.tokens.value;
    if (!sheet.view) {
      sheet.view = new VIEWS[shown](this.context);
      sheet.panel.append(sheet.view.root);
    }
    sheet.view.paint(state, this.lines.value);
  }
}
