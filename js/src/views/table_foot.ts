/** What stands below the table: what is selected and what can be done with it. */

import { computed, type ReadonlySignal } from "@preact/signals-core";
import { button, h, setAttributes, setText, show, uniqueId } from "../dom";
import { formatCount, formatMoment, formatRelative } from "../lib/format";
import { middleCut } from "../lib/text";
import type { Scope } from "../scope";
import type { Selection } from "../selection";
import type { FileKind, TableCopy } from "./table_copy";

/** What it changes runs by. */
export interface FootActions {
  archive(runs: string[]): void;
  annotate(run: string): void;
}

export class TableFoot {
  readonly root = h("div", "foot");
  private readonly picked = h("span", "num", { role: "status" });
  private readonly clear = button("Clear", "link");
  private readonly all = button("Select all shown", "link");
  private readonly compare = button("Baseline", "link", {
    title: "Show how far others are from this run (b)",
  });
  private readonly hide = button("Hide", "link", { title: "Leave them out of charts (h)" });
  private readonly archive = button("Archive", "link");
  private readonly notes = button("Notes", "link", { title: "Write notes (n)" });
  private readonly copy = button("Copy", "link", { title: "Copy as a table for a spreadsheet (ctrl+C)" });
  private readonly base = h("span", "baseline");
  private readonly age = h("span", "num");
  private readonly menu = h("span", "export");
  private readonly names: ReadonlySignal<string[]>;

  constructor(
    private readonly shared: Selection,
    private readonly copying: TableCopy,
    acts: FootActions,
    private readonly writable: boolean,
    private readonly scope: Scope,
  ) {
    this.names = computed(() => shared.selected.value ?? []);
    const actions = [
      this.compare,
      this.hide,
      this.notes,
      this.archive,
      this.copy,
      this.menu,
      this.all,
      this.clear,
    ];
    this.root.append(this.picked, ...actions, h("span", "grow"), this.base, this.age);
    this.exports();
    scope.listen(this.clear, "click", () => this.select([]));
    scope.listen(this.all, "click", () => this.selectAll());
    scope.listen(this.compare, "click", () => this.toggleBaseline());
    scope.listen(this.hide, "click", () => this.toggleHidden());
    scope.listen(this.archive, "click", () => acts.archive(this.names.peek()));
    scope.listen(this.notes, "click", () => acts.annotate(this.names.peek()[0] ?? ""));
    scope.listen(this.copy, "click", () => this.copyRows());
    scope.effect(() => this.paint());
    scope.effect(() => this.paintBase(shared.baseline.value ?? ""));
    scope.every(5000, () => this.paintAge());
  }

  private select(names: string[]): void {
    this.shared.selected.value = names;
  }

  private selectAll(): void {
    const passing = this.shared.passing.peek();
    if (passing) this.select(Array.from(passing.rows, (row) => passing.frame.header.runs[row] ?? ""));
  }

  private toggleBaseline(): void {
    const [name = ""] = this.names.peek();
    this.shared.baseline.value = this.shared.baseline.peek() === name ? "" : name;
  }

  /** Hide them all; show them where all are hidden already. */
  private toggleHidden(): void {
    const picked = new Set(this.names.peek());
    const hidden = this.shared.hidden.peek() ?? [];
    const others = hidden.filter((name) => !picked.has(name));
    this.shared.hidden.value = this.allHidden() ? others : [...others, ...picked];
  }

  private allHidden(): boolean {
    const hidden = new Set(this.shared.hidden.value ?? []);
    return this.names.value.length > 0 && this.names.value.every((name) => hidden.has(name));
  }

  copyRows(): void {
    void this.copying.copy().then((told) => this.say(told));
  }

  /** Say it for a moment where the number of selected runs stands. */
  private say(text: string): void {
    setText(this.picked, text);
    setTimeout(() => {
      if (!this.scope.ended) this.paint();
    }, 2500);
  }

  private exports(): void {
    const list = h("span", "export-list", {
      id: uniqueId("export"),
      role: "group",
      "aria-label": "Export as",
    });
    const open = button("Export", "link", { "aria-expanded": "false", "aria-controls": list.id });
    const kinds: FileKind[] = ["CSV", "JSON"];
    for (const kind of kinds) {
      const one = button(kind, "link", { title: `Save the selected runs, or all shown, as ${kind}` });
      one.addEventListener("click", () => this.say(this.copying.save(kind)));
      list.append(one);
    }
    show(list, false);
    open.addEventListener("click", () => {
      show(list, list.hidden === true);
      setAttributes(open, { "aria-expanded": String(!list.hidden) });
    });
    this.menu.append(open, list);
  }

  private paint(): void {
    const names = this.names.value;
    const count = names.length;
    const shown = this.shared.passing.value?.rows.length ?? 0;
    setText(this.picked, count === 0 ? "None selected" : `${formatCount(count)} selected`);
    show(this.clear, count > 0);
    show(this.all, shown > 0 && count < shown);
    show(this.compare, count === 1);
    setText(this.compare, this.shared.baseline.value === names[0] ? "No baseline" : "Baseline");
    show(this.hide, count > 0);
    setText(this.hide, this.allHidden() ? "Show" : "Hide");
    show(this.notes, count === 1 && this.writable);
    show(this.archive, count > 0 && this.writable);
    show(this.copy, shown > 0);
    show(this.menu, shown > 0);
    this.paintAge();
  }

  private paintBase(name: string): void {
    const clear = button("×", "link", { "aria-label": "No baseline", title: "No baseline" });
    clear.addEventListener("click", () => {
      this.shared.baseline.value = "";
    });
    const there = this.shared.frame.value?.header.runs.includes(name) ? "" : " is not in this table";
    const told = h("span", "", { title: name }, `Baseline: ${middleCut(name, 28)}${there}`);
    this.base.replaceChildren(told, " ", clear);
    show(this.base, name !== "");
  }

  private paintAge(): void {
    const fetched = this.shared.frame.peek()?.header.fetched;
    setText(this.age, fetched === undefined ? "" : `refreshed ${formatRelative(fetched, Date.now() / 1000)}`);
    this.age.title = fetched === undefined ? "" : `${formatMoment(fetched)} UTC`;
  }
}
