/** The views that most notebooks show. */

import type { Views } from "./entry";
import { LiveRun } from "./views/live_run";
import { ParamGrid } from "./views/param_grid";
import { RunTable } from "./views/run_table";

export const CORE: Required<Views> = {
  alone: {
    LiveRun: (...parts) => new LiveRun(...parts),
  },
  linked: {
    ParamGrid: (...parts) => new ParamGrid(...parts),
    RunTable: (...parts) => new RunTable(...parts),
  },
};
