/** The table's body: a pool of rows that is moved over the data, so that 100,000 rows cost what 30 do. */

import { h, setAttributes } from "../dom";
import type { Column, Frame } from "../lib/columns";
import { contentHeight, type Slice, visibleRows } from "../lib/virtual";
import { bestRow, columnWidth, type Measure, newCell, paintCell } from "./table_cells";

export const ROW_HEIGHT = 25;

interface Slot {
  root: HTMLElement;
  cells: HTMLElement[];
  position: number;
}

export interface BodyState {
  frame: Frame;
  columns: Column[];
  /** Row numbers in the order shown. */
  order: Uint32Array;
  selected: ReadonlySet<string>;
  colours: string[];
  /** Position and column of the keyboard's cell; position -1 is the header. */
  active: { position: number; column: number } | null;
}

export class TableRows {
  readonly root = h("div", "rows", { role: "rowgroup" });
  widths: number[] = [];
  private slots: Slot[] = [];
  private rooms: number[] = [];
  private measure: Measure = (text) => text.length * 7;
  private best: number[] = [];
  private state: BodyState | null = null;

  constructor(
    private readonly scroller: HTMLElement,
    private readonly idPrefix: string,
  ) {}

  /** Take other columns or another frame: sizes, best values and all rows are made anew. */
  layout(frame: Frame, columns: Column[], measure: Measure): void {
    const now = Date.now() / 1000;
    this.measure = measure;
    this.widths = columns.map((column) => columnWidth(column, frame, measure, now));
    this.rooms = columns.map((column, i) => (this.widths[i] ?? 0) - (column.kind === "run" ? 36 : 15));
    this.best = columns.map(bestRow);
    this.slots = [];
    this.root.replaceChildren();
  }

  update(state: BodyState): void {
    this.state = state;
    this.root.style.height = `${contentHeight(state.order.length, ROW_HEIGHT)}px`;
    for (const slot of this.slots) slot.position = -1;
    this.draw();
  }

  /** Bring the pool over the rows in view; only rows that came into view are painted. */
  draw(): void {
    const state = this.state;
    if (!state || state.columns.length === 0) return;
    const slice = visibleRows({
      scrollTop: this.scroller.scrollTop,
      height: this.scroller.clientHeight,
      rowHeight: ROW_HEIGHT,
      rows: state.order.length,
    });
    this.grow(state, slice.end - slice.first);
    for (let position = slice.first; position < slice.end; position += 1) this.place(state, slice, position);
    for (const slot of this.slots) {
      const inside = slot.position >= slice.first && slot.position < slice.end;
      slot.root.hidden = !inside;
      if (!inside) slot.position = -1;
    }
  }

  private grow(state: BodyState, wanted: number): void {
    if (this.slots.length >= wanted) return;
    // A changed pool size changes which slot a row belongs to.
    for (const slot of this.slots) slot.position = -1;
    while (this.slots.length < wanted + 8) {
      const cells = state.columns.map((column, i) => this.newCell(column, i));
      const root = h(
        "div",
        "row",
        { role: "row" },
        ...cells,
        h("div", "cell filler", { "aria-hidden": "true" }),
      );
      this.slots.push({ root, cells, position: -1 });
      this.root.append(root);
    }
  }

  private newCell(column: Column, index: number): HTMLElement {
    const cell = newCell(column);
    cell.style.width = `${this.widths[index] ?? 80}px`;
    if (index === 0) cell.classList.add("smtw-first");
    setAttributes(cell, { "aria-colindex": index + 1 });
    return cell;
  }

  private place(state: BodyState, slice: Slice, position: number): void {
    const slot = this.slots[position % this.slots.length] as Slot;
    const top = slice.top + (position - slice.first) * ROW_HEIGHT;
    slot.root.style.transform = `translateY(${top}px)`;
    if (slot.position === position) return;
    slot.position = position;
    this.paint(state, slot, position);
  }

  private paint(state: BodyState, slot: Slot, position: number): void {
    const row = state.order[position] as number;
    const { header } = state.frame;
    const name = header.runs[row] ?? "";
    const colour = state.colours[header.colours[row] ?? -1] ?? null;
    const now = Date.now() / 1000;
    slot.root.dataset["position"] = String(position);
    setAttributes(slot.root, {
      "aria-rowindex": position + 2,
      "aria-selected": state.selected.has(name) ? "true" : "false",
    });
    state.columns.forEach((column, i) => {
      const cell = slot.cells[i] as HTMLElement;
      const best = this.best[i] ?? -1;
      paintCell(cell, column, row, { now, room: this.rooms[i] ?? 80, measure: this.measure, best, colour });
      cell.id = this.cellId(position, i);
      const active = state.active?.position === position && state.active.column === i;
      cell.classList.toggle("smtw-active", active);
    });
  }

  cellId(position: number, column: number): string {
    return `${this.idPrefix}-${position}-${column}`;
  }
}
