/** Metrics over steps, time or another metric: one panel each, zoomed, smoothed and hovered together, all in the page. */

import { batch, type ReadonlySignal, signal } from "@preact/signals-core";
import { h, setText, show } from "../dom";
import { type Emphasis, roleOf } from "../lib/emphasis";
import { type Move, moveDomain, positiveDomain, snap, xExtent } from "../lib/reading";
import type { Series } from "../lib/series";
import { plural } from "../lib/text";
import type { Tokens } from "../lib/theme";
import type { Model } from "../model";
import type { Scope } from "../scope";
import { loadVega, type Vega } from "../vega";
import { ChartState } from "./chart_state";
import { chartToolbar } from "./chart_toolbar";
import { Details } from "./details";
import { emptyState } from "./empty";
import { labelRoom } from "./ends";
import { Legend, legendEntries } from "./legend";
import { Panel, type Shared } from "./panel";

/** Lines up to which the ends have their values beside them. */
const MOST_LABELLED = 12;

export class MetricChart {
  private readonly state: ChartState;
  private readonly hover = signal<number | null>(null);
  private readonly details: Details;
  private readonly panels = new Map<string, Panel>();
  private readonly panelBox = h("div", "panels");
  private readonly note = h("div", "note quiet", { role: "status" });
  private readonly error = h("div", "note bad", { role: "alert" });
  private readonly empty = h("div", "");
  private readonly legend: Legend;
  private vega: Vega | null = null;
  private lastLive: Series[] | null = null;

  constructor(
    private readonly root: HTMLElement,
    private readonly model: Model,
    private readonly tokens: ReadonlySignal<Tokens>,
    private readonly scope: Scope,
  ) {
    this.state = new ChartState(model, scope);
    this.details = new Details(model, scope);
    this.legend = new Legend(this.state.hidden, scope);
    this.build();
    this.start();
  }

  /** Names of the runs that have lines. */
  get names(): ReadonlySignal<string[]> {
    return this.state.names;
  }

  /** Draw runs by what other views have picked, until this is called again; nothing is compiled anew for it. */
  emphasise(emphasis: Emphasis): void {
    this.state.emphasis.value = emphasis;
  }

  private build(): void {
    const toolbar = chartToolbar(this.state, this.scope);
    this.root.classList.add("smtw-chart");
    this.root.append(
      h("div", "box", {}, toolbar, this.empty, this.panelBox, this.legend.root, this.note, this.error),
    );
    show(this.note, false);
    show(this.error, false);
  }

  private start(): void {
    const { state } = this;
    this.scope.effect(() => {
      const entries = legendEntries(state.all.value, state.groups, state.emphasis.value);
      this.legend.paint(entries, this.tokens.value.theme);
    });
    this.scope.effect(() => this.paintEmpty(state.all.value));
    loadVega(this.model, this.scope)
      .then((vega) => {
        if (this.scope.ended) return;
        this.vega = vega;
        this.scope.effect(() => this.paint());
      })
      .catch((error: unknown) => this.fail(error));
  }

  private paintEmpty(series: readonly Series[]): void {
    const empty = series.every((one) => one.header.n === 0);
    show(this.panelBox, !empty);
    show(this.empty, empty);
    this.empty.replaceChildren(
      emptyState(this.state.set.value?.empty ?? { text: "No points yet.", code: "" }),
    );
  }

  private paint(): void {
    const { vega, state } = this;
    const spec = state.spec.value;
    if (!vega || !spec) return;
    const unseen = state.unseen;
    const fine = this.details.apply(state.all.value, state.x.value, state.domain.value);
    const visible = fine.filter((one) => !unseen.has(one.header.run));
    const onlyPoints = this.lastLive !== null && this.lastLive !== state.live.value;
    this.lastLive = state.live.value;
    const metrics = state.panels;
    this.keepPanels(metrics, vega);
    const look = this.look();
    for (const metric of metrics) {
      const series = visible.filter((one) => one.header.metric === metric);
      const best = state.set.value?.best?.[metric] ?? ("max" as const);
      const front = series.filter((one) => roleOf(one.header.run, look.emphasis, "") !== "context");
      const room = look.groups || front.length <= MOST_LABELLED ? labelRoom(front.map((one) => one.last)) : 0;
      this.panels.get(metric)?.update({ ...look, spec, series, best, room }, onlyPoints);
    }
    this.paintNote();
  }

  private look() {
    const { state } = this;
    const logX = state.logX.value && state.x.value !== "time";
    const domain = state.domain.value;
    const full = () => xExtent(state.all.value, state.x.value, true);
    return {
      axis: state.x.value,
      logX,
      logY: state.logY.value,
      smooth: state.smooth.value,
      smoothKind: state.smoothKind.value,
      groups: state.groups,
      edges: state.edges.value,
      ignoreOutliers: state.ignoreOutliers.value,
      emphasis: state.emphasis.value,
      domain: logX && domain && domain[0] <= 0 ? positiveDomain(domain, full()) : domain,
      height: state.height.value,
      tokens: this.tokens.value,
    };
  }

  private keepPanels(metrics: readonly string[], vega: Vega): void {
    for (const [metric, panel] of this.panels) show(panel.root, metrics.includes(metric));
    for (const metric of metrics) {
      if (this.panels.has(metric)) continue;
      const panel = new Panel(
        metric,
        vega,
        this.shared(),
        this.scope,
        () => this.paintNote(),
        (error) => this.fail(error),
      );
      this.panels.set(metric, panel);
      this.panelBox.append(panel.root);
    }
  }

  private visible(): Series[] {
    const hidden = new Set([...this.state.hidden.peek(), ...this.state.emphasis.peek().hidden]);
    return this.state.all.peek().filter((one) => !hidden.has(one.header.run));
  }

  private get logX(): boolean {
    return this.state.logX.peek() && this.state.x.peek() !== "time";
  }

  private shared(): Shared {
    const { state } = this;
    return {
      hover: this.hover,
      zoom: (domain) => {
        state.domain.value = domain;
      },
      move: (move, from) => this.move(move, from),
      domain: () => state.domain.peek(),
      snap: (x) => snap(this.visible(), state.x.peek(), x),
      key: (event) => this.key(event),
    };
  }

  private move(move: Move, from: readonly [number, number] | null = this.state.domain.peek()): void {
    const full = xExtent(this.visible(), this.state.x.peek(), this.logX);
    if (full) this.state.domain.value = moveDomain(from, full, { ...move, log: this.logX });
  }

  /** Keys on a plot: arrows read, plus and minus zoom, shift and arrows move, Escape shows all. */
  private key(event: KeyboardEvent): boolean {
    const full = xExtent(this.visible(), this.state.x.peek(), this.logX);
    if (!full || event.ctrlKey || event.metaKey || event.altKey) return false;
    const around = this.hover.peek();
    const about = around === null ? {} : { around };
    const direction = event.key === "ArrowRight" ? 1 : event.key === "ArrowLeft" ? -1 : 0;
    if (direction !== 0 && event.shiftKey) this.move({ shift: direction / 4 });
    else if (direction !== 0) this.step(direction, this.state.domain.peek() ?? full);
    else if (event.key === "+" || event.key === "=") this.move({ scale: 0.5, ...about });
    else if (event.key === "-") this.move({ scale: 2, ...about });
    else if (event.key === "Escape" || event.key === "0") this.leave();
    else return false;
    return true;
  }

  private leave(): void {
    batch(() => {
      this.state.domain.value = null;
      this.hover.value = null;
    });
  }

  /** Move the rule by a fiftieth of the view, and at least to the next point. */
  private step(direction: number, [low, high]: readonly [number, number]): void {
    const series = this.visible();
    const from = this.hover.peek() ?? (direction > 0 ? low : high);
    const stride = (high - low) / 50;
    let next = from;
    for (let reach = stride; next === from && reach <= high - low; reach += stride) {
      next = snap(series, this.state.x.peek(), from + direction * reach);
    }
    if (Number.isFinite(next)) this.hover.value = Math.min(high, Math.max(low, next));
  }

  private paintNote(): void {
    const { state } = this;
    const shown = [...this.panels.values()].filter((panel) => !panel.root.hidden);
    const rows = shown.map((panel) => panel.rows).filter((one) => one !== null);
    const sum = (of: (one: (typeof rows)[number]) => number) =>
      rows.reduce((total, one) => total + of(one), 0);
    const dropped = sum((one) => one.dropped);
    const outside = sum((one) => one.span?.outside ?? 0);
    const texts: string[] = [];
    if (state.awaited) texts.push(state.awaited);
    if (dropped > 0) texts.push(`${plural(dropped, "value")} of zero or less not shown on a log axis.`);
    if (state.ignoreOutliers.peek() && rows.length > 0) texts.push(this.outlierText(outside));
    const coarse = rows.flatMap((one) => one.coarse);
    const asked = this.details.want(
      coarse,
      state.x.peek(),
      state.domain.peek(),
      () => this.panelBox.clientWidth,
    );
    if (asked) texts.push("Finer detail comes when the kernel is idle.");
    setText(this.note, texts.join(" "));
    show(this.note, texts.length > 0);
  }

  private outlierText(outside: number): string {
    // A bucket of many points tells its lowest and highest only.
    const more = this.visible().every((one) => one.header.exact) ? "" : " or more";
    return outside > 0 ? `${plural(outside, "outlier")}${more} outside of what is shown.` : "No outliers.";
  }

  private fail(error: unknown): void {
    const text = error instanceof Error ? error.message : String(error);
    setText(this.error, `The chart could not be drawn: ${text}`);
    show(this.error, true);
  }
}
