/** Plots of runs for the harness. */

import type { FrameHeader } from "../src/lib/columns";

type State = Record<string, unknown>;

/** The selection with three runs picked, and a fourth as the baseline. */
export const picked = (shared: State): State => {
  const { runs } = shared["_header"] as FrameHeader;
  return { ...shared, selected: [12, 150, 222].map((row) => runs[row]), baseline: runs[31] };
};

export const parallel = (_shared: State, look: State = {}): State => ({
  _view: "ParallelCoords",
  _shared,
  axes: [
    "params.max_depth",
    "params.learning_rate",
    "params.tree_method",
    "duration_s",
    "metrics.validation:loss.last",
    "metrics.validation:auc.last",
  ],
  color: "metrics.validation:auc.last",
  log: ["params.learning_rate"],
  flip: [],
  height: 320,
  ...look,
});

export const scatter = (_shared: State, look: State = {}): State => ({
  _view: "Scatter",
  _shared,
  x: "params.learning_rate",
  y: "metrics.validation:auc.last",
  color: "params.max_depth",
  size: "",
  log_x: true,
  log_y: false,
  pareto: false,
  height: 340,
  ...look,
});
