/** What a chart shows and how, as signals: bound to the model, and what follows from them. */

import { computed, type ReadonlySignal, type Signal, signal } from "@preact/signals-core";
import { type Axis, isMetric, isTimed } from "../lib/axis";
import type { Edges } from "../lib/band";
import { type Emphasis, NO_EMPHASIS } from "../lib/emphasis";
import { bandsOf, labelsOf, mergeGroups } from "../lib/groups";
import { decodeSeries, introduce, mergeSeries, type Series, type SeriesSet } from "../lib/series";
import type { SmoothKind } from "../lib/smooth";
import { bind, follow, type Model } from "../model";
import type { Scope } from "../scope";
import type { ToolbarState } from "./chart_toolbar";

export class ChartState implements ToolbarState {
  readonly spec: Signal<Record<string, unknown> | null>;
  readonly set: Signal<SeriesSet | null>;
  readonly base: ReadonlySignal<Series[]>;
  readonly live: ReadonlySignal<Series[]>;
  /** All series, the open runs' newest points among them. */
  readonly all: ReadonlySignal<Series[]>;
  readonly x: Signal<Axis>;
  readonly logX: Signal<boolean>;
  readonly logY: Signal<boolean>;
  readonly smooth: Signal<number>;
  readonly smoothKind: Signal<SmoothKind>;
  readonly band: Signal<string>;
  readonly edges: Signal<Edges>;
  readonly ignoreOutliers: Signal<boolean>;
  readonly hidden: Signal<string[]>;
  readonly domain: Signal<[number, number] | null>;
  readonly height: Signal<number>;
  readonly emphasis = signal<Emphasis>(NO_EMPHASIS);
  readonly metrics: ReadonlySignal<readonly string[]>;
  readonly bands: ReadonlySignal<readonly string[]>;
  readonly several: ReadonlySignal<boolean>;
  readonly names: ReadonlySignal<string[]>;
  private readonly labels: ReadonlySignal<Record<string, Record<string, string>>>;

  constructor(
    private readonly model: Model,
    private readonly scope: Scope,
  ) {
    this.spec = follow(model, "_spec", scope);
    this.set = follow(model, "_series", scope);
    this.base = this.followSeries("_series", "_points");
    this.live = this.followSeries("_live", "_live_points");
    this.all = computed(() => {
      const all = mergeSeries(this.base.value, this.live.value);
      introduce(all);
      return all;
    });
    this.x = bind(model, "x", scope);
    this.logX = bind(model, "log_x", scope);
    this.logY = bind(model, "log_y", scope);
    this.smooth = bind(model, "smooth", scope, 250);
    this.smoothKind = bind(model, "smooth_kind", scope);
    this.band = bind(model, "band", scope);
    this.edges = bind(model, "edges", scope);
    this.ignoreOutliers = bind(model, "ignore_outliers", scope);
    this.hidden = bind(model, "hidden", scope);
    this.domain = bind(model, "domain", scope, 100);
    this.height = follow(model, "height", scope);
    this.metrics = computed(() => this.set.value?.x_metrics ?? []);
    const open = follow<SeriesSet | null>(model, "_live", scope);
    this.labels = computed(() => mergeGroups(this.set.value?.groups, open.value?.groups));
    this.bands = computed(() => bandsOf(this.set.value?.groups));
    this.names = computed(() => [...new Set(this.all.value.map((one) => one.header.run))]);
    this.several = computed(() => this.names.value.length > 1);
  }

  /** Each run's label of what lines are averaged by; null without. */
  get groups(): Readonly<Record<string, string>> | null {
    return labelsOf(this.band.value, this.labels.value);
  }

  /** Runs that are not drawn: hidden here, or by the views that this one is linked with. */
  get unseen(): ReadonlySet<string> {
    return new Set([...this.hidden.value, ...this.emphasis.value.hidden]);
  }

  /** Metrics that have a panel, in order. */
  get panels(): string[] {
    const told = this.set.value;
    const only = new Set(told?.only_x ?? []);
    const names = new Set([...(told?.metrics ?? []), ...this.all.value.map((one) => one.header.metric)]);
    return [...names].filter((name) => !only.has(name) && name !== this.x.value);
  }

  /** What only the kernel can bring; "" when the page has all it needs. */
  get awaited(): string {
    const told = this.set.value;
    const x = this.x.value;
    if (told?.trouble) return told.trouble;
    if (told?.lacks === "time" && isTimed(x)) return "The points' times come when the kernel is idle.";
    if (told?.lacks === "step" && !isTimed(x)) return "The points' steps come when the kernel is idle.";
    const has = !isMetric(x) || this.all.value.some((one) => one.header.metric === x);
    if (!has) return `The points of ${x} come when the kernel is idle.`;
    return this.band.value !== "" && !this.groups ? "The groups come when the kernel is idle." : "";
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
}
