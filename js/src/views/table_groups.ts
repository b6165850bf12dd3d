/** The choice of a column to group by. */

import type { Signal } from "@preact/signals-core";
import { h } from "../dom";
import type { Column, Frame } from "../lib/columns";
import { isCodes } from "../lib/columns";
import type { Scope } from "../scope";

const HEADINGS: Record<string, string> = {
  run: "Run",
  params: "Parameters",
  metrics: "Metrics",
  tags: "Tags",
};

export class GroupChoice {
  readonly root = h("select", "field group-by", { "aria-label": "Group by", title: "Group by a column" });
  private offered: Frame | null = null;

  constructor(
    private readonly column: Signal<string>,
    scope: Scope,
  ) {
    scope.listen(this.root, "change", () => {
      this.column.value = this.root.value;
    });
    scope.effect(() => this.mark(column.value ?? ""));
  }

  offer(frame: Frame | null): void {
    if (frame === this.offered) return;
    this.offered = frame;
    const sets = new Map<string, HTMLOptGroupElement>();
    for (const column of frame?.columns.filter(canGroup) ?? []) {
      const set =
        sets.get(column.group) ?? h("optgroup", "", { label: HEADINGS[column.group] ?? column.group });
      sets.set(column.group, set);
      set.append(h("option", "", { value: column.name }, column.label));
    }
    this.root.replaceChildren(h("option", "", { value: "" }, "Group by…"), ...sets.values());
    this.mark(this.column.peek() ?? "");
  }

  private mark(name: string): void {
    this.root.value = name;
    this.root.classList.toggle("smtw-on", name !== "");
  }
}

/** Whether runs with the same value are likely: not names, and texts that repeat. */
function canGroup(column: Column): boolean {
  if (column.kind === "run") return false;
  return isCodes(column) ? column.values.length > 0 && column.values.length < 2000 : true;
}
