/** Entry of the core bundle: every Python widget class uses it, `_view` says which view to mount. */

import "./widget.css";
import { h } from "./dom";
import { follow, type Model } from "./model";
import { Scope } from "./scope";
import { hideStatic } from "./static_pair";
import { watchTheme } from "./theme";
import { offerChunk } from "./vega";
import { LiveRun } from "./views/live_run";
import { MetricChart } from "./views/metric_chart";
import { RunDetail } from "./views/run_detail";
import { RunTable } from "./views/run_table";

const VIEWS = { RunTable, MetricChart, LiveRun, RunDetail } as const;

/** Mount the model's view into `el`; the function returned takes it down again. */
function render({ model, el }: { model: Model; el: HTMLElement }): () => void {
  const scope = new Scope();
  // Without the attribute, the notebook's one-letter shortcuts act on keys pressed in here.
  const root = h("div", "root", { "data-lm-suppress-shortcuts": "true" });
  el.append(root);
  scope.add(() => root.remove());
  try {
    const tokens = watchTheme(root, follow<string>(model, "_theme", scope), scope);
    const name = String(model.get("_view"));
    const View = VIEWS[name as keyof typeof VIEWS];
    if (!View) throw new Error(`no view named ${name}`);
    new View(root, model, tokens, scope);
    // Last, so that a view that could not be built leaves the static form in place.
    hideStatic(String(model.get("_key") ?? ""), scope);
  } catch (error) {
    const text = error instanceof Error ? error.message : String(error);
    root.replaceChildren(h("div", "note bad", { role: "alert" }, `This view could not be shown: ${text}`));
  }
  return () => scope.close();
}

/** Called once for each model that reaches the page, shown or not. */
export function initialize({ model }: { model: Model }): void {
  offerChunk(model);
}

export default { initialize, render };
