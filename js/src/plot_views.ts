/** The views that draw runs: charts of metrics, and plots of parameters. */

import type { Views } from "./entry";
import { mountChart } from "./views/link_chart";
import { ParallelCoords } from "./views/parallel_coords";
import { Scatter } from "./views/scatter";

export const PLOTS: Required<Views> = {
  alone: {
    MetricChart: mountChart,
  },
  linked: {
    ParallelCoords: (...parts) => new ParallelCoords(...parts),
    Scatter: (...parts) => new Scatter(...parts),
  },
};
