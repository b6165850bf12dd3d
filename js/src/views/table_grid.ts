/** Header, rows, mouse and keyboard of the table; what is selected and sorted belongs to the view around it. */

import { h, setAttributes, uniqueId } from "../dom";
import type { Column, Frame } from "../lib/columns";
import { type Gesture, select } from "../lib/select";
import { nextSort, type SortKey } from "../lib/sort";
import { scrollToRow } from "../lib/virtual";
import type { Scope } from "../scope";
import { type Measure, roughMeasure, textMeasure } from "./table_cells";
import { type HeadCell, LEAST_ROWS, newHeadCell, paintHistogram, paintSort } from "./table_head";
import { ROW_HEIGHT, TableRows } from "./table_rows";

export interface GridState {
  frame: Frame;
  columns: Column[];
  order: Uint32Array;
  sort: readonly SortKey[];
  selected: readonly string[];
  colours: string[];
}

export interface GridActions {
  sort(sort: SortKey[]): void;
  select(selected: string[]): void;
}

export class TableGrid {
  readonly root = h("div", "scroll", { role: "grid", tabindex: 0, "aria-multiselectable": "true" });
  private readonly head = h("div", "head", { role: "row", "aria-rowindex": 1 });
  private readonly id = uniqueId("cell");
  private readonly rows = new TableRows(this.root, this.id);
  private heads: HeadCell[] = [];
  private state: GridState | null = null;
  private active: { position: number; column: number } | null = null;
  private anchor = 0;
  private measure: Measure | null = null;

  constructor(
    private readonly actions: GridActions,
    scope: Scope,
  ) {
    this.root.append(
      h("div", "", { role: "rowgroup", style: "display: contents" }, this.head),
      this.rows.root,
    );
    let pending = false;
    const draw = () => {
      pending = false;
      this.root.classList.toggle("smtw-scrolled", this.root.scrollLeft > 0);
      this.rows.draw();
    };
    const later = () => {
      if (!pending) requestAnimationFrame(draw);
      pending = true;
    };
    scope.listen(this.root, "scroll", later, { passive: true });
    const observer = new ResizeObserver(() => {
      // The first time the table has a size it has a font too: lay out again by real widths.
      if (!this.measure && this.state && textMeasure(this.root))
        this.update({ ...this.state, columns: [...this.state.columns] });
      later();
    });
    observer.observe(this.root);
    scope.add(() => observer.disconnect());
    scope.listen(this.root, "click", (event) => this.click(event));
    scope.listen(this.root, "keydown", (event) => this.key(event));
    scope.listen(this.root, "blur", () => this.activate(null));
  }

  update(state: GridState): void {
    const previous = this.state;
    this.state = state;
    if (previous?.frame !== state.frame || previous.columns !== state.columns) this.layout(state);
    this.heads.forEach((cell, i) => {
      paintSort(cell, state.sort, (this.rows.widths[i] ?? 80) - 32, this.measure ?? roughMeasure);
      if (previous?.order !== state.order) paintHistogram(cell, state.order, state.frame.rows);
    });
    setAttributes(this.root, {
      "aria-rowcount": state.order.length + 1,
      "aria-colcount": state.columns.length,
    });
    this.paint();
  }

  private layout(state: GridState): void {
    this.measure ??= textMeasure(this.root);
    this.rows.layout(state.frame, state.columns, this.measure ?? roughMeasure);
    this.head.classList.toggle("smtw-low", state.frame.rows < LEAST_ROWS);
    this.heads = state.columns.map((column, i) =>
      newHeadCell(column, this.rows.widths[i] ?? 80, i, this.headId(i)),
    );
    this.head.replaceChildren(...this.heads.map((cell) => cell.root));
    const width = this.rows.widths.reduce((sum, one) => sum + one, 0);
    this.rows.root.style.width = `${width}px`;
  }

  private paint(): void {
    if (!this.state) return;
    const { active } = this;
    this.rows.update({ ...this.state, selected: new Set(this.state.selected), active });
    this.heads.forEach((cell, i) => {
      cell.root.classList.toggle("smtw-active", active?.position === -1 && active.column === i);
    });
    const id =
      active &&
      (active.position < 0 ? this.headId(active.column) : this.rows.cellId(active.position, active.column));
    setAttributes(this.root, { "aria-activedescendant": id });
  }

  private headId(column: number): string {
    return `${this.id}-head-${column}`;
  }

  private nameAt = (position: number): string => {
    const row = this.state?.order[position];
    return row === undefined ? "" : (this.state?.frame.header.runs[row] ?? "");
  };

  private click(event: MouseEvent): void {
    const target = event.target as Element;
    const head = this.heads.find((cell) => cell.root.contains(target));
    if (head) {
      this.sortBy(head.column, event.shiftKey);
      return;
    }
    const row = target.closest<HTMLElement>(".smtw-row");
    if (!row || !this.state) return;
    const position = Number(row.dataset["position"]);
    this.choose(position, { toggle: event.ctrlKey || event.metaKey, range: event.shiftKey });
  }

  private sortBy(column: Column, add: boolean): void {
    if (this.state) this.actions.sort(nextSort(this.state.sort, column, add));
  }

  private choose(position: number, gesture: Gesture): void {
    if (!this.state) return;
    const next = select(this.state.selected, this.nameAt, position, this.anchor, gesture);
    if (!gesture.range) this.anchor = position;
    this.active = { position, column: this.active?.column ?? 0 };
    this.actions.select(next);
    this.paint();
  }

  private activate(active: { position: number; column: number } | null): void {
    this.active = active;
    if (active && active.position >= 0) this.reveal(active);
    this.paint();
  }

  private reveal({ position, column }: { position: number; column: number }): void {
    const { root, rows } = this;
    const rowsShown = root.clientHeight - this.head.offsetHeight;
    const view = {
      scrollTop: root.scrollTop,
      height: rowsShown,
      rowHeight: ROW_HEIGHT,
      rows: this.state?.order.length ?? 0,
    };
    root.scrollTop = scrollToRow(view, position);
    const left = rows.widths.slice(0, column).reduce((sum, width) => sum + width, 0);
    const width = rows.widths[column] ?? 0;
    const fixed = column === 0 ? 0 : (rows.widths[0] ?? 0);
    if (column === 0) root.scrollLeft = 0;
    else if (left - fixed < root.scrollLeft) root.scrollLeft = left - fixed;
    else if (left + width > root.scrollLeft + root.clientWidth)
      root.scrollLeft = left + width - root.clientWidth;
  }

  private key(event: KeyboardEvent): void {
    if (!this.state || event.altKey) return;
    const handled = this.move(event) || this.act(event);
    if (!handled) return;
    event.preventDefault();
    event.stopPropagation();
  }

  /** Keys that move the active cell; with shift, rows on the way are selected. */
  private move(event: KeyboardEvent): boolean {
    const last = (this.state?.order.length ?? 0) - 1;
    const page = Math.max(1, Math.floor((this.root.clientHeight - this.head.offsetHeight) / ROW_HEIGHT) - 1);
    const at = this.active ?? { position: 0, column: 0 };
    const rows: Record<string, number> = {
      ArrowDown: this.active ? at.position + 1 : 0,
      ArrowUp: at.position - 1,
      PageDown: Math.max(0, at.position) + page,
      PageUp: Math.max(0, at.position - page),
      Home: 0,
      End: last,
    };
    const columns: Record<string, number> = { ArrowRight: at.column + 1, ArrowLeft: at.column - 1 };
    if (event.key in columns) {
      const column = Math.min(this.heads.length - 1, Math.max(0, columns[event.key] ?? 0));
      this.activate({ position: at.position, column });
      return true;
    }
    const wanted = rows[event.key];
    if (wanted === undefined) return false;
    const position = Math.min(last, Math.max(-1, wanted));
    this.activate({ position, column: at.column });
    if (event.shiftKey && position >= 0) this.choose(position, { toggle: false, range: true });
    else if (position >= 0) this.anchor = position;
    return true;
  }

  /** Keys that do something where the active cell is. */
  private act(event: KeyboardEvent): boolean {
    const { key, shiftKey } = event;
    const command = event.ctrlKey || event.metaKey;
    if (key === "Escape" && this.state && this.state.selected.length > 0) this.actions.select([]);
    else if (key === "a" && command)
      this.actions.select(Array.from(this.state?.order ?? [], (_, i) => this.nameAt(i)));
    else if (key !== "Enter" && key !== " ") return false;
    else if (!this.active) this.activate({ position: 0, column: 0 });
    else if (this.active.position < 0) this.sortHere(shiftKey);
    else this.choose(this.active.position, { toggle: key === " " && !shiftKey, range: shiftKey });
    return true;
  }

  private sortHere(add: boolean): void {
    const column = this.heads[this.active?.column ?? 0]?.column;
    if (column) this.sortBy(column, add);
  }
}
