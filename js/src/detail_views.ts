/** The views of few runs in full. */

import type { Views } from "./entry";
import { Compare } from "./views/compare";
import { Importance } from "./views/importance";
import { RunDetail } from "./views/run_detail";

export const DETAIL: Required<Views> = {
  alone: {
    Compare: (...parts) => new Compare(...parts),
    Importance: (...parts) => new Importance(...parts),
    RunDetail: (...parts) => new RunDetail(...parts),
  },
  linked: {},
};
