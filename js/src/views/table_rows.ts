/** The table's body: a pool of rows that is moved over the data, so that 100,000 rows cost what 30 do. */

import { h, setAttributes, setText, show } from "../dom";
import type { Column, Frame } from "../lib/columns";
import type { Group, Items } from "../lib/items";
import { isNotes, oneLine } from "../lib/notes";
import { NONE, reuse } from "../lib/slots";
import { contentHeight, type Slice, visibleRows } from "../lib/virtual";
import { bestRow, columnWidth, type Measure, newCell, paintCell, paintGroupCell } from "./table_cells";
import { pendingKey } from "./table_edit";
import { paintSpark, type TableSparks, trendOf } from "./table_sparks";

export const ROW_HEIGHT = 25;

interface Slot {
  root: HTMLElement;
  cells: HTMLElement[];
  position: number;
  /** What is painted in it, as in `Items.codes`; NONE: nothing that still holds. */
  code: number;
}

/** What there is of the table on the screen, px. */
export interface Sight {
  scrollTop: number;
  height: number;
}

export interface BodyState {
  frame: Frame;
  columns: Column[];
  items: Items;
  selected: ReadonlySet<string>;
  hidden: ReadonlySet<string>;
  /** Of another kind, and all rows are painted again: what was picked, compared or written. */
  look: readonly unknown[];
  colours: string[];
  /** The row that others are compared with; -1 = none. */
  baseline: number;
  /** Texts that are being written, by `pendingKey`. */
  pending: ReadonlyMap<string, string>;
  /** Position and column of the keyboard's cell; position -1 is the header. */
  active: { position: number; column: number } | null;
}

/** What makes columns wider than their values. */
export interface Look {
  compared: boolean;
  /** Metrics with a curve beside their last values. */
  trends: readonly string[];
}

export class TableRows {
  readonly root = h("div", "rows", { role: "rowgroup" });
  /** Holds the rows that stay in sight. */
  readonly fixed = h("div", "fixed-rows");
  /** Widths that the columns need. */
  needed: number[] = [];
  private slots: Slot[] = [];
  private top: Slot | null = null;
  private rooms: number[] = [];
  /** Of each column the metric whose curve is drawn in it. */
  private trends: (string | null)[] = [];
  private measure: Measure = (text) => text.length * 7;
  private best: number[] = [];
  private state: BodyState | null = null;
  private sticky = 1;

  constructor(
    private readonly sight: (content: number) => Sight,
    private readonly idPrefix: string,
    readonly sparks: TableSparks,
  ) {}

  /** Take other columns or another frame: sizes, best values and all rows are made anew. */
  layout(frame: Frame, columns: Column[], measure: Measure, look: Look): void {
    const now = Date.now() / 1000;
    this.measure = measure;
    this.trends = columns.map((column) => {
      const metric = trendOf(column.name);
      return metric !== null && look.trends.includes(metric) ? metric : null;
    });
    this.needed = columns.map((column, i) =>
      columnWidth(column, frame, measure, now, look.compared, this.trends[i] !== null),
    );
    this.best = columns.map(bestRow);
    this.clear();
  }

  /** Take the widths in use, and how many columns stay at the left. */
  size(columns: readonly Column[], widths: readonly number[], sticky: number): void {
    this.renew();
    this.rooms = columns.map((column, i) => (widths[i] ?? 0) - (column.kind === "run" ? 40 : 15));
    if (sticky !== this.sticky) this.clear();
    this.sticky = sticky;
  }

  private clear(): void {
    this.slots = [];
    this.top = null;
    this.root.replaceChildren();
    this.fixed.replaceChildren();
  }

  /** Rows that are there already, and look the same, are only moved. */
  update(state: BodyState): void {
    const before = this.state;
    this.state = state;
    const rows = state.items.codes.length - state.items.fixed;
    const height = `${contentHeight(rows, ROW_HEIGHT)}px`;
    if (this.root.style.height !== height) this.root.style.height = height;
    const same = before !== null && sameLook(before, state);
    for (const slot of this.slots)
      if (!same || (slot.code < 0 && before?.items !== state.items)) slot.code = NONE;
    this.drawFixed(state);
    this.draw();
  }

  /** Paint all rows again with the next update. */
  renew(): void {
    for (const slot of this.slots) slot.code = NONE;
  }

  private drawFixed(state: BodyState): void {
    if (state.items.fixed === 0) {
      this.fixed.replaceChildren();
      this.top = null;
      return;
    }
    if (!this.top) {
      this.top = this.newSlot(state);
      this.fixed.replaceChildren(this.top.root);
    }
    show(this.top.root, true);
    this.paint(state, this.top, 0);
  }

  /** Bring the pool over the rows in view; only rows that came into view are painted. */
  draw(): void {
    const state = this.state;
    if (!state || state.columns.length === 0) return;
    const { fixed, codes } = state.items;
    const rows = codes.length - fixed;
    const sight = this.sight(contentHeight(rows, ROW_HEIGHT));
    const slice = visibleRows({ ...sight, rowHeight: ROW_HEIGHT, rows });
    this.grow(state, slice.end - slice.first);
    const wanted = codes.subarray(slice.first + fixed, slice.end + fixed);
    const taken = reuse(this.slots, wanted);
    const used = new Set(taken);
    for (const slot of this.slots) if (!used.has(slot)) leave(slot);
    inOrder(
      this.root,
      taken.map((slot) => slot.root),
      taken.map((slot, i) => slot.code === wanted[i]),
    );
    for (const [i, slot] of taken.entries()) this.place(state, slice, slot, slice.first + fixed + i);
    this.slots = [...taken, ...this.slots.filter((slot) => !used.has(slot))];
  }

  private grow(state: BodyState, wanted: number): void {
    if (this.slots.length >= wanted) return;
    while (this.slots.length < wanted + 8) {
      const slot = this.newSlot(state);
      this.slots.push(slot);
      this.root.append(slot.root);
    }
  }

  private newSlot(state: BodyState): Slot {
    const cells = state.columns.map((column, i) => this.newCell(column, i));
    const filler = h("div", "cell filler", { "aria-hidden": "true" });
    return {
      root: h("div", "row", { role: "row", hidden: true }, ...cells, filler),
      cells,
      position: -1,
      code: NONE,
    };
  }

  private newCell(column: Column, index: number): HTMLElement {
    const cell = newCell(column);
    stick(cell, index, this.sticky);
    setAttributes(cell, { "aria-colindex": index + 1 });
    return cell;
  }

  private place(state: BodyState, slice: Slice, slot: Slot, position: number): void {
    const top = slice.top + (position - state.items.fixed - slice.first) * ROW_HEIGHT;
    show(slot.root, true);
    slot.root.style.transform = `translateY(${top}px)`;
    if (slot.code !== state.items.codes[position]) this.paint(state, slot, position);
    else if (slot.position !== position) this.number(state, slot, position);
  }

  /** Say which of all rows it is. */
  private number(state: BodyState, slot: Slot, position: number): void {
    slot.position = position;
    slot.root.dataset["position"] = String(position);
    slot.root.setAttribute("aria-rowindex", String(position + 2));
    const active = state.active?.position === position ? state.active.column : -1;
    slot.cells.forEach((cell, i) => {
      cell.id = this.cellId(position, i);
      cell.classList.toggle("smtw-active", i === active);
    });
  }

  private paint(state: BodyState, slot: Slot, position: number): void {
    const code = state.items.codes[position] as number;
    slot.code = code;
    const group = code < 0 ? state.items.groups[-1 - code] : undefined;
    const name = group ? "" : (state.frame.header.runs[code] ?? "");
    slot.root.classList.toggle("smtw-group", group !== undefined);
    setAttributes(slot.root, {
      "aria-selected": group ? null : String(state.selected.has(name)),
      "aria-expanded": group ? String(group.open) : null,
      "aria-level": state.items.groups.length > 0 && position >= state.items.fixed ? (group ? 1 : 2) : null,
    });
    if (group) this.paintGroup(state, slot, group);
    else this.paintRow(state, slot, code, name);
    this.number(state, slot, position);
  }

  private paintRow(state: BodyState, slot: Slot, row: number, name: string): void {
    const context = {
      now: Date.now() / 1000,
      measure: this.measure,
      colour: state.colours[state.frame.header.colours[row] ?? -1] ?? null,
      hidden: state.hidden.has(name),
      baseline: state.baseline,
    };
    state.columns.forEach((column, i) => {
      const cell = slot.cells[i] as HTMLElement;
      paintCell(cell, column, row, { ...context, room: this.rooms[i] ?? 80, best: this.best[i] ?? -1 });
      const trend = this.trends[i];
      if (trend) paintSpark(cell, this.sparks.path(trend, name), context.colour);
      if (column.group === "tags" || isNotes(column))
        paintPending(cell, state.pending.get(pendingKey(name, column.name)));
    });
  }

  private paintGroup(state: BodyState, slot: Slot, group: Group): void {
    for (const [i, column] of state.columns.entries()) {
      const cell = slot.cells[i] as HTMLElement;
      paintGroupCell(cell, column, group, state.baseline);
      cell.querySelector("svg")?.remove();
    }
  }

  cellId(position: number, column: number): string {
    return `${this.idPrefix}-${position}-${column}`;
  }
}

/** Take a row out of sight; what is painted in it may be wanted again. */
function leave(slot: Slot): void {
  if (slot.position < 0) return;
  slot.position = -1;
  show(slot.root, false);
  delete slot.root.dataset["position"];
  slot.root.removeAttribute("aria-rowindex");
  for (const cell of slot.cells) cell.removeAttribute("id");
}

/**
 * Bring `elements` of `root` into this order, which is that of reading aloud; those that do not `stay` are moved sooner
 * than those that do.
 */
function inOrder(root: HTMLElement, elements: readonly HTMLElement[], stay: readonly boolean[]): void {
  elements.forEach((one, i) => {
    const before = elements[i - 1] ?? null;
    if (!stay[i] && before && one.previousElementSibling !== before) one.remove();
  });
  let next: HTMLElement | null = null;
  for (let i = elements.length - 1; i >= 0; i -= 1) {
    const one = elements[i] as HTMLElement;
    if (one.parentElement !== root || shownAfter(one) !== next) root.insertBefore(one, next);
    next = one;
  }
}

function shownAfter(element: HTMLElement): HTMLElement | null {
  let next = element.nextElementSibling as HTMLElement | null;
  while (next?.hidden) next = next.nextElementSibling as HTMLElement | null;
  return next;
}

/** Whether a row that stays would be painted as it is. */
function sameLook(a: BodyState, b: BodyState): boolean {
  return (
    a.frame === b.frame &&
    a.columns === b.columns &&
    a.baseline === b.baseline &&
    a.items.groups.length > 0 === b.items.groups.length > 0 &&
    a.look.length === b.look.length &&
    a.look.every((one, i) => Object.is(one, b.look[i]))
  );
}

function paintPending(cell: HTMLElement, text: string | undefined): void {
  cell.classList.toggle("smtw-pending", text !== undefined);
  if (text !== undefined) setText(cell, oneLine(text));
}

/** The width of column `index`, and its place at the left when it is one of the first `sticky`. */
export function stick(cell: HTMLElement, index: number, sticky: number): void {
  cell.style.width = `var(--smtw-w${index})`;
  cell.classList.toggle("smtw-first", index < sticky);
  cell.classList.toggle("smtw-lead", index === 0);
  cell.classList.toggle("smtw-last", index === sticky - 1);
  cell.style.left = index < sticky ? `var(--smtw-l${index})` : "";
}
