/** Dragging in the table's header: a column's edge changes its width, its name changes its place. */

import { h } from "../dom";
import type { HeadCell } from "./table_head";
import { clampWidth, type TableLayout } from "./table_layout";

const STILL = 5;

export interface HeadGeometry {
  widths: number[];
  setWidth(index: number, width: number): void;
}

/** Let the cell's right edge set its width: while dragging only what is seen, at the end what is kept. */
export function dragWidth(cell: HeadCell, index: number, layout: TableLayout, geometry: HeadGeometry): void {
  const { size, column } = cell;
  size.addEventListener("pointerdown", (event) => {
    if (event.button !== 0) return;
    event.stopPropagation();
    size.setPointerCapture(event.pointerId);
    const start = (geometry.widths[index] ?? 80) - event.clientX;
    const first = event.clientX;
    let last = first;
    const move = (moved: PointerEvent) => {
      last = moved.clientX;
      geometry.setWidth(index, clampWidth(start + last));
    };
    size.addEventListener("pointermove", move);
    const end = () => {
      size.removeEventListener("pointermove", move);
      if (Math.abs(last - first) > 1) layout.resize(column.name, start + last);
    };
    size.addEventListener("lostpointercapture", end, { once: true });
  });
  size.addEventListener("dblclick", () => layout.resize(column.name, null));
}

/** Let the cell be dragged to another place; `true` is answered by `wasDragged` until the click that follows. */
export class ColumnDrag {
  private readonly mark = h("div", "drop-mark", { "aria-hidden": "true" });
  private dragged = false;

  constructor(
    private readonly layout: TableLayout,
    private readonly heads: () => readonly HeadCell[],
  ) {}

  /** Whether the click that is being handled ends a drag. */
  takeDragged(): boolean {
    const was = this.dragged;
    this.dragged = false;
    return was;
  }

  watch(cell: HeadCell, index: number): void {
    if (index === 0) return;
    cell.root.addEventListener("pointerdown", (event) => {
      this.dragged = false;
      const target = event.target as Element;
      if (event.button !== 0 || target.closest(".smtw-hplot, .smtw-hsize, button")) return;
      this.follow(cell, index, event);
    });
  }

  private follow(cell: HeadCell, index: number, event: PointerEvent): void {
    const { root } = cell;
    let to = index;
    root.setPointerCapture(event.pointerId);
    const move = (moved: PointerEvent) => {
      if (!this.dragged && Math.abs(moved.clientX - event.clientX) <= STILL) return;
      this.dragged = true;
      root.classList.add("smtw-dragged");
      to = this.placeAt(moved.clientX);
      this.show(to);
    };
    const end = (keep: boolean) => {
      root.removeEventListener("pointermove", move);
      document.removeEventListener("keydown", key, true);
      root.classList.remove("smtw-dragged");
      this.mark.remove();
      if (keep && this.dragged) this.layout.move(index, to > index ? to - 1 : to);
      to = index;
    };
    const key = (pressed: KeyboardEvent) => {
      if (pressed.key !== "Escape" || !this.dragged) return;
      pressed.stopPropagation();
      end(false);
    };
    root.addEventListener("pointermove", move);
    document.addEventListener("keydown", key, true);
    root.addEventListener("pointerup", () => end(true), { once: true });
    root.addEventListener("pointercancel", () => end(false), { once: true });
  }

  /** Before which column, 1 to their number. */
  private placeAt(x: number): number {
    const heads = this.heads();
    const found = heads.findIndex(({ root }, i) => {
      const { left, width } = root.getBoundingClientRect();
      return i > 0 && x < left + width / 2;
    });
    return found < 0 ? heads.length : found;
  }

  private show(to: number): void {
    const heads = this.heads();
    const before = heads[to];
    const cell = before ?? heads[heads.length - 1];
    if (!cell) return;
    this.mark.classList.toggle("smtw-drop-after", before === undefined);
    cell.root.append(this.mark);
  }
}
