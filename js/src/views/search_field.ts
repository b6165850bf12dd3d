/** A field that filters what stands below it, and says how many are left. */

import { type Signal, signal } from "@preact/signals-core";
import { h, setText } from "../dom";
import type { Scope } from "../scope";

export class SearchField {
  readonly query: Signal<string> = signal("");
  readonly input: HTMLInputElement;
  readonly said = h("span", "aside num", { role: "status" });
  readonly root: HTMLElement;

  constructor(label: string, scope: Scope, ...more: HTMLElement[]) {
    this.input = h("input", "field", { type: "search", placeholder: label, "aria-label": label });
    this.root = h("div", "detail-bar", {}, this.input, this.said, ...more);
    scope.listen(this.input, "input", () => {
      this.query.value = this.input.value;
    });
    scope.listen(this.input, "keydown", (event) => {
      if (event.key !== "Escape" || this.input.value === "") return;
      event.stopPropagation();
      this.input.value = "";
      this.query.value = "";
    });
  }

  /** "3 of 25" while something is searched for. */
  say(shown: number, all: number): void {
    setText(this.said, this.query.value.trim() ? `${shown} of ${all}` : "");
  }
}
