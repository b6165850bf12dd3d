/** Entry of the bundle of plots of runs. */

import { widget } from "./entry";
import { PLOTS } from "./plot_views";

export default widget(PLOTS);
