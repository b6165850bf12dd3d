/** Entry of the core bundle. */

import { CORE } from "./core_views";
import { widget } from "./entry";

export default widget(CORE);
