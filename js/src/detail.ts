/** Entry of the bundle for few runs in full. */

import { DETAIL } from "./detail_views";
import { widget } from "./entry";

export default widget(DETAIL);
