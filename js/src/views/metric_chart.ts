/** Metrics over steps or time: one panel per metric, zoomed, smoothed and hovered together, all in the page. */

import { batch, computed, type ReadonlySignal, type Signal, signal } from "@preact/signals-core";
import { h, setText, show } from "../dom";
import { moveDomain, snap, xExtent } from "../lib/reading";
import { type Axis, decodeSeries, type Series, type SeriesSet, seriesKey } from "../lib/series";
import { plural } from "../lib/text";
import type { Tokens } from "../lib/theme";
import { bind, follow, type Model } from "../model";
import type { Scope } from "../scope";
import { loadVega, type Vega } from "../vega";
import { chartToolbar } from "./chart_toolbar";
import { Details } from "./details";
import { emptyState } from "./empty";
import { Legend, legendRuns } from "./legend";
import { Panel, type Shared } from "./panel";

export class MetricChart {
  private readonly spec: Signal<Record<string, unknown> | null>;
  private readonly base: ReadonlySignal<Series[]>;
  private readonly live: ReadonlySignal<Series[]>;
  private readonly set: Signal<SeriesSet | null>;
  private readonly x: Signal<Axis>;
  private readonly logX: Signal<boolean>;
  private readonly logY: Signal<boolean>;
  private readonly smooth: Signal<number>;
  private readonly hidden: Signal<string[]>;
  private readonly domain: Signal<[number, number] | null>;
  private readonly height: Signal<number>;
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
    this.spec = follow(model, "_spec", scope);
    this.set = follow(model, "_series", scope);
    this.base = this.followSeries("_series", "_points");
    this.live = this.followSeries("_live", "_live_points");
    this.x = bind(model, "x", scope);
    this.logX = bind(model, "log_x", scope);
    this.logY = bind(model, "log_y", scope);
    this.smooth = bind(model, "smooth", scope, 250);
    this.hidden = bind(model, "hidden", scope);
    this.domain = bind(model, "domain", scope);
    this.height = follow(model, "height", scope);
    this.details = new Details(model, scope);
    this.legend = new Legend(this.hidden);
    this.build();
    this.start();
  }

  private followSeries(header: string, bytes: string): ReadonlySignal<Series[]> {
    const set = follow<SeriesSet | null>(this.model, header, this.scope);
    const data = follow<DataView | null>(this.model, bytes, this.scope);
    let last: Series[] = [];
    return computed(() => {
      try {
        last = decodeSeries(set.value, data.value);
      } catch (error) {
        // Between the two halves of one update; the next change brings both.
        if (!(error instanceof RangeError)) throw error;
      }
      return last;
    });
  }

  private build(): void {
    const { x, logX, logY, smooth, domain } = this;
    const toolbar = chartToolbar({ x, logX, logY, smooth, domain }, this.scope);
    this.root.classList.add("smtw-chart");
    this.root.append(
      h("div", "box", {}, toolbar, this.empty, this.panelBox, this.legend.root, this.note, this.error),
    );
    show(this.note, false);
    show(this.error, false);
  }

  private start(): void {
    const all = computed(() => merge(this.base.value, this.live.value));
    this.scope.effect(() => this.legend.paint(legendRuns(all.value), this.tokens.value.theme));
    this.scope.effect(() => this.paintEmpty(all.value));
    loadVega(this.model, this.scope)
      .then((vega) => {
        if (this.scope.ended) return;
        this.vega = vega;
        this.scope.effect(() => this.paint(all.value));
      })
      .catch((error: unknown) => this.fail(error));
  }

  private paintEmpty(series: readonly Series[]): void {
    const empty = series.every((one) => one.header.n === 0);
    const set = this.set.value;
    show(this.panelBox, !empty);
    show(this.empty, empty);
    this.empty.replaceChildren(emptyState(set?.empty ?? { text: "No points yet.", code: "" }));
  }

  private paint(all: Series[]): void {
    const { vega } = this;
    const spec = this.spec.value;
    if (!vega || !spec) return;
    const hidden = new Set(this.hidden.value);
    const fine = this.details.apply(all, this.x.value, this.domain.value);
    const visible = fine.filter((one) => !hidden.has(one.header.run));
    const onlyPoints = this.lastLive !== null && this.lastLive !== this.live.value;
    this.lastLive = this.live.value;
    const metrics = [
      ...new Set([...(this.set.value?.metrics ?? []), ...all.map((one) => one.header.metric)]),
    ];
    this.keepPanels(metrics, vega);
    for (const metric of metrics) {
      const series = visible.filter((one) => one.header.metric === metric);
      const state = {
        spec,
        series,
        axis: this.x.value,
        logX: this.logX.value && this.x.value !== "time",
        logY: this.logY.value,
      };
      const look = {
        smooth: this.smooth.value,
        domain: this.domain.value,
        height: this.height.value,
        tokens: this.tokens.value,
        best: this.set.value?.best?.[metric] ?? ("max" as const),
      };
      this.panels.get(metric)?.update({ ...state, ...look }, onlyPoints);
    }
  }

  private keepPanels(metrics: readonly string[], vega: Vega): void {
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
    const hidden = new Set(this.hidden.peek());
    return merge(this.base.peek(), this.live.peek()).filter((one) => !hidden.has(one.header.run));
  }

  private shared(): Shared {
    return {
      hover: this.hover,
      zoom: (domain) => {
        this.domain.value = domain;
      },
      snap: (x) => snap(this.visible(), this.x.peek(), x),
      key: (event) => this.key(event),
    };
  }

  /** Keys on a plot: arrows read, plus and minus zoom, shift and arrows move, Escape shows all. */
  private key(event: KeyboardEvent): boolean {
    const full = xExtent(this.visible(), this.x.peek());
    if (!full || event.ctrlKey || event.metaKey || event.altKey) return false;
    const domain = this.domain.peek();
    const around = this.hover.peek() ?? undefined;
    const zoom = (scale: number) =>
      moveDomain(domain, full, around === undefined ? { scale } : { scale, around });
    const direction = event.key === "ArrowRight" ? 1 : event.key === "ArrowLeft" ? -1 : 0;
    if (direction !== 0 && event.shiftKey)
      this.domain.value = moveDomain(domain, full, { shift: direction / 4 });
    else if (direction !== 0) this.step(direction, domain ?? full);
    else if (event.key === "+" || event.key === "=") this.domain.value = zoom(0.5);
    else if (event.key === "-") this.domain.value = zoom(2);
    else if (event.key === "Escape" || event.key === "0") this.leave();
    else return false;
    return true;
  }

  private leave(): void {
    batch(() => {
      this.domain.value = null;
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
      next = snap(series, this.x.peek(), from + direction * reach);
    }
    if (Number.isFinite(next)) this.hover.value = Math.min(high, Math.max(low, next));
  }

  private paintNote(): void {
    const rows = [...this.panels.values()].map((panel) => panel.rows).filter((one) => one !== null);
    const dropped = rows.reduce((sum, one) => sum + one.dropped, 0);
    const coarse = rows.flatMap((one) => one.coarse);
    const texts: string[] = [];
    if (dropped > 0) texts.push(`${plural(dropped, "value")} of zero or less not shown on a log axis.`);
    const asked = this.details.want(coarse, this.x.peek(), this.domain.peek(), this.panelBox.clientWidth);
    if (asked) texts.push("Finer detail comes when the kernel is idle.");
    setText(this.note, texts.join(" "));
    show(this.note, texts.length > 0);
  }

  private fail(error: unknown): void {
    const text = error instanceof Error ? error.message : String(error);
    setText(this.error, `The chart could not be drawn: ${text}`);
    show(this.error, true);
  }
}

/** `base` with the series that are live in place of their older selves. */
function merge(base: readonly Series[], live: readonly Series[]): Series[] {
  const newer = new Map(live.map((one) => [one.key, one]));
  const kept = base.map((one) => newer.get(one.key) ?? one);
  const known = new Set(base.map((one) => seriesKey(one.header.run, one.header.metric)));
  return [...kept, ...live.filter((one) => !known.has(one.key))];
}
