/** How a widget's model comes to its view; each bundle has the views of its widgets. */

import "./widget.css";
import type { ReadonlySignal } from "@preact/signals-core";
import { h } from "./dom";
import { watchKernel } from "./kernel";
import type { Tokens } from "./lib/theme";
import { follow, type Model } from "./model";
import { Scope } from "./scope";
import { type LinkedModel, Selection, selectionModel } from "./selection";
import { hideStatic } from "./static_pair";
import { watchTheme } from "./theme";
import { offerChunk } from "./vega";

export type Mount = (
  root: HTMLElement,
  model: Model,
  tokens: ReadonlySignal<Tokens>,
  scope: Scope,
) => unknown;
export type LinkedMount = (
  root: HTMLElement,
  model: Model,
  tokens: ReadonlySignal<Tokens>,
  scope: Scope,
  selection: Selection,
) => unknown;

export interface Views {
  /** Views by themselves. */
  alone?: Record<string, Mount>;
  /** Views of a selection. */
  linked?: Record<string, LinkedMount>;
}

/** What anywidget wants of a module: here for models whose `_view` is one of `views`. */
export function widget(views: Views): {
  initialize(parts: { model: Model }): void;
  render(parts: { model: LinkedModel; el: HTMLElement }): Promise<() => void>;
} {
  return { initialize, render: ({ model, el }) => render(model, el, views) };
}

/** Called once for each model that reaches the page, shown or not. */
function initialize({ model }: { model: Model }): void {
  offerChunk(model);
}

/** Mount the model's view into `el`; the function returned takes it down again. */
async function render(model: LinkedModel, el: HTMLElement, views: Views): Promise<() => void> {
  const scope = new Scope();
  const root = h("div", "root");
  el.append(root);
  scope.listen(root, "focusin", (event) => keepKeys(event.target as Element));
  scope.add(() => root.remove());
  watchKernel(model, el, root, scope);
  try {
    await mount(root, model, scope, views);
    // Last, so that a view that could not be built leaves the static form in place.
    hideStatic(String(model.get("_key") ?? ""), scope);
  } catch (error) {
    const text = error instanceof Error ? error.message : String(error);
    root.replaceChildren(h("div", "note bad", { role: "alert" }, `This view could not be shown: ${text}`));
  }
  return () => scope.close();
}

/** Without the attribute on the very element that has the focus, the notebook's one-letter shortcuts act on its keys. */
function keepKeys(element: Element): void {
  element.setAttribute("data-lm-suppress-shortcuts", "true");
}

async function mount(root: HTMLElement, model: LinkedModel, scope: Scope, views: Views): Promise<void> {
  const tokens = watchTheme(root, follow<string>(model, "_theme", scope), scope);
  const name = String(model.get("_view"));
  const alone = views.alone?.[name];
  if (alone) {
    await alone(root, model, tokens, scope);
    return;
  }
  const linked = views.linked?.[name];
  if (!linked) throw new Error(`no view named ${name}`);
  const shared = await selectionModel(model);
  if (!shared) throw new Error("its runs are not on the page; run the cell again");
  await linked(root, model, tokens, scope, new Selection(shared, scope));
}
