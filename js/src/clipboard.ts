/** The clipboard; pages that are no secure context, or may not write to it, have an older way only. */

import { h } from "./dom";

/** Put `text` on it; the field that is copied from otherwise stands in `place` meanwhile. */
export async function toClipboard(text: string, place: HTMLElement = document.body): Promise<void> {
  try {
    await navigator.clipboard.writeText(text);
    return;
  } catch {
    // Missing or refused.
  }
  const before = document.activeElement as HTMLElement | null;
  const field = h("textarea", "hidden-text", { "aria-hidden": "true" });
  // The class hides it within our views only.
  field.style.cssText = "position: fixed; opacity: 0";
  field.value = text;
  place.append(field);
  field.select();
  const done = document.execCommand("copy");
  field.remove();
  before?.focus();
  if (!done) throw new Error("copying is not allowed");
}
