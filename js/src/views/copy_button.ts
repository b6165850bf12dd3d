/** A button that copies a text and says so. */

import { toClipboard } from "../clipboard";
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
    toClipboard(text()).then(
      () => say("Copied"),
      () => say("Not copied"),
    );
  });
  return made;
}
