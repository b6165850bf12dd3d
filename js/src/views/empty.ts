/** What a view says when it has nothing to show: a sentence, and what to type. */

import { h } from "../dom";

export function emptyState({ text, code }: { text: string; code: string }): HTMLElement {
  return h("div", "empty", {}, text, code ? h("code", "", {}, code) : null);
}
