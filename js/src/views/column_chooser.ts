/** Which columns the table shows: a list with a search box, opened by a button, closed by Escape. */

import type { Signal } from "@preact/signals-core";
import { button, h, setAttributes, show, uniqueId } from "../dom";
import type { Column } from "../lib/columns";
import type { Scope } from "../scope";

const HEADINGS: Record<string, string> = {
  run: "Run",
  params: "Parameters",
  metrics: "Metrics",
  tags: "Tags",
};

export class ColumnChooser {
  readonly button = button("Columns", "", { "aria-haspopup": "dialog", "aria-expanded": "false" });
  readonly root = h("div", "chooser", { role: "dialog", "aria-label": "Columns", id: uniqueId("columns") });
  private readonly search = h("input", "field", {
    type: "search",
    placeholder: "Find a column",
    "aria-label": "Find a column",
  });
  private readonly list = h("div", "options");
  private all: Column[] = [];

  constructor(
    private readonly columns: Signal<string[]>,
    scope: Scope,
  ) {
    this.root.append(this.search, this.list);
    this.open(false);
    setAttributes(this.button, { "aria-controls": this.root.id });
    scope.listen(this.button, "click", () => this.open(this.root.hidden === true));
    scope.listen(this.search, "input", () => this.paint());
    scope.listen(this.root, "keydown", (event) => this.key(event));
    scope.listen(document, "pointerdown", (event) => {
      const inside = event.composedPath();
      if (!inside.includes(this.root) && !inside.includes(this.button)) this.open(false);
    });
  }

  /** Offer these columns; the first one, the run's name, always stays. */
  offer(columns: Column[]): void {
    this.all = columns.filter((column) => column.kind !== "run");
    if (!this.root.hidden) this.paint();
  }

  private open(open: boolean): void {
    if (open === !this.root.hidden) return;
    show(this.root, open);
    setAttributes(this.button, { "aria-expanded": open ? "true" : "false" });
    if (!open) return;
    this.search.value = "";
    this.paint();
    this.search.focus();
  }

  private key(event: KeyboardEvent): void {
    if (event.key !== "Escape") return;
    event.stopPropagation();
    this.open(false);
    this.button.focus();
  }

  private paint(): void {
    const wanted = this.search.value.trim().toLowerCase();
    const found = this.all.filter(
      (column) => column.name.toLowerCase().includes(wanted) || column.label.toLowerCase().includes(wanted),
    );
    const groups = new Map<string, Column[]>();
    for (const column of found) groups.set(column.group, [...(groups.get(column.group) ?? []), column]);
    const sets = [...groups].map(([group, columns]) =>
      h(
        "fieldset",
        "",
        {},
        h("legend", "", {}, HEADINGS[group] ?? group),
        ...columns.map((column) => this.option(column)),
      ),
    );
    this.list.replaceChildren(...(sets.length > 0 ? sets : [h("div", "quiet", {}, "No such column")]));
  }

  private option(column: Column): HTMLElement {
    const box = h("input", "", { type: "checkbox" });
    box.checked = this.columns.peek().includes(column.name);
    box.addEventListener("change", () => {
      const shown = this.columns.peek();
      const others = shown.filter((name) => name !== column.name);
      this.columns.value = box.checked ? [...others, column.name] : others;
    });
    return h("label", "", { title: column.name }, box, column.label);
  }
}
