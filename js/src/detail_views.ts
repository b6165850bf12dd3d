/** The views of few runs in full, and of a sweep. */

import type { Views } from "./entry";
import { Compare } from "./views/compare";
import { Importance } from "./views/importance";
import { RunDetail } from "./views/run_detail";
import { SweepBoard } from "./views/sweep_board";

export const DETAIL: Required<Views> = {
  alone: {
    Compare: (...parts) => new Compare(...parts),
    Importance: (...parts) => new Importance(...parts),
    RunDetail: (...parts) => new RunDetail(...parts),
  },
  linked: {
    SweepBoard: (...parts) => new SweepBoard(...parts),
  },
};
