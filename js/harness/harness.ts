/** Mounts each view with invented data, for screenshots, contrast checks and timings without a notebook. */

import chunk from "virtual:vega-chunk";
import widget from "../src/widget";
import { FakeModel } from "./fake_model";
import { SAMPLE_SPEC, sampleFrame, sampleSeries, sampleState, TABLE_COLUMNS } from "./samples";
import { tableCases } from "./table_cases";

/** State of a selection of invented runs. */
const shared = (rows: number, change: Record<string, unknown> = {}) => ({
  ...sampleFrame(rows),
  _scope: "",
  filters: [],
  filter: "",
  selected: [],
  hidden: [],
  baseline: "",
  ...change,
});

/** A table, and what is different in its selection. */
const table = (rows: number, change: Record<string, unknown> = {}, look: Record<string, unknown> = {}) => ({
  _view: "RunTable",
  _shared: shared(rows, change),
  columns: TABLE_COLUMNS,
  sort: [{ column: "metrics.validation:auc.last", descending: true }],
  height: 330,
  pinned: [],
  differing: false,
  group_by: "",
  sparklines: [],
  _experiment: "",
  _chosen: true,
  _writable: true,
  ...look,
});

const chart = (options: Parameters<typeof sampleSeries>[0], change: Record<string, unknown> = {}) => {
  const { header, bytes } = sampleSeries(options);
  const chunkBytes = new DataView(chunk.buffer, chunk.byteOffset, chunk.byteLength);
  const state = { _series: header, _points: bytes, _live: { metrics: [], series: [] }, _live_points: null };
  const look = { x: "step", log_x: false, log_y: false, smooth: 0, hidden: [], domain: null, height: 190 };
  return {
    _view: "MetricChart",
    _spec: SAMPLE_SPEC,
    _chunk: chunkBytes,
    _chunk_hash: "harness",
    ...state,
    ...look,
    ...change,
  };
};

const card = (change = {}) => ({ _view: "LiveRun", ...sampleState(change) });

const now = () => Date.now() / 1000;

const CASES: Record<string, () => Record<string, unknown>> = {
  LiveRun: () =>
    card({ waiting: 1204, trouble: "1,204 points waiting: the service is throttling, nothing lost" }),
  LiveRunDone: () => card({ status: "Completed", ended: now() + 63, progress: null }),
  LiveRunFailed: () =>
    card({ status: "Failed", ended: now(), message: "ZeroDivisionError: division by zero" }),
  LiveRunStarting: () => card({ metrics: [], sparks: [], progress: null, files: 0, group: "" }),
  MetricChart: () => chart({ runs: 5, points: 200 }),
  MetricChartSmooth: () => chart({ runs: 4, points: 400, noise: 0.15 }, { smooth: 0.8, log_y: true }),
  MetricChartOne: () => chart({ runs: 1, points: 60, metrics: ["accuracy"] }, { x: "relative" }),
  MetricChartTime: () =>
    chart({ runs: 3, points: 3000, metrics: ["loss"], noise: 0.2, exact: false }, { x: "time" }),
  MetricChartEmpty: () => chart({ runs: 0, points: 0 }),
  RunTable: () => table(400, { selected: ["xgb-d7-lr0.045-0"] }),
  RunTableFiltered: () => table(400, { filter: "failed" }, { height: 200 }),
  RunTableQuery: () =>
    table(400, { _scope: "metrics.validation:auc.last > 0.9 AND params.max_depth IN (4, 6)" }),
  RunTableNoMatch: () => table(400, { filter: "nothing-like-this" }),
  RunTableEmpty: () => table(0),
  ...tableCases(table),
  RunTableLarge: () => table(100_000, {}, { height: 400 }),
};

/** Shown when the page is opened without `?view=`. */
const DEFAULT = Object.keys(CASES).filter((name) => name !== "RunTableLarge");

interface Mounted {
  model: FakeModel;
  /** The selection's model, of views that have one. */
  shared: FakeModel | null;
  el: HTMLElement;
  unmount(): void;
}

function setTheme(theme: string): void {
  document.body.dataset["jpThemeLight"] = theme === "dark" ? "false" : "true";
}

/** Add one view in `theme` ("light" or "dark"); the model stands in for the kernel. */
async function mount(view: string, theme = "light"): Promise<Mounted> {
  const make = CASES[view];
  if (!make) throw new Error(`no view ${view}; there are ${Object.keys(CASES).join(", ")}`);
  setTheme(theme);
  const section = document.createElement("section");
  section.className = "case";
  const heading = document.createElement("h2");
  heading.textContent = view;
  const el = document.createElement("div");
  el.dataset["view"] = view;
  section.append(heading, el);
  document.getElementById("stage")?.append(section);
  const { _shared, ...state } = make();
  const models = new Map<string, FakeModel>();
  if (_shared) models.set("shared", new FakeModel(_shared as Record<string, unknown>));
  const look = { _key: "", _theme: "auto", _api: { kernel_id: null }, _selection: "IPY_MODEL_shared" };
  const model = new FakeModel({ ...look, ...state }, models);
  const close = await widget.render({ model, el });
  const unmount = () => {
    close();
    section.remove();
  };
  return { model, shared: models.get("shared") ?? null, el, unmount };
}

function clear(): void {
  document.getElementById("stage")?.replaceChildren();
}

Object.assign(window, { __smtwHarness: { mount, clear, setTheme, sampleSeries, views: Object.keys(CASES) } });

async function start(): Promise<void> {
  const query = new URLSearchParams(location.search);
  const wanted = query.get("view");
  if (wanted === "none") return;
  for (const view of wanted ? wanted.split(",") : DEFAULT) await mount(view, query.get("theme") ?? "light");
}

void start();
