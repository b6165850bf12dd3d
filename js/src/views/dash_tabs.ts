/** Tabs of a dashboard: each view is mounted when it is first shown, and stays. */

import { effect, type Signal } from "@preact/signals-core";
import { button, h, setAttributes, show, uniqueId } from "../dom";
import type { Scope } from "../scope";

export interface Tab {
  name: string;
  label: string;
  /** Put the view into `slot`; called once. */
  mount(slot: HTMLElement): void;
}

export class DashTabs {
  readonly list = h("div", "tabs", { role: "tablist", "aria-label": "Views" });
  readonly panels = h("div", "dash-panels");
  private readonly buttons: HTMLButtonElement[] = [];
  private readonly mounted = new Set<string>();

  constructor(
    private readonly tabs: readonly Tab[],
    private readonly chosen: Signal<string>,
    scope: Scope,
  ) {
    for (const tab of tabs) this.add(tab, scope);
    scope.listen(this.list, "keydown", (event) => this.key(event));
  }

  private add(tab: Tab, scope: Scope): void {
    const id = uniqueId("tab");
    const one = button(tab.label, "tab", { role: "tab", id: `${id}-tab`, "aria-controls": id });
    const panel = h("div", "dash-panel", { role: "tabpanel", id, "aria-labelledby": `${id}-tab` });
    scope.listen(one, "click", () => {
      this.chosen.value = tab.name;
    });
    scope.add(
      effect(() => {
        const on = this.chosen.value === tab.name;
        setAttributes(one, { "aria-selected": String(on), tabindex: on ? 0 : -1 });
        show(panel, on);
        if (!on || this.mounted.has(tab.name)) return;
        this.mounted.add(tab.name);
        // What the view reads is not what this effect waits for.
        queueMicrotask(() => tab.mount(panel));
      }),
    );
    this.buttons.push(one);
    this.list.append(one);
    this.panels.append(panel);
  }

  private key(event: KeyboardEvent): void {
    const step = event.key === "ArrowRight" ? 1 : event.key === "ArrowLeft" ? -1 : 0;
    if (step === 0) return;
    const at = this.tabs.findIndex((tab) => tab.name === this.chosen.peek());
    const next = (at + step + this.tabs.length) % this.tabs.length;
    const tab = this.tabs[next];
    if (!tab) return;
    this.chosen.value = tab.name;
    this.buttons[next]?.focus();
    event.preventDefault();
    event.stopPropagation();
  }
}
