/** Entry of the core bundle: every Python widget class uses it, `_view` says which view to mount. */

import "./widget.css";
import type { ReadonlySignal } from "@preact/signals-core";
import { h } from "./dom";
import type { Tokens } from "./lib/theme";
import { follow, type Model } from "./model";
import { Scope } from "./scope";
import { type LinkedModel, Selection, selectionModel } from "./selection";
import { hideStatic } from "./static_pair";
import { watchTheme } from "./theme";
import { offerChunk } from "./vega";
import { LiveRun } from "./views/live_run";
import { MetricChart } from "./views/metric_chart";
import { ParallelCoords } from "./views/parallel_coords";
import { RunTable } from "./views/run_table";
import { Scatter } from "./views/scatter";

type Mount = (root: HTMLElement, model: Model, tokens: ReadonlySignal<Tokens>, scope: Scope) => unknown;
type LinkedMount = (
  root: HTMLElement,
  model: Model,
  tokens: ReadonlySignal<Tokens>,
  scope: Scope,
  selection: Selection,
) => unknown;

/** Views by themselves. */
const ALONE: Record<string, Mount> = {
  LiveRun: (...parts) => new LiveRun(...parts),
  MetricChart: (...parts) => new MetricChart(...parts),
};

/** Views of a selection. */
const LINKED: Record<string, LinkedMount> = {
  ParallelCoords: (...parts) => new ParallelCoords(...parts),
  RunTable: (...parts) => new RunTable(...parts),
  Scatter: (...parts) => new Scatter(...parts),
};

/** Mount the model's view into `el`; the function returned takes it down again. */
async function render({ model, el }: { model: LinkedModel; el: HTMLElement }): Promise<() => void> {
  const scope = new Scope();
  // Without the attribute, the notebook's one-letter shortcuts act on keys pressed in here.
  const root = h("div", "root", { "data-lm-suppress-shortcuts": "true" });
  el.append(root);
  scope.add(() => root.remove());
  try {
    await mount(root, model, scope);
    // Last, so that a view that could not be built leaves the static form in place.
    hideStatic(String(model.get("_key") ?? ""), scope);
  } catch (error) {
    const text = error instanceof Error ? error.message : String(error);
    root.replaceChildren(h("div", "note bad", { role: "alert" }, `This view could not be shown: ${text}`));
  }
  return () => scope.close();
}

async function mount(root: HTMLElement, model: LinkedModel, scope: Scope): Promise<void> {
  const tokens = watchTheme(root, follow<string>(model, "_theme", scope), scope);
  const name = String(model.get("_view"));
  const alone = ALONE[name];
  if (alone) {
    alone(root, model, tokens, scope);
    return;
  }
  const linked = LINKED[name];
  if (!linked) throw new Error(`no view named ${name}`);
  const shared = await selectionModel(model);
  if (!shared) throw new Error("its runs are not on the page; run the cell again");
  linked(root, model, tokens, scope, new Selection(shared, scope));
}

/** Called once for each model that reaches the page, shown or not. */
export function initialize({ model }: { model: Model }): void {
  offerChunk(model);
}

export default { initialize, render };
