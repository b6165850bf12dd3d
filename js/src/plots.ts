/** Entry of the bundle of plots of runs. */

import { widget } from "./entry";
import { ParallelCoords } from "./views/parallel_coords";
import { Scatter } from "./views/scatter";

export default widget({
  linked: {
    ParallelCoords: (...parts) => new ParallelCoords(...parts),
    Scatter: (...parts) => new Scatter(...parts),
  },
});
