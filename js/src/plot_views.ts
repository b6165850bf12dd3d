/** Views that draw all runs of a selection. */

import type { Views } from "./entry";
import { ParallelCoords } from "./views/parallel_coords";
import { Scatter } from "./views/scatter";

export const PLOTS: Required<Views> = {
  alone: {},
  linked: {
    ParallelCoords: (...parts) => new ParallelCoords(...parts),
    Scatter: (...parts) => new Scatter(...parts),
  },
};
