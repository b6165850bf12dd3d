/** Header, rows, mouse and keyboard of the table; what is selected and sorted belongs to the view around it. */

import type { Signal } from "@preact/signals-core";
import { h, setAttributes, uniqueId } from "../dom";
import type { Column, Frame } from "../lib/columns";
import type { Items } from "../lib/items";
import { type Gesture, select } from "../lib/select";
import { nextSort, type SortKey } from "../lib/sort";
import { scrollToRow } from "../lib/virtual";
import type { Scope } from "../scope";
import type { Selection } from "../selection";
import { type Measure, roughMeasure, textMeasure } from "./table_cells";
import { ColumnDrag, dragWidth } from "./table_drag";
import { type HeadCell, LEAST_ROWS, newHeadCell, paintFilter, paintPlot, paintSort } from "./table_head";
import { handleKey, KEYS, type KeyTarget, type Place } from "./table_keys";
import type { TableLayout } from "./table_layout";
import type { ColumnMenu } from "./table_menu";
import { ROW_HEIGHT, stick, TableRows } from "./table_rows";

/** Columns at the left may take so much of the table's width. */
const MOST_STUCK = 0.6;
const MOST_NAME = 0.5;
const LEAST_NAME = 140;

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
  fixed: number;
}

export interface GridActions {
  /** Change what is in a cell; false where it cannot be changed. */
  edit(row: number, column: Column, cell: HTMLElement): boolean;
  fold(key: string, open: boolean): void;
  copy(): void;
}

export class TableGrid implements KeyTarget {
  readonly root = h("div", "scroll", { role: "grid", tabindex: 0, "aria-multiselectable": "true" });
  /** Tells the keys; stands beside the grid. */
  readonly help = h("span", "hidden-text", { id: uniqueId("keys") }, KEYS);
  active: Place | null = null;
  private readonly head = h("div", "head", { role: "row", "aria-rowindex": 1 });
  private readonly id = uniqueId("cell");
  private readonly body = new TableRows(this.root, this.id);
  private readonly drag: ColumnDrag;
  private heads: HeadCell[] = [];
  private widths: number[] = [];
  private state: GridState | null = null;
  private start = 0;
  private measure: Measure | null = null;
  private pending = false;
  private stale = false;

  constructor(
    private readonly shared: Selection,
    private readonly columnLayout: TableLayout,
    private readonly sorting: Signal<SortKey[]>,
    private readonly columnMenu: ColumnMenu,
    private readonly actions: GridActions,
    scope: Scope,
  ) {
    this.drag = new ColumnDrag(columnLayout, () => this.heads);
    const top = h("div", "fixed", { role: "rowgroup" }, this.head, this.body.fixed);
    this.root.append(top, this.body.root);
    setAttributes(this.root, { "aria-describedby": this.help.id });
    this.listen(scope);
  }

  private listen(scope: Scope): void {
    const { root } = this;
    scope.listen(root, "scroll", () => this.later(), { passive: true });
    const observer = new ResizeObserver(() => {
      // The first time the table has a size it has a font too: lay out again by real widths.
      if (!this.measure && this.state && textMeasure(root)) this.lay(this.state);
      else if (this.state) this.size(this.state);
      this.later(true);
    });
    observer.observe(root);
    scope.add(() => observer.disconnect());
    scope.listen(root, "click", (event) => this.click(event));
    scope.listen(root, "contextmenu", (event) => {
      const head = this.heads.findIndex((cell) => cell.root.contains(event.target as Element));
      if (head < 1) return;
      event.preventDefault();
      this.menu(head);
    });
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
      this.root.classList.toggle("smtw-scrolled", this.root.scrollLeft > 0);
      if (this.stale) this.paint();
      else this.body.draw();
      this.paintPlots();
    });
  }

  update(state: GridState): void {
    const before = this.state;
    this.state = state;
    const compared = state.baseline >= 0;
    const other =
      before?.frame !== state.frame ||
      before.columns !== state.columns ||
      compared !== before.baseline >= 0 ||
      before.fixed !== state.fixed;
    if (other) this.lay(state);
    else if (before?.widths !== state.widths) this.size(state);
    if (other || before?.sort !== state.sort) this.paintSorts(state);
    if (other) this.paint();
    this.later(true);
  }

  private lay(state: GridState): void {
    this.measure ??= textMeasure(this.root);
    this.body.layout(state.frame, state.columns, this.measure ?? roughMeasure, state.baseline >= 0);
    this.head.classList.toggle("smtw-low", state.frame.rows < LEAST_ROWS);
    this.heads = state.columns.map((column, i) => {
      const cell = newHeadCell(column, state.frame.rows, i, this.headId(i), this.shared);
      dragWidth(cell, i, this.columnLayout, { widths: this.widths, setWidth: this.setWidth });
      this.drag.watch(cell, i);
      cell.menu.addEventListener("click", () => this.menu(i));
      return cell;
    });
    this.head.replaceChildren(...this.heads.map((cell) => cell.root));
    this.size(state);
    this.paintSorts(state);
  }

  /** Take over widths, and which columns stay at the left. */
  private size(state: GridState): void {
    // A long name must not take a narrow table's whole width.
    const most = Math.max(LEAST_NAME, this.root.clientWidth * MOST_NAME);
    state.columns.forEach((column, i) => {
      const needed = this.body.needed[i] ?? 80;
      this.widths[i] = state.widths[column.name] ?? (i === 0 ? Math.min(needed, most) : needed);
    });
    this.widths.length = state.columns.length;
    this.applyWidths();
    const sticky = this.stuck();
    for (const [i, cell] of this.heads.entries()) stick(cell.root, i, sticky);
    this.body.size(state.columns, this.widths, sticky, state.baseline >= 0);
  }

  /** How many columns stay at the left: fewer than asked for where they would leave no room. */
  private stuck(): number {
    const room = this.root.clientWidth * MOST_STUCK;
    let [count, width] = [0, 0];
    for (; count < (this.state?.fixed ?? 1); count += 1) {
      width += this.widths[count] ?? 0;
      if (count > 0 && width > room) break;
    }
    return count;
  }

  private setWidth = (index: number, width: number): void => {
    this.widths[index] = width;
    this.applyWidths();
  };

  private applyWidths(): void {
    let left = 0;
    this.widths.forEach((width, i) => {
      this.root.style.setProperty(`--smtw-w${i}`, `${width}px`);
      this.root.style.setProperty(`--smtw-l${i}`, `${left}px`);
      left += width;
    });
    this.body.root.style.width = `${left}px`;
  }

  private paintSorts(state: GridState): void {
    const measure = this.measure ?? roughMeasure;
    for (const [i, cell] of this.heads.entries())
      paintSort(cell, state.sort, (this.widths[i] ?? 80) - 32, measure);
  }

  /** Only of columns in view: the others' counts are not even made. */
  private paintPlots(): void {
    const passing = this.shared.passing.peek();
    if (!passing || passing.frame !== this.state?.frame) return;
    const filtered = passing.rows.length < passing.frame.rows;
    const [from, to] = [this.root.scrollLeft, this.root.scrollLeft + this.root.clientWidth];
    let left = 0;
    this.heads.forEach((cell, i) => {
      const right = left + (this.widths[i] ?? 0);
      const filter = this.shared.filterOf(cell.column.name);
      paintFilter(cell, filter);
      if (right > from && left < to) paintPlot(cell, passing.engine, filter, filtered);
      left = right;
    });
  }

  private paint(): void {
    const { state, active } = this;
    if (!state) return;
    this.stale = false;
    const names = { selected: new Set(state.selected), hidden: new Set(state.hidden) };
    this.body.update({ ...state, ...names, active });
    this.heads.forEach((cell, i) => {
      cell.root.classList.toggle("smtw-active", active?.position === -1 && active.column === i);
    });
    const id =
      active &&
      (active.position < 0 ? this.headId(active.column) : this.body.cellId(active.position, active.column));
    setAttributes(this.root, {
      role: state.items.groups.length > 0 ? "treegrid" : "grid",
      "aria-rowcount": state.items.codes.length + 1,
      "aria-colcount": state.columns.length,
      "aria-activedescendant": id,
    });
  }

  private headId(column: number): string {
    return `${this.id}-head-${column}`;
  }

  // -- mouse -----------------------------------------------------------------------------------------------------
  private click(event: MouseEvent): void {
    const target = event.target as Element;
    if (this.drag.takeDragged() || target.closest(".smtw-hplot, .smtw-hsize, .smtw-hclear, .smtw-hmenu"))
      return;
    const head = this.heads.findIndex((cell) => cell.root.contains(target));
    const position = this.positionOf(target);
    if (head >= 0) this.sort(head, event.shiftKey);
    else if (position < 0 || target.closest("input")) return;
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
    return this.heads.length;
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
    const column = place?.position === -1 ? this.heads[place.column]?.column : undefined;
    if (column && this.shared.filterOf(column.name)) this.shared.setFilter(column.name, null);
    else if ((this.state?.selected.length ?? 0) > 0) this.shared.selected.value = [];
    else return false;
    return true;
  }

  sort(column: number, add: boolean): void {
    const cell = this.heads[column];
    if (cell) this.sorting.value = nextSort(this.sorting.peek() ?? [], cell.column, add);
  }

  menu(column: number): void {
    const cell = this.heads[column];
    if (cell && cell.column.kind !== "run") this.columnMenu.open(cell.column, cell.root, this.root);
  }

  moveColumn(column: number, by: number): void {
    const to = column + by;
    if (column < 1 || to < 1 || to >= this.heads.length) return;
    this.columnLayout.move(column, to);
    this.activate({ position: -1, column: to });
  }

  widen(column: number, by: number): void {
    const cell = this.heads[column];
    if (cell) this.columnLayout.resize(cell.column.name, (this.widths[column] ?? 80) + by);
  }

  open({ position, column }: Place): boolean {
    if (this.fold(position, null)) return true;
    const row = this.state?.items.codes[position] ?? -1;
    const found = this.state?.columns[column];
    const cell = document.getElementById(this.body.cellId(position, column)) ?? this.cell(position, column);
    return row >= 0 && found !== undefined && cell !== null && this.actions.edit(row, found, cell);
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

  private reveal({ position, column }: Place): void {
    const { root, widths } = this;
    const fixed = this.state?.items.fixed ?? 0;
    const view = {
      scrollTop: root.scrollTop,
      height: this.room,
      rowHeight: ROW_HEIGHT,
      rows: this.rows - fixed,
    };
    if (position >= fixed) root.scrollTop = scrollToRow(view, position - fixed);
    const sticky = this.stuck();
    if (column < sticky) return;
    const sum = (count: number) => widths.slice(0, count).reduce((all, width) => all + width, 0);
    const [left, stuck] = [sum(column), sum(sticky)];
    if (left - stuck < root.scrollLeft) root.scrollLeft = left - stuck;
    else if (left + (widths[column] ?? 0) > root.scrollLeft + root.clientWidth)
      root.scrollLeft = left + (widths[column] ?? 0) - root.clientWidth;
  }
}
