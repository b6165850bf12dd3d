/** An invented sweep: what runs, what failed and why, and values that get better by and by. */

import type { ColumnHeader } from "../src/lib/columns";
import { Bytes, random } from "./samples";

const STATUSES = ["Completed", "InProgress", "Failed", "Stopped"];
const MESSAGES = [
  "ValueError: Input contains NaN",
  "XGBoostError: [12:00:01] /src/tree/updater.cc:42: Check failed: n > 0\nStack trace:\n  [bt] (0) libxgboost.so(+0x1d2) [0x7f]\n  [bt] (1) libxgboost.so(+0x2a4) [0x7f]",
  "<img src=x onerror=alert(1)> CUDA out of memory. Tried to allocate 2.40 GiB (GPU 0; 15.78 GiB total capacity; 13.91 GiB already allocated)",
];
const OPTIMIZERS = ["adam", "sgd", "<b>lion</b>"];

export interface SweepOptions {
  points: number;
  /** The last so many are under way. */
  running?: number;
  /** Share of points that fail. */
  failing?: number;
}

export function sampleSweep({ points, running = 0, failing = 0.07 }: SweepOptions) {
  const next = random(23);
  const bytes = new Bytes();
  const now = Date.now() / 1000;
  const every = (make: (i: number) => number) => Float64Array.from({ length: points }, (_, i) => make(i));
  const status = Int32Array.from({ length: points }, (_, i) =>
    i >= points - running ? 1 : next() < failing ? 2 : next() < 0.1 ? 3 : 0,
  );
  const rate = every(() => Number((10 ** (-4 + 3 * next())).toPrecision(3)));
  const depth = every(() => 3 + Math.floor(next() * 6));
  const loss = every((i) => {
    const drift = 0.5 * Math.exp((-3 * i) / Math.max(1, points));
    const value = 0.18 + drift * next() + 0.03 * Math.abs(Math.log10(rate[i] as number) + 2.2) + next() ** 6;
    return status[i] === 2 ? Number.NaN : value;
  });
  const columns: ColumnHeader[] = [
    { name: "run", label: "run", group: "run", field: "name", kind: "run", length: points },
  ];
  const add = (name: string, data: Float64Array | Int32Array, more: Partial<ColumnHeader>) => {
    const parts = name.split(".");
    const label = parts.length > 1 ? (parts[1] as string) : name;
    const dtype = data instanceof Float64Array ? ("f64" as const) : ("i32" as const);
    const own = {
      name,
      label,
      group: parts.length > 1 ? (parts[0] as string) : "run",
      field: name,
      length: points,
    };
    columns.push({ ...own, kind: "number", dtype, offset: bytes.add(data), ...more });
  };
  add("status", status, { kind: "status", values: STATUSES });
  const why = Int32Array.from(status, (code) => (code === 2 ? Math.floor(next() * MESSAGES.length) : -1));
  add("message", why, { kind: "text", values: MESSAGES });
  add(
    "started",
    every((i) => now - 38 * (points - i) - 30),
    { kind: "time" },
  );
  add(
    "duration_s",
    every((i) => (status[i] === 1 ? Number.NaN : 20 + 20 * next())),
    { kind: "duration" },
  );
  add("params.learning_rate", rate, {});
  add("params.depth", depth, {});
  const choice = Int32Array.from({ length: points }, () => Math.floor(next() * OPTIMIZERS.length));
  add("params.optimizer", choice, { kind: "category", values: OPTIMIZERS });
  add("metrics.validation:loss.last", loss, { best: "min" });
  add(
    "metrics.accuracy.last",
    loss.map((value) => 1 - value / 2),
    { best: "max" },
  );
  const runs = Array.from({ length: points }, (_, i) => `trial-${String(i).padStart(3, "0")}`);
  const empty = { text: "No runs in xgb-sweep yet. Begin a cell with", code: "%%sm_run first-run" };
  const header = {
    rows: points,
    columns,
    runs,
    colours: runs.map(() => -1),
    title: "xgb-sweep",
    fetched: now,
    again: true,
    empty,
  };
  return { _header: header, _data: bytes.view() };
}
