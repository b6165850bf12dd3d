/** Code with line numbers; what is copied are the lines alone. */

import { h } from "../dom";
import type { Piece } from "../lib/highlight";

export function codeBlock(label: string, pieces: Piece[], numbered: boolean): HTMLElement {
  const code = h("code", "");
  for (const piece of pieces)
    code.append(piece.kind ? h("span", `hl-${piece.kind}`, {}, piece.text) : piece.text);
  const box = h("div", "block code-block", { tabindex: 0, role: "group", "aria-label": label });
  if (numbered) {
    const text = pieces.map((piece) => piece.text).join("");
    const lines = text.replace(/\n$/, "").split("\n").length;
    const numbers = Array.from({ length: lines }, (_, i) => i + 1).join("\n");
    box.append(h("pre", "gutter", { "aria-hidden": "true" }, numbers));
  }
  box.append(h("pre", "", {}, code));
  return box;
}
