/** The views of few runs in full, and of a sweep. */

import type { Views } from "./entry";
import { Compare } from "./views/compare";
import { Importance } from "./views/importance";
import { ModelVersions } from "./views/model_versions";
import { RunDetail } from "./views/run_detail";
import { SweepBoard } from "./views/sweep_board";

export const DETAIL: Required<Views> = {
  alone: {
    Compare: (...parts) => new Compare(...parts),
    Importance: (...parts) => new Importance(...parts),
    ModelVersions: (...parts) => new ModelVersions(...parts),
    RunDetail: (...parts) => new RunDetail(...parts),
  },
  linked: {
    SweepBoard: (...parts) => new SweepBoard(...parts),
  },
};
