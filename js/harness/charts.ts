/** The chart's cases: bands, outliers, another metric as x, and runs picked elsewhere. */

import { signal } from "@preact/signals-core";
import { h } from "../src/dom";
import type { Emphasis } from "../src/lib/emphasis";
import type { SeriesSet } from "../src/lib/series";
import type { Model } from "../src/model";
import { Scope } from "../src/scope";
import { watchTheme } from "../src/theme";
import { MetricChart } from "../src/views/metric_chart";
import { random, sampleSeries } from "./samples";

/** Series with what the kernel tells beside them. */
export function told(options: Parameters<typeof sampleSeries>[0]): { _series: SeriesSet; _points: DataView } {
  const { header, bytes } = sampleSeries(options);
  const runs = [...new Set(header.series.map((one) => one.run))];
  const by = (label: (i: number) => string) => Object.fromEntries(runs.map((run, i) => [run, label(i)]));
  const groups = {
    group: by((i) => (i % 2 ? "xgb-sweep" : "mlp")),
    "params.max_depth": by((i) => `max_depth ${4 + 2 * (i % 4)}`),
  };
  return { _series: { ...header, x_metrics: header.metrics, groups }, _points: bytes };
}

/** The same with a few values that have blown up. */
export function blown(options: Parameters<typeof sampleSeries>[0]): {
  _series: SeriesSet;
  _points: DataView;
} {
  const made = told(options);
  const next = random(3);
  for (const { offset, n } of made._series.series) {
    const values = new Float64Array(made._points.buffer, offset + 16 * n, n);
    for (let i = 0; i < 2; i += 1) values[Math.floor(next() * n)] = 40 * next();
  }
  return made;
}

/** What a table would say: two runs picked, one compared with, a third of the others filtered out. */
export function picked(runs: readonly string[]): Emphasis {
  return {
    selected: new Set([runs[3] ?? "", runs[6] ?? ""]),
    dimmed: new Set(runs.filter((_, i) => i % 3 === 2)),
    hidden: new Set([runs[8] ?? ""]),
    baseline: runs[0] ?? "",
  };
}

/** Mount a chart with a handle on it, as a view of several does. */
export function mountChart(model: Model, el: HTMLElement): { chart: MetricChart; close: () => void } {
  const scope = new Scope();
  const root = h("div", "root", { "data-lm-suppress-shortcuts": "true" });
  el.append(root);
  const chart = new MetricChart(root, model, watchTheme(root, signal("auto"), scope), scope);
  const close = () => {
    scope.close();
    root.remove();
  };
  return { chart, close };
}
