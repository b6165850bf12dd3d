/** Invented data for the harness; the same on every load. */

import type { ColumnHeader, FrameHeader } from "../src/lib/columns";
import type { RunState } from "../src/lib/live";
import type { SeriesHeader, SeriesSet } from "../src/lib/series";

export function random(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state * 16807) % 2147483647;
    return state / 2147483647;
  };
}

/** Lays arrays one after the other, each at a multiple of 8 bytes. */
export class Bytes {
  private readonly parts: { offset: number; bytes: Uint8Array }[] = [];
  private size = 0;

  add(array: Float64Array | Int32Array): number {
    const offset = Math.ceil(this.size / 8) * 8;
    this.parts.push({ offset, bytes: new Uint8Array(array.buffer, array.byteOffset, array.byteLength) });
    this.size = offset + array.byteLength;
    return offset;
  }

  view(): DataView {
    const all = new Uint8Array(Math.ceil(this.size / 8) * 8);
    for (const { offset, bytes } of this.parts) all.set(bytes, offset);
    return new DataView(all.buffer);
  }
}

const STATUSES = ["Completed", "InProgress", "Failed", "Stopped"];
const METHODS = ["hist", "approx", "exact"];

export function sampleFrame(rows: number): { _header: FrameHeader; _data: DataView } {
  const next = random(7);
  const bytes = new Bytes();
  const columns: ColumnHeader[] = [];
  const now = Date.now() / 1000;
  const depth = Float64Array.from({ length: rows }, () => 3 + Math.floor(next() * 9));
  const rate = Float64Array.from({ length: rows }, () => Number((10 ** (-3 + 2.5 * next())).toPrecision(2)));
  const status = Int32Array.from({ length: rows }, (_, i) =>
    i === 2 ? 1 : next() < 0.86 ? 0 : Math.floor(next() * 3) + 1,
  );
  const auc = rate.map((value, i) =>
    status[i] === 2 ? Number.NaN : 0.95 - Math.abs(Math.log10(value) + 1.3) * 0.03 - next() * 0.02,
  );
  const names = Array.from({ length: rows }, (_, i) =>
    i === 5
      ? `a-name-that-somebody-made-very-long-${"x".repeat(60)}-end`
      : `xgb-d${depth[i]}-lr${rate[i]}-${i}`,
  );
  const text = (
    name: string,
    label: string,
    group: string,
    kind: ColumnHeader["kind"],
    values: string[],
    codes: Int32Array,
  ) => {
    columns.push({
      name,
      field: name,
      label,
      group,
      kind,
      dtype: "i32",
      offset: bytes.add(codes),
      length: rows,
      values,
    });
  };
  const numbers = (
    name: string,
    label: string,
    group: string,
    data: Float64Array,
    extra: Partial<ColumnHeader> = {},
  ) => {
    columns.push({
      name,
      field: name === "duration_s" ? "duration" : name.replace(/\.last$/, ""),
      label,
      group,
      kind: "number",
      dtype: "f64",
      offset: bytes.add(data),
      length: rows,
      ...extra,
    });
  };
  const every = (make: (i: number) => number) => Float64Array.from({ length: rows }, (_, i) => make(i));
  text(
    "run",
    "run",
    "run",
    "run",
    names,
    Int32Array.from({ length: rows }, (_, i) => i),
  );
  text("status", "status", "run", "status", STATUSES, status);
  numbers(
    "started",
    "started",
    "run",
    every((i) => now - 40 - i * i * 37),
    { kind: "time" },
  );
  numbers(
    "duration_s",
    "duration",
    "run",
    every(() => -Math.log(next()) * 120),
    { kind: "duration" },
  );
  numbers("params.max_depth", "max_depth", "params", depth);
  numbers("params.learning_rate", "learning_rate", "params", rate);
  text(
    "params.tree_method",
    "tree_method",
    "params",
    "category",
    METHODS,
    Int32Array.from({ length: rows }, () => Math.floor(next() * 3.2) - 0).map((code) =>
      code > 2 ? -1 : code,
    ),
  );
  numbers("metrics.validation:auc.last", "validation:auc", "metrics", auc, { best: "max" });
  numbers(
    "metrics.validation:loss.last",
    "validation:loss",
    "metrics",
    auc.map((value) => 1.15 - value + next() * 0.02),
    { best: "min" },
  );
  for (let i = 0; i < 6; i += 1)
    numbers(
      `metrics.extra_${i}.last`,
      `extra_${i}`,
      "metrics",
      every(() => next() * 10 ** (i * 2 - 6)),
    );
  text(
    "tags.team",
    "team",
    "tags",
    "text",
    ["fraud", "<img src=x onerror=alert(1)>"],
    Int32Array.from({ length: rows }, (_, i) => (i % 7 === 0 ? 1 : 0)),
  );
  const colours = Array.from({ length: rows }, (_, i) => (i < 1000 ? i % 6 : -1));
  const empty = { text: "No runs in fraud-detection yet. Begin a cell with", code: "%%sm_run first-run" };
  return {
    _header: {
      rows,
      columns,
      runs: names,
      colours,
      title: "fraud-detection",
      fetched: now - 2,
      again: true,
      empty,
    },
    _data: bytes.view(),
  };
}

export const TABLE_COLUMNS = [
  "status",
  "started",
  "duration_s",
  "params.max_depth",
  "params.learning_rate",
  "params.tree_method",
  "metrics.validation:auc.last",
  "metrics.validation:loss.last",
];

export interface SeriesOptions {
  runs: number;
  points: number;
  metrics?: string[];
  noise?: number;
  exact?: boolean;
}

export function sampleSeries({
  runs,
  points,
  metrics = ["validation:loss", "validation:auc"],
  noise = 0.012,
  exact = true,
}: SeriesOptions): { header: SeriesSet; bytes: DataView } {
  const next = random(11);
  const bytes = new Bytes();
  const series: SeriesHeader[] = [];
  const start = 1_790_000_000;
  for (let run = 0; run < runs; run += 1) {
    for (const [m, metric] of metrics.entries()) {
      const k = 3 + next() * 3;
      const step = Float64Array.from({ length: points }, (_, i) => i);
      const time = step.map((i) => start + run * 300 + i * 0.8);
      const shape = (t: number) =>
        m % 2 === 0 ? 0.12 + 0.8 * Math.exp(-k * t) : 0.945 - run * 0.006 - 0.3 * Math.exp(-k * t);
      const low = step.map((i) => shape(i / points) + (next() - 0.5) * noise);
      const offset = bytes.add(step);
      bytes.add(time);
      bytes.add(low);
      if (!exact) bytes.add(low.map((value) => value + noise));
      const name =
        run === 1 ? "<b>bold</b> run with a rather long name, to be cut" : `xgb-d${4 + run * 2}-lr0p0${run}`;
      series.push({
        run: name,
        metric,
        colour: run % 6,
        dash: run % 6,
        n: points,
        count: exact ? points : points * 10,
        offset,
        exact,
        origin: start + run * 300,
      });
    }
  }
  return {
    header: { metrics, series, best: { "validation:loss": "min", loss: "min" } },
    bytes: bytes.view(),
  };
}

export function sampleState(change: Partial<RunState> = {}): { _state: RunState; _sparks: DataView } {
  const next = random(5);
  const bytes = new Bytes();
  const names = ["validation:loss", "train:loss", "validation:auc", "grad_norm"];
  const sparks = names.map((name, m) => {
    const x = Float64Array.from({ length: 60 }, (_, i) => i * 2);
    const y = x.map(
      (i) =>
        (m === 2
          ? 0.94 - 0.3 * Math.exp(-i / 30)
          : m === 3
            ? next()
            : 0.2 + 0.6 * Math.exp(-i / (24 + m * 6))) +
        (next() - 0.5) * 0.01,
    );
    const offset = bytes.add(x);
    bytes.add(y);
    return { name, offset, n: 60 };
  });
  const metric = (name: string, last: number, best: number, best_step: number) => ({
    name,
    last,
    best,
    best_step,
    step: 124,
    n: 125,
  });
  const metrics = [
    metric("validation:loss", 0.218_374, 0.217_1, 117),
    metric("train:loss", 0.1612, 0.161, 123),
    metric("validation:auc", 0.943_1, 0.943_6, 119),
    metric("grad_norm", 12_345.678, 3.2, 4),
  ];
  const now = Date.now() / 1000;
  const state: RunState = {
    status: "InProgress",
    name: "xgb-d8-lr0p05",
    experiment: "fraud-detection",
    group: "xgb-sweep",
    started: now - 102,
    ended: null,
    now,
    home: "embedded",
    metrics,
    sparks,
    parameters: 4,
    files: 2,
    waiting: 0,
    trouble: "",
    message: "",
    progress: { done: 124, total: 200, label: "step", at: now, first: 0, began: now - 102 },
  };
  return { _state: { ...state, ...change }, _sparks: bytes.view() };
}

/** A spec of the form that `charts/metric_chart.py` builds. */
export const SAMPLE_SPEC = {
  data: { name: "series" },
  layer: [
    {
      mark: { type: "area" },
      encoding: {
        y: { field: "low", type: "quantitative" },
        y2: { field: "high" },
        color: { field: "c", type: "ordinal" },
      },
    },
    {
      mark: { type: "line" },
      encoding: {
        y: { field: "y", type: "quantitative" },
        color: { field: "c", type: "ordinal" },
        strokeDash: { field: "d", type: "ordinal" },
      },
    },
  ],
  encoding: { x: { field: "x", type: "quantitative" }, detail: { field: "run", type: "nominal" } },
};
