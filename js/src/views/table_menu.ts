/** The menu of a column: its filter in fields or check boxes, and what else can be done with it. */

import type { Signal } from "@preact/signals-core";
import { button, h, show, uniqueId } from "../dom";
import { binsOf } from "../lib/bins";
import { type CodeColumn, type Column, isCodes, type NumberColumn } from "../lib/columns";
import { formatCount } from "../lib/format";
import { optionText, toggled, valueText } from "../lib/table_filters";
import type { Scope } from "../scope";
import type { Selection } from "../selection";
import type { TableLayout } from "./table_layout";

const MOST_VALUES = 200;

export class ColumnMenu {
  readonly root = h("div", "popover column-menu", { role: "dialog", id: uniqueId("menu") });
  private column: Column | null = null;
  private back: HTMLElement | null = null;

  constructor(
    private readonly shared: Selection,
    private readonly layout: TableLayout,
    private readonly groupBy: Signal<string>,
    scope: Scope,
  ) {
    show(this.root, false);
    scope.listen(this.root, "keydown", (event) => {
      event.stopPropagation();
      if (event.key === "Escape") this.close();
    });
    scope.listen(document, "pointerdown", (event) => {
      if (!this.root.hidden && !event.composedPath().includes(this.root)) this.close(false);
    });
    scope.effect(() => {
      shared.passing.value;
      if (this.column && !this.root.hidden) this.count();
    });
  }

  /** Open below `head`, a cell of the header; `back` gets the focus afterwards. */
  open(column: Column, head: HTMLElement, back: HTMLElement): void {
    this.column = current(this.shared, column);
    this.back = back;
    this.root.setAttribute("aria-label", `Column ${column.label}`);
    this.root.replaceChildren(
      h("div", "popover-title", { title: column.name }, column.label),
      this.filter(),
      this.actions(),
    );
    show(this.root, true);
    const box = (this.root.offsetParent ?? this.root).getBoundingClientRect();
    const place = head.getBoundingClientRect();
    const most = box.width - this.root.offsetWidth - 6;
    this.root.style.left = `${Math.max(6, Math.min(place.left - box.left, most))}px`;
    this.root.style.top = `${Math.min(place.top - box.top + 26, Math.max(4, box.height - this.root.offsetHeight - 4))}px`;
    this.count();
    this.root.querySelector<HTMLElement>("input, button")?.focus();
  }

  close(focus = true): void {
    show(this.root, false);
    this.column = null;
    if (focus) this.back?.focus();
  }

  private filter(): HTMLElement {
    const { column } = this;
    if (!column) return h("div", "");
    return isCodes(column) ? this.values(column) : this.range(column);
  }

  private range(column: NumberColumn): HTMLElement {
    const time = column.kind === "time";
    const now = this.shared.filterOf(column.name);
    const field = (label: string, value: number | null | undefined) => {
      const input = h("input", "field", {
        type: time ? "datetime-local" : "number",
        step: time ? 1 : "any",
        "aria-label": `${label} of ${column.label}`,
      });
      if (value !== null && value !== undefined) input.value = time ? isoSeconds(value) : String(value);
      return input;
    };
    const [low, high] = [field("Lowest", now?.low), field("Highest", now?.high)];
    const { marks } = binsOf(column);
    if (!time && marks.length > 0) {
      low.placeholder = valueText(column, Math.min(...marks));
      high.placeholder = valueText(column, Math.max(...marks));
    }
    const apply = () => {
      const read = (input: HTMLInputElement) => {
        if (input.value === "") return null;
        const value = time ? Date.parse(`${input.value}Z`) / 1000 : Number(input.value);
        return Number.isFinite(value) ? value : null;
      };
      const [from, to] = [read(low), read(high)];
      const next = from === null && to === null ? null : { column: column.name, low: from, high: to };
      this.shared.setFilter(column.name, next);
    };
    for (const input of [low, high]) input.addEventListener("change", apply);
    const unit = column.kind === "duration" ? "s" : null;
    const row = h(
      "div",
      `range-row${time ? " range-times" : ""}`,
      {},
      low,
      h("span", "quiet", {}, time ? "to (UTC)" : "to"),
      high,
      h("span", "quiet", {}, unit),
    );
    return h("div", "", {}, row, h("div", "aside num", { role: "status" }));
  }

  private values(column: CodeColumn): HTMLElement {
    const list = h("div", "options values");
    if (column.values.length > 12) {
      const find = h("input", "field", {
        type: "search",
        placeholder: "Find a value",
        "aria-label": "Find a value",
      });
      find.addEventListener("input", () => this.options(column, list, find.value));
      this.options(column, list, "");
      return h("div", "", {}, find, list);
    }
    this.options(column, list, "");
    return list;
  }

  private options(column: CodeColumn, list: HTMLElement, text: string): void {
    const engine = this.shared.passing.peek()?.engine;
    const counts = engine?.counts(column);
    const missing = column.codes.includes(-1);
    const all: (string | null)[] = missing ? [...column.values, null] : [...column.values];
    const wanted = text.trim().toLowerCase();
    const place = (bin: number) => counts?.[bin] ?? 0;
    const bins = all
      .map((value, bin) => ({ value, bin: value === null ? column.values.length : bin }))
      .filter(({ value }) => optionText(column, value).toLowerCase().includes(wanted))
      .sort((a, b) => place(b.bin) - place(a.bin));
    const rows = bins.slice(0, MOST_VALUES).map(({ value, bin }) => {
      const box = h("input", "", { type: "checkbox" });
      const filter = this.shared.filterOf(column.name);
      box.checked = filter?.values?.includes(value) ?? false;
      box.addEventListener("change", () => {
        const now = this.shared.filterOf(column.name);
        this.shared.setFilter(column.name, toggled(column.name, now, value, all));
      });
      const name = h("span", value === null ? "value quiet" : "value", {}, optionText(column, value));
      return h(
        "label",
        "",
        { title: value ?? "no value" },
        box,
        name,
        h("span", "quiet num", { "data-bin": bin }),
      );
    });
    const more = bins.length - rows.length;
    list.replaceChildren(
      ...rows,
      ...(more > 0 ? [h("div", "quiet", {}, `${formatCount(more)} more: find them by name`)] : []),
    );
    this.count();
  }

  /** Counts, and boxes as the filter has them, while the menu is open. */
  private count(): void {
    const { column } = this;
    const engine = this.shared.passing.peek()?.engine;
    if (!column || !engine) return;
    const counts = engine.counts(column);
    for (const label of this.root.querySelectorAll<HTMLElement>("[data-bin]"))
      label.textContent = formatCount(counts[Number(label.dataset["bin"])] ?? 0);
    const missing = counts[counts.length - 1] ?? 0;
    const said = this.root.querySelector("[role=status]");
    if (said)
      said.textContent =
        missing > 0 ? `${formatCount(missing)} runs have no value; a range leaves them out.` : "";
  }

  private actions(): HTMLElement {
    const column = this.column as Column;
    const pinned = this.layout.pinned.peek()?.includes(column.name) ?? false;
    const grouped = this.groupBy.peek() === column.name;
    const link = (label: string, act: () => void) => {
      const made = button(label, "link");
      made.addEventListener("click", () => {
        act();
        this.close();
      });
      return made;
    };
    return h(
      "div",
      "popover-foot",
      {},
      link("Clear filter", () => this.shared.setFilter(column.name, null)),
      link(pinned ? "Unpin" : "Pin", () => this.layout.pin(column.name)),
      link(grouped ? "Do not group" : "Group", () => {
        this.groupBy.value = grouped ? "" : column.name;
      }),
      link("Hide column", () => this.layout.toggle(column.name)),
    );
  }
}

/** The column as the frame has it now: the table may have been read again since it was painted. */
const current = (selection: Selection, column: Column): Column =>
  selection.frame.peek()?.byName.get(column.name) ?? column;

const isoSeconds = (value: number): string => new Date(Math.floor(value) * 1000).toISOString().slice(0, 19);
