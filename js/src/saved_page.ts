/** A page that Python's `save("x.html")` wrote: the state of its widgets is in it, and nothing else is asked. */

import { PageModel } from "./page_model";
import type { LinkedModel } from "./selection";

interface Saved {
  /** Id of the widget that the page shows. */
  root: string;
  /** State of that and of all it refers to, by id. */
  models: Record<string, Record<string, unknown>>;
  /** Names of those of its traits that are bytes, in base64. */
  binary: Record<string, string[]>;
}

/** Ids in the page; `save_html.py` has the same. */
const STATE = "smtw-state";
const CHUNK = "smtw-vega";
const PLACE = "smtw-place";

type Render = (parts: { model: LinkedModel; el: HTMLElement }) => Promise<() => void>;

export async function showSaved(render: Render): Promise<void> {
  const place = document.getElementById(PLACE);
  const saved = JSON.parse(textOf(STATE)) as Saved;
  const models = modelsOf(saved);
  const model = models.get(saved.root);
  if (place && model) await render({ model, el: place });
}

function modelsOf({ models, binary }: Saved): Map<string, PageModel> {
  const found = new Map<string, PageModel>();
  const chunk = textOf(CHUNK);
  for (const [id, state] of Object.entries(models)) {
    for (const name of binary[id] ?? []) state[name] = bytesOf(String(state[name]));
    if ("_chunk_hash" in state && chunk) state["_chunk"] = bytesOf(chunk);
    found.set(id, new PageModel(state, found));
  }
  return found;
}

function bytesOf(text: string): DataView {
  return new DataView(Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0)).buffer);
}

function textOf(id: string): string {
  return document.getElementById(id)?.textContent?.trim() ?? "";
}
