/** Entry of the bundle of charts and plots. */

import { widget } from "./entry";
import { PLOTS } from "./plot_views";

export default widget(PLOTS);
