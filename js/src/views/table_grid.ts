/** Header, rows, mouse and keyboard of the table; what is selected and sorted belongs to the view around it. */

import type { Signal } from "@preact/signals-core";
import { h, setAttributes, uniqueId } from "../dom";
import type { Column, Frame } from "../lib/columns";
import type { Items } from "../lib/items";
import { isNotes } from "../lib/notes";
import { type Gesture, select } from "../lib/select";
import { nextSort, type SortKey } from "../lib/sort";
import { scrollToRow } from "../lib/virtual";
import type { Model } from "../model";
import type { Scope } from "../scope";
import type { Selection } from "../selection";
import { type Measure, roughMeasure, textMeasure } from "./table_cells";
import { TableHeader } from "./table_header";
import { handleKey, KEYS, type KeyTarget, type Place } from "./table_keys";
import type { TableLayout } from "./table_layout";
import type { ColumnMenu } from "./table_menu";
import { ROW_HEIGHT, type Sight, TableRows } from "./table_rows";
import { TableSparks } from "./table_sparks";

export interface GridState {
  frame: Frame;
  columns: Column[];
  items: Items;
  sort: readonly SortKey[];
  selected: readonly string[];
  hidden: readonly string[];
  colours: string[];
  /** Row that others are compared with; -1 = none. */
  baseline: number;
  widths: Readonly<Record<string, number>>;
  pending: ReadonlyMap<string, string>;
  /** Metrics with a curve beside their last values. */
  trends: readonly string[];
  fixed: number;
}

export interface GridActions {
  /** Change what is in a cell, `done` at the end; false where it cannot be changed. */
  edit(row: number, column: Column, cell: HTMLElement, done: () => void): boolean;
  /** Write the notes of a run, over `place`; false where they cannot be changed. */
  annotate(row: number, place: HTMLElement): boolean;
  fold(key: string, open: boolean): void;
  copy(): void;
}

/** What of the table is in sight, px. */
interface Seen extends Sight {
  scrollLeft: number;
  width: number;
}

const sets = new WeakMap<readonly string[], ReadonlySet<string>>();

function setOf(names: readonly string[]): ReadonlySet<string> {
  const known = sets.get(names) ?? new Set(names);
  sets.set(names, known);
  return known;
}

export class TableGrid implements KeyTarget {
  readonly root = h("div", "scroll", { role: "grid", tabindex: 0, "aria-multiselectable": "true" });
  /** Tells the keys; stands beside the grid. */
  readonly help = h("span", "hidden-text", { id: uniqueId("keys") }, KEYS);
  active: Place | null = null;
  private readonly id = uniqueId("cell");
  private readonly body: TableRows;
  private readonly header: TableHeader;
  private state: GridState | null = null;
  private start = 0;
  private measure: Measure | null = null;
  private pending = false;
  private stale = false;
  /** While a cell is being edited nothing is painted: that would take the field away. */
  private editing = false;
  private shown: GridState | null = null;
  private seen: Seen | null = null;

  constructor(
    model: Model,
    private readonly shared: Selection,
    private readonly columnLayout: TableLayout,
    private readonly sorting: Signal<SortKey[]>,
    private readonly columnMenu: ColumnMenu,
    private readonly actions: GridActions,
    scope: Scope,
  ) {
    const renew = () => {
      this.body.renew();
      this.later(true);
    };
    const sight = (least: number) => this.sight(least);
    this.body = new TableRows(sight, this.id, new TableSparks(model, renew, scope));
    const menu = (index: number) => this.menu(index);
    this.header = new TableHeader(this.root, shared, columnLayout, menu, this.id, scope);
    const top = h("div", "fixed", { role: "rowgroup" }, this.header.root, this.body.fixed);
    this.root.append(top, this.body.root);
    setAttributes(this.root, { "aria-describedby": this.help.id });
    this.listen(scope);
  }

  private listen(scope: Scope): void {
    const { root } = this;
    const scrolled = () => {
      this.seen = null;
      if (this.editing) root.focus();
      this.later();
    };
    scope.listen(root, "scroll", scrolled, { passive: true });
    const observer = new ResizeObserver(() => {
      this.seen = null;
      // The first time the table has a size it has a font too: lay out again by real widths.
      if (!this.measure && this.state && textMeasure(root)) this.lay(this.state);
      else if (this.state && !this.editing) this.size(this.state);
      this.later(true);
    });
    observer.observe(root);
    scope.add(() => observer.disconnect());
    scope.listen(root, "click", (event) => this.click(event));
    scope.listen(root, "dblclick", (event) => this.doubleClick(event));
    scope.listen(root, "keydown", (event) => {
      if (!this.state || event.target !== root || !handleKey(event, this)) return;
      event.preventDefault();
      event.stopPropagation();
    });
    scope.listen(root, "blur", () => {
      this.active = null;
      this.paint();
    });
  }

  /** Draw with the next frame; `all` paints rows that are in place again. */
  private later(all = false): void {
    this.stale ||= all;
    if (this.pending) return;
    this.pending = true;
    requestAnimationFrame(() => {
      this.pending = false;
      if (this.editing) return;
      const { scrollLeft, width } = this.sight();
      this.root.classList.toggle("smtw-scrolled", scrollLeft > 0);
      if (this.stale) this.paint();
      else this.body.draw();
      this.header.paintPlots(scrollLeft, scrollLeft + width);
    });
  }

  /** What is in sight, of rows so high in all; kept, since the browser would lay out the page for the answer. */
  private sight(content = Number.POSITIVE_INFINITY): Seen {
    const { root } = this;
    // Of fewer rows there is less to scroll.
    if (this.seen && this.seen.scrollTop > 0 && this.seen.scrollTop + this.seen.height > content)
      this.seen = null;
    this.seen ??= {
      scrollTop: root.scrollTop,
      scrollLeft: root.scrollLeft,
      width: root.clientWidth,
      height: root.clientHeight,
    };
    return this.seen;
  }

  update(state: GridState): void {
    this.state = state;
    if (this.editing) return;
    const before = this.shown;
    this.shown = state;
    const compared = state.baseline >= 0;
    const other =
      before?.frame !== state.frame ||
      before.columns !== state.columns ||
      compared !== before.baseline >= 0 ||
      before.fixed !== state.fixed ||
      before.trends !== state.trends;
    if (before && before.frame !== state.frame) this.body.sparks.renew();
    if (other) this.lay(state);
    else if (before.widths !== state.widths) this.size(state);
    if (!other && before.sort !== state.sort)
      this.header.paintSorts(state.sort, this.measure ?? roughMeasure);
    if (other) this.paint();
    this.later(true);
  }

  private lay(state: GridState): void {
    this.measure ??= textMeasure(this.root);
    const look = { compared: state.baseline >= 0, trends: state.trends };
    this.body.layout(state.frame, state.columns, this.measure ?? roughMeasure, look);
    this.header.lay(state.columns, state.frame.rows);
    this.size(state);
    this.header.paintSorts(state.sort, this.measure ?? roughMeasure);
  }

  private size(state: GridState): void {
    this.header.size(this.body.needed, state.widths, state.fixed);
    this.body.size(state.columns, this.header.widths, this.header.stuck);
  }

  private paint(): void {
    const { state, active } = this;
    if (!state || this.editing) return;
    this.stale = false;
    // Ages are told by the second.
    const second = Math.floor(Date.now() / 1000);
    const { selected, hidden, colours, pending } = state;
    const look = [selected, hidden, colours, pending, active?.position, active?.column, second];
    this.body.update({ ...state, selected: setOf(selected), hidden: setOf(hidden), look, active });
    this.header.activate(active?.position === -1 ? active.column : null);
    const id =
      active &&
      (active.position < 0
        ? this.header.cellId(active.column)
        : this.body.cellId(active.position, active.column));
    setAttributes(this.root, {
      role: state.items.groups.length > 0 ? "treegrid" : "grid",
      "aria-rowcount": state.items.codes.length + 1,
      "aria-colcount": state.columns.length,
      "aria-activedescendant": id,
    });
  }

  // -- mouse -----------------------------------------------------------------------------------------------------
  private click(event: MouseEvent): void {
    const target = event.target as Element;
    const head = this.header.indexOf(target);
    const position = this.positionOf(target);
    if (head >= 0) {
      if (this.header.isName(target)) this.sort(head, event.shiftKey);
    } else if (position < 0 || target.closest("input")) return;
    else if (target.closest(".smtw-eye")) this.hide(position);
    else if (!this.fold(position, null))
      this.choose(position, { toggle: event.ctrlKey || event.metaKey, range: event.shiftKey });
  }

  private doubleClick(event: MouseEvent): void {
    const cell = (event.target as Element).closest<HTMLElement>(".smtw-cell");
    const position = cell ? this.positionOf(cell) : -1;
    if (cell && position >= 0)
      this.open({ position, column: Number(cell.getAttribute("aria-colindex")) - 1 });
  }

  private positionOf(target: Element): number {
    return Number(target.closest<HTMLElement>(".smtw-row")?.dataset["position"] ?? -1);
  }

  // -- what keys and mouse do ------------------------------------------------------------------------------------
  get rows(): number {
    return this.state?.items.codes.length ?? 0;
  }

  get columns(): number {
    return this.header.cells.length;
  }

  get room(): number {
    return this.root.clientHeight - (this.body.fixed.parentElement?.offsetHeight ?? 0);
  }

  private nameAt = (position: number): string => {
    const code = this.state?.items.codes[position] ?? -1;
    return code < 0 ? "" : (this.state?.frame.header.runs[code] ?? "");
  };

  activate(place: Place): void {
    this.active = place;
    this.reveal(place);
    this.paint();
  }

  anchor(position: number): void {
    this.start = position;
  }

  choose(position: number, gesture: Gesture): void {
    if (!this.state) return;
    const next = select(this.state.selected, this.nameAt, position, this.start, gesture);
    if (!gesture.range) this.start = position;
    this.active = { position, column: this.active?.column ?? 0 };
    this.shared.selected.value = next;
    this.later(true);
  }

  selectAll(): void {
    const frame = this.state?.frame;
    const rows = this.shared.passing.peek()?.rows ?? [];
    if (frame) this.shared.selected.value = Array.from(rows, (row) => frame.header.runs[row] ?? "");
  }

  release(place: Place | null): boolean {
    const column = place?.position === -1 ? this.header.cells[place.column]?.column : undefined;
    if (column && this.shared.filterOf(column.name)) this.shared.setFilter(column.name, null);
    else if ((this.state?.selected.length ?? 0) > 0) this.shared.selected.value = [];
    else return false;
    return true;
  }

  sort(column: number, add: boolean): void {
    const cell = this.header.cells[column];
    if (cell) this.sorting.value = nextSort(this.sorting.peek() ?? [], cell.column, add);
  }

  menu(column: number): void {
    const cell = this.header.cells[column];
    if (cell && cell.column.kind !== "run") this.columnMenu.open(cell.column, cell.root, this.root);
  }

  moveColumn(column: number, by: number): void {
    const to = column + by;
    if (column < 1 || to < 1 || to >= this.header.cells.length) return;
    this.columnLayout.move(column, to);
    this.activate({ position: -1, column: to });
  }

  widen(column: number, by: number): void {
    const cell = this.header.cells[column];
    if (cell) this.columnLayout.resize(cell.column.name, (this.header.widths[column] ?? 80) + by);
  }

  open({ position, column }: Place): boolean {
    if (this.fold(position, null)) return true;
    const row = this.state?.items.codes[position] ?? -1;
    const found = this.state?.columns[column];
    const cell = document.getElementById(this.body.cellId(position, column)) ?? this.cell(position, column);
    if (row < 0 || !found || !cell) return false;
    if (isNotes(found)) return this.actions.annotate(row, cell);
    this.editing = true;
    this.editing = this.actions.edit(row, found, cell, () => {
      this.editing = false;
      this.body.renew();
      if (this.state) this.update(this.state);
      this.later(true);
    });
    return this.editing;
  }

  /** Inside a shadow root the document does not find it. */
  private cell(position: number, column: number): HTMLElement | null {
    return this.root.querySelector(`#${this.body.cellId(position, column)}`);
  }

  /** Open or close the group at `position`, null: turn it; false where there is none or it is so already. */
  fold(position: number, open: boolean | null): boolean {
    const code = this.state?.items.codes[position] ?? 0;
    const group = code < 0 ? this.state?.items.groups[-1 - code] : undefined;
    if (!group || group.open === open) return false;
    this.active = { position, column: this.active?.column ?? 0 };
    this.actions.fold(group.key, open ?? !group.open);
    return true;
  }

  hide(position: number): void {
    const name = this.nameAt(position);
    const hidden = this.shared.hidden.peek() ?? [];
    if (!name) return;
    this.shared.hidden.value = hidden.includes(name)
      ? hidden.filter((one) => one !== name)
      : [...hidden, name];
  }

  baseline(position: number): void {
    const name = this.nameAt(position);
    if (name) this.shared.baseline.value = this.shared.baseline.peek() === name ? "" : name;
  }

  copy(): void {
    this.actions.copy();
  }

  annotate(position: number): void {
    const row = this.state?.items.codes[position] ?? -1;
    const cell = this.cell(position, this.active?.column ?? 0);
    if (row >= 0) this.actions.annotate(row, cell ?? this.root);
  }

  private reveal({ position, column }: Place): void {
    this.seen = null;
    const { root } = this;
    const fixed = this.state?.items.fixed ?? 0;
    const view = {
      scrollTop: root.scrollTop,
      height: this.room,
      rowHeight: ROW_HEIGHT,
      rows: this.rows - fixed,
    };
    if (position >= fixed) root.scrollTop = scrollToRow(view, position - fixed);
    if (column < this.header.stuck) return;
    const [left, stuck] = [this.header.left(column), this.header.left(this.header.stuck)];
    const width = this.header.widths[column] ?? 0;
    if (left - stuck < root.scrollLeft) root.scrollLeft = left - stuck;
    else if (left + width > root.scrollLeft + root.clientWidth)
      root.scrollLeft = left + width - root.clientWidth;
  }
}
