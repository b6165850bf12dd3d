/** Mounts each view with invented data, for screenshots, contrast checks and timings without a notebook. */

import chunk from "virtual:vega-chunk";
import widget from "../src/widget";
import { FakeModel } from "./fake_model";
import { SAMPLE_SPEC, sampleFrame, sampleSeries, sampleState, TABLE_COLUMNS } from "./samples";
import { SAMPLE_PREVIEWS, sampleDetail } from "./samples_detail";

const table = (rows: number, change: Record<string, unknown> = {}) => ({
  _view: "RunTable",
  ...sampleFrame(rows),
  columns: TABLE_COLUMNS,
  sort: [{ column: "metrics.validation:auc.last", descending: true }],
  query: "",
  filter: "",
  selected: [],
  height: 330,
  ...change,
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

const detail = (tab: string, change = {}) => ({ ...sampleDetail(change), tab });

const now = () => Date.now() / 1000;

const CASES: Record<string, () => Record<string, unknown>> = {
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
  MetricChartEmpty: () => chart({ runs: 0, points: 0 }),
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
  RunTable: () => table(400, { selected: ["xgb-d7-lr0.045-0"] }),
  RunTableFiltered: () => table(400, { filter: "failed", height: 200 }),
  RunTableQuery: () =>
    table(400, { query: "metrics.validation:auc.last > 0.9 AND params.max_depth IN (4, 6)" }),
  RunTableNoMatch: () => table(400, { filter: "nothing-like-this" }),
  RunTableEmpty: () => table(0),
  RunTableLarge: () => table(100_000, { height: 400 }),
};

/** Shown when the page is opened without `?view=`. */
const DEFAULT = Object.keys(CASES).filter((name) => name !== "RunTableLarge");

interface Mounted {
  model: FakeModel;
  el: HTMLElement;
  unmount(): void;
}

function setTheme(theme: string): void {
  document.body.dataset["jpThemeLight"] = theme === "dark" ? "false" : "true";
}

/** Add one view in `theme` ("light" or "dark"); the model stands in for the kernel. */
function mount(view: string, theme = "light"): Mounted {
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
  const model = new FakeModel({ _key: "", _theme: "auto", _api: { kernel_id: null }, ...make() });
  const close = widget.render({ model, el });
  const unmount = () => {
    close();
    section.remove();
  };
  return { model, el, unmount };
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

const query = new URLSearchParams(location.search);
const wanted = query.get("view");
if (wanted !== "none") {
  for (const view of wanted ? wanted.split(",") : DEFAULT) mount(view, query.get("theme") ?? "light");
}
