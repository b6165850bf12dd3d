/** A page that `save("x.html")` or `report` wrote: the state of its widgets is in it, and nothing else is asked. */

import { PageModel } from "./page_model";
import type { LinkedModel } from "./selection";

interface Saved {
  /** State of the widgets that the page shows and of all they refer to, by id. */
  models: Record<string, Record<string, unknown>>;
  /** Names of those of its traits that are bytes, in base64. */
  binary: Record<string, string[]>;
  /** What can be answered: how the question is called, the message, and its bytes in base64. */
  answers?: Record<string, [string[], Record<string, unknown>, string[]][]>;
}

/** Ids in the page; `save_html.py` has the same. */
const STATE = "smtw-state";
const CHUNK = "smtw-vega";
const PLACES = ".smtw-place";

type Render = (parts: { model: LinkedModel; el: HTMLElement }) => Promise<() => void>;

export async function showSaved(render: Render): Promise<void> {
  const models = modelsOf(JSON.parse(textOf(STATE)) as Saved);
  for (const place of document.querySelectorAll<HTMLElement>(PLACES)) {
    const model = models.get(place.dataset["model"] ?? "");
    if (model) await render({ model, el: place });
  }
}

function modelsOf({ models, binary, answers }: Saved): Map<string, PageModel> {
  const found = new Map<string, PageModel>();
  const chunk = textOf(CHUNK);
  for (const [id, state] of Object.entries(models)) {
    for (const name of binary[id] ?? []) state[name] = bytesOf(String(state[name]));
    if ("_chunk_hash" in state && chunk) state["_chunk"] = bytesOf(chunk);
    const kept = (answers?.[id] ?? []).map(([key, content, bytes]) => ({
      key,
      content,
      buffers: bytes.map(bytesOf),
    }));
    found.set(id, new PageModel(state, found, kept));
  }
  return found;
}

function bytesOf(text: string): DataView {
  return new DataView(Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0)).buffer);
}

function textOf(id: string): string {
  return document.getElementById(id)?.textContent?.trim() ?? "";
}
