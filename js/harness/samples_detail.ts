/** An invented run in full for the harness. */

import type { DetailMetric, DetailState } from "../src/lib/detail";
import type { SeriesHeader } from "../src/lib/series";
import { Bytes, random } from "./samples";

const EVIL = '<img src=x onerror="alert(1)">';
const SOURCE = `%%sm_run xgb-d8-lr0p05 -e fraud-detection -g xgb-sweep -p max_depth=8
import xgboost as xgb

# Early stopping looks at the last metric of the last data set.
model = xgb.train(params, train, num_boost_round=200, evals=[(train, "train"), (valid, "validation")])
for step, loss in enumerate(history["validation"]["logloss"]):
    run.log_metric("validation:loss", loss, step=step)
print(f"best {model.best_score:.4f} at {model.best_iteration}")
`;
const DIFF = `diff --git a/train.py b/train.py
@@ -4,3 +4,3 @@ def load():
-    return frame.sample(1000)
+    return frame
 # the rest`;

const metric = (name: string, last: number, min: number, max: number, count = 200): DetailMetric => ({
  name,
  last,
  min,
  max,
  mean: (min + max) / 2,
  std: (max - min) / 4,
  count,
  best: name.includes("loss") ? "min" : "max",
  system: name.startsWith("system/"),
});

const METRICS = [
  metric("validation:auc", 0.943_12, 0.61, 0.9436),
  metric("validation:loss", 0.218_374, 0.2171, 0.79),
  metric("train:loss", 0.1612, 0.161, 0.81),
  metric("grad_norm", 12_345.678, 3.2, 98_765.4, 20_000),
  metric(`a metric of a long name ${EVIL} ${"x".repeat(60)} end`, 1, 1, 1, 1),
  metric("learning_rate", 0.00005, 0.00005, 0.001),
  metric("system/cpu_percent", 71, 3, 99, 120),
  metric("system/memory_mb", 3203, 812, 3300, 120),
];

function lines(): { _series: SeriesHeader[]; _points: DataView } {
  const next = random(3);
  const bytes = new Bytes();
  const start = 1_790_000_000;
  const headers = METRICS.map((one): SeriesHeader => {
    const n = Math.min(one.count, 200);
    const every = one.system ? 10 : 0.8;
    const exact = one.count <= 200;
    const [bottom, top] = [one.min ?? 0, one.max ?? 0];
    const step = Float64Array.from({ length: n }, (_, i) => i * (one.count / n));
    const low = Float64Array.from({ length: n }, (_, i) => {
      const falls = one.best === "min";
      const way = Math.exp((-4 * i) / n);
      const noise = one.system || one.name === "grad_norm" ? next() : way + (next() - 0.5) * 0.03;
      const part = falls || one.system ? noise : 1 - noise;
      return one.name === "learning_rate" && i > 90 && i < 110 ? Number.NaN : bottom + (top - bottom) * part;
    });
    const offset = bytes.add(step);
    bytes.add(step.map((_, i) => start + i * every));
    bytes.add(low);
    if (!exact) bytes.add(low.map((value) => value + top * 0.1));
    return {
      run: "r",
      metric: one.name,
      colour: 0,
      dash: 0,
      n,
      count: one.count,
      offset,
      exact,
      origin: start,
    };
  });
  return { _series: headers, _points: bytes.view() };
}

export function sampleDetail(change: Partial<DetailState> = {}): Record<string, unknown> {
  const start = 1_790_000_000;
  const output = Array.from(
    { length: 80 },
    (_, i) =>
      `[${i * 5}]\ttrain-logloss:${(0.7 * 0.97 ** i).toFixed(5)}\tvalidation-logloss:${(0.72 * 0.975 ** i).toFixed(5)}`,
  ).join("\n");
  const state: DetailState = {
    name: "xgb-d8-lr0p05",
    experiment: "fraud-detection",
    group: "xgb-sweep",
    status: "Completed",
    started: start,
    ended: start + 165,
    now: start + 400,
    home: "embedded",
    live: false,
    notes: [],
    about: [
      ["Notes", "Deeper trees, smaller steps; the data of October."],
      ["Started", "2026-09-21 14:13 UTC"],
      ["Ended", "2026-09-21 14:16 UTC"],
      ["Tags", `owner=fraud, team=${EVIL}`],
      ["Commit", "1f0c9a27be41 on main, 2 files changed"],
      ["Stored as", "fraud-detection-xgb-d8-lr0p05"],
    ],
    parameters: [
      ["colsample_bytree", "0.8", true],
      ["eta", "0.05", true],
      ["eval_metric", '["auc", "logloss"]', false],
      ["max_depth", "8", true],
      ["min_child_weight", "1", true],
      ["note", EVIL, false],
      ["objective", "binary:logistic", false],
      ["path", `s3://bucket/${"folder/".repeat(60)}data.csv`, false],
      ["subsample", "0.9", true],
      ["tree_method", "hist", false],
    ],
    tags: [
      ["owner", "fraud"],
      ["team", EVIL],
    ],
    metrics: METRICS,
    artifacts: [
      {
        name: "feature_importance.csv",
        direction: "output",
        type: "text/csv",
        value: "s3://bucket/sm-track/fraud/3f/3f7d/feature_importance.csv",
        file: true,
      },
      {
        name: "roc.png",
        direction: "output",
        type: "image/png",
        value: "s3://bucket/sm-track/fraud/11/11aa/roc.png",
        file: true,
      },
      {
        name: `${EVIL}.txt`,
        direction: "output",
        type: "text/plain",
        value: "s3://bucket/sm-track/fraud/a0/a0b1/evil.txt",
        file: true,
      },
      {
        name: "training-data",
        direction: "input",
        type: "",
        value: "arn:aws:glue:eu-west-1:000000000000:table/fraud/october",
        file: false,
      },
    ],
    code: {
      source: SOURCE,
      cut: false,
      inputs: [
        ["params", "dict", "4", ""],
        ["train", "DMatrix", "284807 × 30 float32", ""],
      ],
      more: 0,
      modules: "xgboost 3.1.1 as xgb",
      git: [
        ["Commit", "1f0c9a27be41 on main, 2 files changed"],
        ["Remote", "git@example.org:fraud/models.git"],
      ],
      diff: DIFF,
      diff_cut: false,
      kept: "Kept, with secrets redacted: source, inputs, output, git, packages. Stored as s3://bucket/capture.json",
    },
    logs: { error: "", output, cut: true },
    system: [
      ["Python", "CPython 3.12.4"],
      ["Platform", "Linux-5.10-x86_64"],
      ["Processors", "4"],
      ["Memory", "15.6 GiB"],
      ["Instance", "ml.m5.xlarge"],
    ],
    packages: ["numpy==2.3.5", "pandas==2.3.3", "xgboost==3.1.1"],
  };
  return { _view: "RunDetail", tab: "overview", height: null, _state: { ...state, ...change }, ...lines() };
}

/** What the kernel would say to a preview of each of the files. */
export const SAMPLE_PREVIEWS = [
  {
    name: "feature_importance.csv",
    preview: {
      kind: "table",
      size: 24_310,
      header: ["feature", "gain"],
      rows: [
        [
          ["V14", false],
          ["0.4312", true],
        ],
        [
          ["V4", false],
          ["0.1127", true],
        ],
        [
          [EVIL, false],
          ["0.0981", true],
        ],
      ],
      more: "27 more rows",
    },
  },
  {
    name: `${EVIL}.txt`,
    preview: { kind: "text", size: 310, text: `first line ${EVIL}\nsecond line`, more: "" },
  },
];
