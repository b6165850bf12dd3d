/** Which columns are axes: a list with a search box, opened by a button, closed by Escape. */

import { button, h, setAttributes, show, uniqueId } from "../dom";
import type { Column } from "../lib/columns";
import type { Scope } from "../scope";

const HEADINGS: Record<string, string> = {
  run: "Run",
  params: "Parameters",
  metrics: "Metrics",
  tags: "Tags",
};

export interface AxesActions {
  has(column: string): boolean;
  set(column: Column, on: boolean): void;
}

export class AxesChooser {
  readonly button = button("Axes", "", { "aria-haspopup": "dialog", "aria-expanded": "false" });
  readonly root = h("div", "chooser", { role: "dialog", "aria-label": "Axes", id: uniqueId("axes") });
  private readonly search = h("input", "field", {
    type: "search",
    placeholder: "Find a column",
    "aria-label": "Find a column",
  });
  private readonly list = h("div", "options");
  private all: Column[] = [];

  constructor(
    private readonly actions: AxesActions,
    scope: Scope,
  ) {
    this.root.append(this.search, this.list);
    this.open(false);
    setAttributes(this.button, { "aria-controls": this.root.id });
    scope.listen(this.button, "click", () => this.open(this.root.hidden === true));
    scope.listen(this.search, "input", () => this.paint());
    scope.listen(this.root, "keydown", (event) => {
      if (event.key !== "Escape") return;
      event.stopPropagation();
      this.open(false);
      this.button.focus();
    });
    scope.listen(document, "pointerdown", (event) => {
      const inside = event.composedPath();
      if (!inside.includes(this.root) && !inside.includes(this.button)) this.open(false);
    });
  }

  /** Offer these columns, all but the one that names the runs. */
  offer(columns: readonly Column[]): void {
    this.all = columns.filter((column) => column.kind !== "run");
    if (!this.root.hidden) this.paint();
  }

  private open(open: boolean): void {
    if (open === !this.root.hidden) return;
    show(this.root, open);
    setAttributes(this.button, { "aria-expanded": String(open) });
    if (!open) return;
    this.search.value = "";
    this.paint();
    this.search.focus();
  }

  private paint(): void {
    const wanted = this.search.value.trim().toLowerCase();
    const found = this.all.filter(({ name, label }) => `${name} ${label}`.toLowerCase().includes(wanted));
    const groups = new Map<string, Column[]>();
    for (const column of found) groups.set(column.group, [...(groups.get(column.group) ?? []), column]);
    const sets = [...groups].map(([group, columns]) => {
      const options = columns.map((column) => this.option(column));
      return h("fieldset", "", {}, h("legend", "", {}, HEADINGS[group] ?? group), ...options);
    });
    this.list.replaceChildren(...(sets.length > 0 ? sets : [h("div", "quiet", {}, "No such column")]));
  }

  private option(column: Column): HTMLElement {
    const box = h("input", "", { type: "checkbox" });
    box.checked = this.actions.has(column.name);
    box.addEventListener("change", () => this.actions.set(column, box.checked));
    return h("label", "", { title: column.name }, box, column.label);
  }
}
