/** A row of buttons of which one is pressed. */

import type { Signal } from "@preact/signals-core";
import { button, h, setAttributes } from "../dom";
import type { Scope } from "../scope";

export function segments(
  label: string,
  choices: readonly string[],
  chosen: Signal<string>,
  scope: Scope,
): HTMLElement {
  const group = h("span", "seg", { role: "group", "aria-label": label });
  for (const choice of choices) {
    const one = button(choice);
    scope.effect(() => setAttributes(one, { "aria-pressed": chosen.value === choice ? "true" : "false" }));
    scope.listen(one, "click", () => {
      chosen.value = choice;
    });
    group.append(one);
  }
  return group;
}
