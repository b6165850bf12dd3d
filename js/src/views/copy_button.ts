/** A button that copies a text and says so. */

import { button, setText } from "../dom";
import type { Scope } from "../scope";

const SAID = 1500;

export function copyButton(label: string, text: () => string, scope: Scope): HTMLButtonElement {
  const made = button(label);
  let timer: ReturnType<typeof setTimeout> | undefined;
  scope.add(() => clearTimeout(timer));
  const say = (words: string) => {
    setText(made, words);
    clearTimeout(timer);
    timer = setTimeout(() => setText(made, label), SAID);
  };
  scope.listen(made, "click", () => {
    copy(text()).then(
      () => say("Copied"),
      () => say("Not copied"),
    );
  });
  return made;
}

/** The clipboard is missing on pages that came over plain HTTP; a selection can be copied there too. */
async function copy(text: string): Promise<void> {
  if (navigator.clipboard) return navigator.clipboard.writeText(text);
  const area = document.createElement("textarea");
  area.value = text;
  area.style.position = "fixed";
  area.style.opacity = "0";
  document.body.append(area);
  area.select();
  const done = document.execCommand("copy");
  area.remove();
  if (!done) throw new Error("not copied");
}
