/** The keyboard of the table: moves the active cell, and does something where it is. */

import { ROW_HEIGHT } from "./table_rows";

export interface Place {
  /** -1 is the header. */
  position: number;
  column: number;
}

/** What the keys act on. */
export interface KeyTarget {
  readonly active: Place | null;
  readonly rows: number;
  readonly columns: number;
  /** Height there is for rows, px. */
  readonly room: number;
  activate(place: Place): void;
  choose(position: number, gesture: { toggle: boolean; range: boolean }): void;
  anchor(position: number): void;
  selectAll(): void;
  /** False when there is nothing to let go. */
  release(place: Place | null): boolean;
  sort(column: number, add: boolean): void;
  menu(column: number): void;
  moveColumn(column: number, by: number): void;
  widen(column: number, by: number): void;
  /** Do what Enter does in a cell; false where it only picks the row. */
  open(place: Place): boolean;
  fold(position: number, open: boolean): boolean;
  hide(position: number): void;
  baseline(position: number): void;
  copy(): void;
  /** Write the notes of the run at `position`. */
  annotate(position: number): void;
}

const WIDER = 16;

/** Told to screen readers with the grid. */
export const KEYS =
  "Arrow keys move. Enter picks a row or sorts by a column. In the header: F opens a column's menu, Alt with left or " +
  "right moves the column, with Shift changes its width. In a row: B makes it the baseline, H hides it in charts, N " +
  "writes its notes, F2 edits a tag.";

/** Whether the key was one of ours. */
export function handleKey(event: KeyboardEvent, target: KeyTarget): boolean {
  const { active } = target;
  if (event.altKey) return active?.position === -1 && headKey(event, target, active.column);
  return move(event, target) || command(event, target) || act(event, target);
}

/** Keys with Alt on a column's header. */
function headKey(event: KeyboardEvent, target: KeyTarget, column: number): boolean {
  const by = event.key === "ArrowRight" ? 1 : event.key === "ArrowLeft" ? -1 : 0;
  if (event.key === "ArrowDown") target.menu(column);
  else if (by === 0) return false;
  else if (event.shiftKey) target.widen(column, by * WIDER);
  else target.moveColumn(column, by);
  return true;
}

/** Keys that move the active cell; with shift, rows on the way are selected. */
function move(event: KeyboardEvent, target: KeyTarget): boolean {
  const last = target.rows - 1;
  const page = Math.max(1, Math.floor(target.room / ROW_HEIGHT) - 1);
  const at = target.active ?? { position: 0, column: 0 };
  const rows: Record<string, number> = {
    ArrowDown: target.active ? at.position + 1 : 0,
    ArrowUp: at.position - 1,
    PageDown: Math.max(0, at.position) + page,
    PageUp: Math.max(0, at.position - page),
    Home: 0,
    End: last,
  };
  const sideways = event.key === "ArrowRight" ? 1 : event.key === "ArrowLeft" ? -1 : 0;
  if (sideways !== 0) {
    if (at.column === 0 && target.fold(at.position, sideways > 0)) return true;
    const column = Math.min(target.columns - 1, Math.max(0, at.column + sideways));
    target.activate({ position: at.position, column });
    return true;
  }
  const wanted = rows[event.key];
  if (wanted === undefined) return false;
  const position = Math.min(last, Math.max(-1, wanted));
  target.activate({ position, column: at.column });
  if (event.shiftKey && position >= 0) target.choose(position, { toggle: false, range: true });
  else if (position >= 0) target.anchor(position);
  return true;
}

function command(event: KeyboardEvent, target: KeyTarget): boolean {
  if (!event.ctrlKey && !event.metaKey) return false;
  if (event.key === "a") target.selectAll();
  // What is marked in the page as text is copied by the browser.
  else if (event.key === "c" && !document.getSelection()?.toString()) target.copy();
  else return false;
  return true;
}

/** Keys that do something where the active cell is. */
function act(event: KeyboardEvent, target: KeyTarget): boolean {
  const { key, shiftKey } = event;
  const { active } = target;
  if (event.ctrlKey || event.metaKey) return false;
  if (key === "Escape") return target.release(active);
  if (key === "Enter" || key === " ") {
    if (!active) target.activate({ position: 0, column: 0 });
    else if (active.position < 0) target.sort(active.column, shiftKey);
    else if (key === " " || shiftKey || !target.open(active))
      target.choose(active.position, { toggle: key === " " && !shiftKey, range: shiftKey });
    return true;
  }
  if (!active) return false;
  if (active.position < 0) {
    if (key !== "f") return false;
    target.menu(active.column);
  } else if (key === "b") target.baseline(active.position);
  else if (key === "h") target.hide(active.position);
  else if (key === "n") target.annotate(active.position);
  else if (key !== "F2") return false;
  else target.open(active);
  return true;
}
