/** Entry of the bundle that has all views: the dashboard's, and that of pages saved as HTML. */

import { CORE } from "./core_views";
import { DETAIL } from "./detail_views";
import { widget } from "./entry";
import { PLOTS } from "./plot_views";
import { showSaved } from "./saved_page";
import { Compare } from "./views/compare";
import { Dashboard } from "./views/dashboard";
import { Importance } from "./views/importance";
import { mountChart } from "./views/link_chart";
import { ParallelCoords } from "./views/parallel_coords";
import { RunTable } from "./views/run_table";
import { Scatter } from "./views/scatter";

/** Parts of a dashboard, its tabs in order; the table stands below them. */
const PARTS: ConstructorParameters<typeof Dashboard>[5] = {
  charts: { label: "Charts", mount: (root, model, tokens, scope) => mountChart(root, model, tokens, scope) },
  parallel: { label: "Parallel", mount: (...parts) => new ParallelCoords(...parts) },
  scatter: { label: "Scatter", mount: (...parts) => new Scatter(...parts) },
  importance: {
    label: "Importance",
    mount: (root, model, tokens, scope) => new Importance(root, model, tokens, scope),
  },
  compare: {
    label: "Compare",
    mount: (root, model, tokens, scope) => new Compare(root, model, tokens, scope),
  },
  table: { label: "Runs", mount: (...parts) => new RunTable(...parts) },
};

const views = widget({
  alone: { ...CORE.alone, ...PLOTS.alone, ...DETAIL.alone },
  linked: {
    ...CORE.linked,
    ...PLOTS.linked,
    ...DETAIL.linked,
    Dashboard: (...parts) => new Dashboard(...parts, PARTS),
  },
});

export default views;

/** Show the widget of a page that `save("x.html")` wrote. */
export const openPage = (): Promise<void> => showSaved(views.render);
