/** Mounts each view with invented data, for screenshots, contrast checks and timings without a notebook. */

import chunk from "virtual:vega-chunk";
import widget from "../src/explorer";
import type { MetricChart } from "../src/views/metric_chart";
import { blown, mountChart, picked, told } from "./charts";
import { sampleCompare, sampleImportance, sampleImportanceEmpty } from "./compare_samples";
import { FakeModel } from "./fake_model";
import { parallel, picked as pickedRuns, scatter } from "./plots";
import { SAMPLE_SPEC, sampleFrame, sampleSeries, sampleState, TABLE_COLUMNS } from "./samples";
import { SAMPLE_PREVIEWS, sampleDetail } from "./samples_detail";
import { sampleJobs } from "./samples_jobs";
import { sampleModels } from "./samples_models";
import { sampleSweep } from "./samples_sweep";
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

const GRID_COLUMNS = [
  "params.max_depth",
  "params.learning_rate",
  "params.tree_method",
  "metrics.validation:auc.last",
  "duration_s",
  "status",
  "started",
  "tags.team",
];

const grid = (rows: number, change: Record<string, unknown> = {}) => ({
  _view: "ParamGrid",
  _shared: shared(rows, change),
  columns: GRID_COLUMNS,
});

const dashboard = (rows: number, change: Record<string, unknown> = {}) => ({
  _view: "Dashboard",
  _shared: shared(rows, change),
  _others: { table: table(rows), chart: chart({ runs: 14, points: 200 }), importance: sampleImportance() },
  columns: GRID_COLUMNS.slice(0, 6),
  tab: "charts",
  _parts: { table: "IPY_MODEL_table", charts: "IPY_MODEL_chart", importance: "IPY_MODEL_importance" },
  _trouble: { compare: "1 is picked. Pick 2 to 12 runs in the table to compare them." },
});

const FILTERED = [
  { column: "params.learning_rate", low: 0.01, high: null },
  { column: "params.tree_method", values: ["hist", "approx"] },
  { column: "metrics.validation:auc.last", low: 0.9, high: null, open: "low" },
];

const chart = (
  options: Parameters<typeof sampleSeries>[0],
  change: Record<string, unknown> = {},
  make: typeof told = told,
) => {
  const chunkBytes = new DataView(chunk.buffer, chunk.byteOffset, chunk.byteLength);
  const state = { ...make(options), _live: { metrics: [], series: [] }, _live_points: null };
  const look = { x: "step", log_x: false, log_y: false, smooth: 0, smooth_kind: "ema", height: 190 };
  const more = { band: "", edges: "range", ignore_outliers: false, hidden: [], domain: null };
  return {
    _view: "MetricChart",
    _spec: SAMPLE_SPEC,
    _chunk: chunkBytes,
    _chunk_hash: "harness",
    ...state,
    ...look,
    ...more,
    ...change,
  };
};

const card = (change = {}) => ({ _view: "LiveRun", ...sampleState(change) });

const sweep = (options: Parameters<typeof sampleSweep>[0], look = {}, change = {}) => ({
  _view: "SweepBoard",
  _shared: { ...shared(0), ...sampleSweep(options), ...change },
  metric: "metrics.validation:loss.last",
  goal: "",
  group: "",
  log_y: false,
  _total: 50,
  ...look,
});

const detail = (tab: string, change = {}) => ({ ...sampleDetail(change), tab });

const now = () => Date.now() / 1000;

const CASES: Record<string, () => Record<string, unknown>> = {
  LiveRunJobs: () => card({ jobs: sampleJobs().slice(0, 3) }),
  RunDetailJobs: () => {
    const made = detail("jobs") as unknown as { _state: Record<string, unknown> };
    const rows = sampleJobs();
    return { ...made, _state: { ...made._state, jobs: { count: rows.length, rows } } };
  },
  ModelVersions: () => sampleModels([]),
  ModelVersionsOne: () => sampleModels([3]),
  ModelVersionsPair: () => sampleModels([1, 4]),
  ModelVersionsNone: () => sampleModels([], 0),
  LiveRun: () =>
    card({ waiting: 1204, trouble: "1,204 points waiting: the service is throttling, nothing lost" }),
  LiveRunDone: () => card({ status: "Completed", ended: now() + 63, progress: null }),
  LiveRunFailed: () =>
    card({ status: "Failed", ended: now(), message: "ZeroDivisionError: division by zero" }),
  LiveRunAsked: () => card({ first: 4, system: ["CPU 71%", "memory 3.2 GB"] }),
  LiveRunStopped: () =>
    card({ status: "Stopped", ended: now(), progress: null, stopped: "stopped at 124 of 200" }),
  LiveRunStarting: () => card({ metrics: [], sparks: [], progress: null, files: 0, group: "" }),
  MetricChart: () => chart({ runs: 5, points: 200 }),
  MetricChartSmooth: () => chart({ runs: 4, points: 400, noise: 0.15 }, { smooth: 0.8, log_y: true }),
  MetricChartOne: () => chart({ runs: 1, points: 60, metrics: ["accuracy"] }, { x: "relative" }),
  MetricChartTime: () =>
    chart({ runs: 3, points: 3000, metrics: ["loss"], noise: 0.2, exact: false }, { x: "time" }),
  MetricChartBand: () =>
    chart({ runs: 12, points: 200, noise: 0.05 }, { band: "params.max_depth", edges: "deviation" }),
  MetricChartAll: () =>
    chart({ runs: 9, points: 300, noise: 0.1 }, { band: "all", smooth: 9, smooth_kind: "mean" }),
  MetricChartOutliers: () => chart({ runs: 4, points: 300 }, { ignore_outliers: true }, blown),
  MetricChartMetric: () => chart({ runs: 4, points: 200 }, { x: "validation:loss" }),
  MetricChartPicked: () => chart({ runs: 30, points: 200 }),
  MetricChartEmpty: () => chart({ runs: 0, points: 0 }),
  Dashboard: () => dashboard(5000, { filters: FILTERED }),
  ParamGrid: () => grid(400),
  ParamGridFiltered: () => grid(5000, { filters: FILTERED }),
  ParamGridEmpty: () => grid(0),
  RunDetail: () => detail("overview"),
  RunDetailMetrics: () => detail("metrics"),
  RunDetailParams: () => detail("params"),
  RunDetailArtifacts: () => detail("artifacts"),
  RunDetailCode: () => detail("code"),
  RunDetailLogs: () =>
    detail("logs", {
      status: "Failed",
      notes: [["bad", "ValueError: DMatrix has no label"]],
      logs: {
        error: 'Traceback (most recent call last):\n  File "cell", line 5\nValueError: DMatrix has no label',
        output: "loading <b>data</b>\nloading labels\n",
        cut: false,
      },
    }),
  RunDetailSystem: () => detail("system"),
  RunDetailLive: () =>
    detail("logs", { status: "InProgress", ended: null, live: true, started: now() - 102, now: now() }),
  RunDetailEmpty: () =>
    detail("metrics", { metrics: [], parameters: [], artifacts: [], about: [], group: "" }),
  ParallelCoords: () => parallel(shared(400)),
  ParallelCoordsBrushed: () =>
    parallel(
      pickedRuns(
        shared(400, {
          filters: [
            { column: "params.max_depth", low: 4, high: 8 },
            { column: "params.tree_method", values: ["hist", "exact"] },
          ],
        }),
      ),
      { flip: ["metrics.validation:loss.last"] },
    ),
  ParallelCoordsOne: () => parallel(shared(1)),
  ParallelCoordsNoAxes: () => parallel(shared(40), { axes: [] }),
  ParallelCoordsTexts: () =>
    parallel(shared(60), {
      axes: ["tags.team", "status", "started", "metrics.extra_5.last"],
      color: "tags.team",
    }),
  ParallelCoordsNoMatch: () => parallel(shared(40, { filter: "nothing-like-this" })),
  ParallelCoordsEmpty: () => parallel(shared(0)),
  ParallelCoordsLarge: () => parallel(shared(10_000)),
  RunTable: () => table(400, { selected: ["xgb-d7-lr0.045-0"] }),
  RunTableFiltered: () => table(400, { filter: "failed" }, { height: 200 }),
  RunTableQuery: () =>
    table(400, { _scope: "metrics.validation:auc.last > 0.9 AND params.max_depth IN (4, 6)" }),
  RunTableNoMatch: () => table(400, { filter: "nothing-like-this" }),
  RunTableEmpty: () => table(0),
  ...tableCases(table),
  Scatter: () => scatter(pickedRuns(shared(400))),
  ScatterBrushed: () =>
    scatter(
      shared(400, {
        filters: [
          { column: "params.learning_rate", low: 0.01, high: 0.1 },
          { column: "metrics.validation:auc.last", low: 0.92, high: null },
        ],
      }),
      { color: "params.tree_method", size: "duration_s" },
    ),
  ScatterTexts: () => scatter(shared(400), { x: "params.tree_method", log_x: false }),
  ScatterPareto: () =>
    scatter(shared(400), { x: "duration_s", log_x: false, color: "params.max_depth", pareto: true }),
  ScatterOne: () => scatter(shared(1)),
  ScatterNoColumns: () => scatter(shared(40), { x: "", y: "" }),
  ScatterEmpty: () => scatter(shared(0)),
  ScatterLarge: () => scatter(shared(100_000)),
  RunTableLost: () => ({ ...table(40, {}, { height: 150 }), _lost: true }),
  RunTableLarge: () => table(100_000, {}, { height: 400 }),
  SweepBoard: () => sweep({ points: 41, running: 2 }, {}, { selected: ["trial-012"] }),
  SweepBoardDone: () => sweep({ points: 60 }, { _total: 60, log_y: true }, { baseline: "trial-000" }),
  SweepBoardFiltered: () =>
    sweep(
      { points: 120, running: 3 },
      { _total: 0 },
      { filters: [{ column: "params.depth", low: 4, high: 6 }] },
    ),
  SweepBoardFailed: () => sweep({ points: 6, failing: 1 }, { _total: 20 }),
  SweepBoardEmpty: () => sweep({ points: 0 }),
  SweepBoardLarge: () => sweep({ points: 5000 }, { _total: 5000 }),
  Compare: () => sampleCompare(),
  CompareMetrics: () => sampleCompare({ tab: "metrics" }),
  CompareCode: () => sampleCompare({ tab: "code", diff_only: true }),
  CompareEnvironment: () => sampleCompare({ tab: "env", diff_only: true }),
  CompareArtifacts: () => sampleCompare({ tab: "artifacts" }),
  CompareCharts: () => sampleCompare({ tab: "charts" }),
  Importance: () => sampleImportance(),
  ImportanceRanks: () => sampleImportance(false),
  ImportanceEmpty: () => sampleImportanceEmpty(),
};

/** Shown when the page is opened without `?view=`. */
const DEFAULT = Object.keys(CASES).filter((name) => !name.endsWith("Large"));

interface Mounted {
  model: FakeModel;
  /** The selection's model, of views that have one. */
  shared: FakeModel | null;
  /** The view itself, of a chart that shows what is picked elsewhere. */
  chart?: MetricChart;
  el: HTMLElement;
  unmount(): void;
}

function setTheme(theme: string): void {
  document.body.dataset["jpThemeLight"] = theme === "dark" ? "false" : "true";
}

/**
 * Add one view in `theme` ("light" or "dark"); the model stands in for the kernel. `kernel` is what the widget manager
 * says of it.
 */
async function mount(view: string, theme = "light", kernel: unknown = null): Promise<Mounted> {
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
  const { _shared, _others, _lost, ...state } = make();
  // As @jupyter-widgets/base marks views whose kernel was restarted.
  if (_lost) el.classList.add("jupyter-widgets-disconnected");
  const models = new Map<string, FakeModel>();
  if (_shared) models.set("shared", new FakeModel(_shared as Record<string, unknown>));
  for (const [id, one] of Object.entries((_others ?? {}) as Record<string, Record<string, unknown>>))
    models.set(id, new FakeModel(one, models));
  const look = { _key: "", _theme: "auto", _api: { kernel_id: null } };
  if (_shared) Object.assign(look, { _selection: "IPY_MODEL_shared" });
  const model = new FakeModel({ ...look, ...state }, models);
  Object.assign(model.widget_manager, { kernel });
  if (view === "MetricChartPicked") return mountPicked(model, el, section);
  const close = await widget.render({ model, el });
  const unmount = () => {
    close();
    section.remove();
  };
  return { model, shared: models.get("shared") ?? null, el, unmount };
}

function mountPicked(model: FakeModel, el: HTMLElement, section: HTMLElement): Mounted {
  const { chart, close } = mountChart(model, el);
  const { series } = model.get("_series") as { series: { run: string }[] };
  chart.emphasise(picked([...new Set(series.map((one) => one.run))]));
  const unmount = () => {
    close();
    section.remove();
  };
  return { model, shared: null, el, chart, unmount };
}

function clear(): void {
  document.getElementById("stage")?.replaceChildren();
}

Object.assign(window, {
  __smtwHarness: {
    mount,
    clear,
    setTheme,
    sampleSeries,
    previews: SAMPLE_PREVIEWS,
    views: Object.keys(CASES),
  },
});

async function start(): Promise<void> {
  const query = new URLSearchParams(location.search);
  const wanted = query.get("view");
  if (wanted === "none") return;
  for (const view of wanted ? wanted.split(",") : DEFAULT) await mount(view, query.get("theme") ?? "light");
}

void start();
