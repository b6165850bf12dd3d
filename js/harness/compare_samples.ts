/** Invented runs side by side, and invented importance, for the harness. */

import type { Cell, CompareData, CompareRow, Step } from "../src/lib/compare";
import type { ImportanceResult } from "../src/lib/importance";
import { sampleSeries } from "./samples";

const NAMES = [
  "xgb-baseline",
  "<b>bold</b> run with a rather long name, to be cut",
  "xgb-d8-lr0p05",
  "xgb-d6-lr0p1",
];
const EVIL = `<img src=x onerror=alert(1)> "quoted" ${"x".repeat(120)}`;

const row = (name: string, cells: Cell[], kind: CompareRow["kind"] = "value"): CompareRow => ({
  name,
  cells,
  kind,
});

const kept = (name: string, cells: Cell[]): CompareRow => ({ name, cells, kind: "text", unknown: [3] });

const BEFORE = `%%sm_run {name} -e fraud-detection
booster = xgb.XGBClassifier(
    max_depth=depth,
    learning_rate=rate,
    tree_method="hist",
)
booster.fit(train_x, train_y, eval_set=[(test_x, test_y)], verbose=False)

history = booster.evals_result()["validation_0"]
for step, value in enumerate(history["auc"]):
    run.log_metric("validation:auc", value, step=step)
run.log_metric("validation:loss", booster.best_score)
run.log_file("importance.csv")`.split("\n");
const AFTER = BEFORE.flatMap((line, i) => {
  if (i === 3) return [line, "    subsample=0.8,  # <script>alert(1)</script>"];
  if (i === 4) return ['    tree_method="approx",'];
  return i === 11 ? [] : [line];
});
const STEPS: Step[] = [
  ["equal", 0, 4, 0, 4],
  ["replace", 4, 5, 4, 6],
  ["equal", 5, 11, 6, 12],
  ["delete", 11, 12, 12, 12],
  ["equal", 12, 13, 12, 13],
];

const stats = (values: Cell[]): Record<string, Cell[]> => ({
  last: values,
  min: values.map((value) => (typeof value === "number" ? value * 0.9 : value)),
  max: values.map((value) => (typeof value === "number" ? value * 1.02 : value)),
  avg: values.map((value) => (typeof value === "number" ? value * 0.97 : value)),
  std: values.map((value) => (typeof value === "number" ? 0.0123 : value)),
  count: values.map((value) => (value === null ? null : 200)),
});

const started = 1_790_000_000;

const DATA: CompareData = {
  runs: NAMES.map((name, i) => ({
    name,
    experiment: "fraud-detection",
    status: ["Completed", "Failed", "InProgress", "Completed"][i] as string,
    colour: i,
    dash: i,
  })),
  sections: [
    {
      tab: "params",
      title: "Parameters",
      rows: [
        row("learning_rate", [0.1, 0.05, 0.05, 0.1]),
        row("max_depth", [6, 8, 8, 6]),
        row("note", ["plain", EVIL, "plain", "plain"], "text"),
        row("objective", ["binary:logistic", "binary:logistic", "binary:logistic", "binary:logistic"]),
        row("subsample", [null, 0.8, 0.8, 1]),
        row("tree_method", ["hist", "approx", "hist", "hist"]),
      ],
    },
    {
      tab: "params",
      title: "Run",
      rows: [
        row("Status", ["Completed", "Failed", "InProgress", "Completed"], "status"),
        row("Started", [started, started + 400, started + 4000, started + 9000], "time"),
        row("Duration", [122, 165, null, 158.4], "duration"),
        row("Message", [null, "MemoryError: cannot allocate 12 GiB", null, null], "text"),
        row("Commit", ["3f2a9c1d77e0", "3f2a9c1d77e0", "b01dface0002", "3f2a9c1d77e0"], "text"),
      ],
    },
    { tab: "params", title: "Tags", rows: [row("team", ["fraud", "fraud", "risk", "fraud"], "text")] },
    {
      tab: "env",
      title: "Python and machine",
      rows: [
        row("Python", ["CPython 3.11.2", "CPython 3.11.2", "CPython 3.12.1", "CPython 3.11.2"], "text"),
        row("Platform", Array(4).fill("Linux-6.1-x86_64"), "text"),
      ],
    },
    {
      tab: "env",
      title: "Packages",
      unknown: [3],
      rows: [
        kept("numpy", ["1.26.4", "1.26.4", "2.1.0", null]),
        kept("pandas", ["2.2.2", "2.2.2", "2.2.2", null]),
        kept("xgboost", ["2.0.3", "2.1.0", "2.1.0", null]),
      ],
    },
  ],
  metrics: [
    { name: "validation:auc", best: "max", stats: stats([0.9311, 0.9436, 0.9402, 0.9287]) },
    { name: "validation:loss", best: "min", stats: stats([0.2476, 0.2163, null, 0.253]) },
    { name: "grad_norm", best: "max", stats: stats([12345.678, 3.2, 3.2, "NaN"]) },
  ],
  code: { sources: [BEFORE, AFTER], of: [0, 1, 0, null], steps: { "0,1": STEPS }, cut: false },
  artifacts: [
    {
      name: "confusion.png",
      direction: "output",
      of: [{ type: "image/png", value: "s3://b/1" }, { type: "image/png", value: "s3://b/2" }, null, null],
    },
    {
      name: `importance${"-very".repeat(12)}.csv`,
      direction: "output",
      of: NAMES.map((_, i) => ({ type: "text/csv", value: `s3://b/${i}` })),
    },
    {
      name: "training set",
      direction: "input",
      of: NAMES.map(() => ({ type: "", value: "s3://data/2026" })),
    },
  ],
  remarks: [],
};

export function sampleCompare(change: Record<string, unknown> = {}): Record<string, unknown> {
  const { header, bytes } = sampleSeries({ runs: 4, points: 200 });
  const series = header.series.map((one, i) => ({ ...one, run: NAMES[Math.floor(i / 2)] as string }));
  return {
    _view: "Compare",
    _data: DATA,
    _series: { ...header, series },
    _points: bytes,
    runs: NAMES,
    baseline: NAMES[0],
    diff_only: false,
    tab: "params",
    ...change,
  };
}

const PARAMETERS: [string, "number" | "category", number, number, number | null][] = [
  ["learning_rate", "number", 1.2131, 0.06, -0.7444],
  ["optimizer", "category", 0.3222, 0.021, 0.4],
  ["max_depth", "number", 0.0713, 0.018, 0.18],
  [`<b>a parameter</b> with a name ${"long ".repeat(14)}`, "number", 0.0121, 0.007, 0.05],
  ["subsample", "number", 0.0019, 0.003, -0.02],
  ["gamma", "number", -0.0007, 0.002, null],
];

export function sampleImportance(forest = true): Record<string, unknown> {
  const result: ImportanceResult = {
    title: "fraud-detection",
    headline: forest ? "explains 83 % of the variation, 412 runs" : "12 runs",
    forest,
    rows: PARAMETERS.map(([name, kind, importance, std, correlation], i) => ({
      name,
      kind,
      importance: forest ? importance : null,
      std: forest ? std : null,
      correlation,
      n: forest ? 412 - i * 7 : 12,
    })),
    notes: forest
      ? ["88 of 500 runs have no validation:auc and are left out."]
      : [
          "Only 12 runs: take it as a hint.",
          'Only the rank correlation: a random forest needs scikit-learn. %pip install "sm-track-widgets[importance]"',
        ],
    left_out: [{ name: "seed", why: "another one in nearly every run" }],
    targets: ["validation:auc", "validation:loss"],
    again: true,
  };
  const traits = { target: "validation:auc", stat: "last", query: forest ? "status = 'Completed'" : "" };
  return { _view: "Importance", _result: result, selected: forest ? ["optimizer"] : [], ...traits };
}

export function sampleImportanceEmpty(): Record<string, unknown> {
  const whole = sampleImportance(false);
  const result = whole["_result"] as ImportanceResult;
  const notes = ["No parameter differs between these runs."];
  return { ...whole, _result: { ...result, rows: [], notes, headline: "2 runs" } };
}
