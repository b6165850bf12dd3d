/** The table's header: its cells, how wide the columns are, and which of them stay at the left. */

import { h } from "../dom";
import type { Column } from "../lib/columns";
import type { SortKey } from "../lib/sort";
import type { Scope } from "../scope";
import type { Selection } from "../selection";
import type { Measure } from "./table_cells";
import { ColumnDrag, dragWidth } from "./table_drag";
import { type HeadCell, LEAST_ROWS, newHeadCell, paintFilter, paintPlot, paintSort } from "./table_head";
import type { TableLayout } from "./table_layout";
import { stick } from "./table_rows";

/** Columns at the left may take so much of the table's width, and a run's name, unless somebody made it wider. */
const MOST_STUCK = 0.6;
const MOST_NAME = 0.5;
const LEAST_NAME = 140;

export class TableHeader {
  readonly root = h("div", "head", { role: "row", "aria-rowindex": 1 });
  readonly widths: number[] = [];
  cells: HeadCell[] = [];
  /** How many columns stay at the left: fewer than asked for where they would leave no room. */
  stuck = 1;
  private readonly drag: ColumnDrag;

  constructor(
    private readonly scroller: HTMLElement,
    private readonly shared: Selection,
    private readonly layout: TableLayout,
    private readonly menu: (index: number) => void,
    private readonly id: string,
    scope: Scope,
  ) {
    this.drag = new ColumnDrag(layout, () => this.cells);
    scope.listen(this.root, "contextmenu", (event) => {
      const index = this.indexOf(event.target as Element);
      if (index < 1) return;
      event.preventDefault();
      menu(index);
    });
  }

  /** Make the cells anew, for a frame of `rows` runs. */
  lay(columns: readonly Column[], rows: number): void {
    this.root.classList.toggle("smtw-low", rows < LEAST_ROWS);
    this.cells = columns.map((column, i) => {
      const cell = newHeadCell(column, rows, i, this.cellId(i), this.shared);
      dragWidth(cell, i, this.layout, { widths: this.widths, setWidth: this.setWidth });
      this.drag.watch(cell, i);
      cell.menu.addEventListener("click", () => this.menu(i));
      return cell;
    });
    this.root.replaceChildren(...this.cells.map((cell) => cell.root));
  }

  /** Take over widths that somebody chose, those `needed` otherwise; of `fixed` columns, keep what has room. */
  size(needed: readonly number[], chosen: Readonly<Record<string, number>>, fixed: number): void {
    const most = Math.max(LEAST_NAME, this.scroller.clientWidth * MOST_NAME);
    this.cells.forEach(({ column }, i) => {
      const width = needed[i] ?? 80;
      this.widths[i] = chosen[column.name] ?? (i === 0 ? Math.min(width, most) : width);
    });
    this.widths.length = this.cells.length;
    this.apply();
    this.stuck = this.countStuck(fixed);
    for (const [i, cell] of this.cells.entries()) stick(cell.root, i, this.stuck);
  }

  private countStuck(fixed: number): number {
    const room = this.scroller.clientWidth * MOST_STUCK;
    let [count, width] = [0, 0];
    for (; count < fixed; count += 1) {
      width += this.widths[count] ?? 0;
      if (count > 0 && width > room) break;
    }
    return count;
  }

  /** Sum of the widths of the first `count` columns. */
  left(count = this.widths.length): number {
    return this.widths.slice(0, count).reduce((sum, width) => sum + width, 0);
  }

  private setWidth = (index: number, width: number): void => {
    this.widths[index] = width;
    this.apply();
  };

  private apply(): void {
    const { style } = this.scroller;
    let left = 0;
    this.widths.forEach((width, i) => {
      style.setProperty(`--smtw-w${i}`, `${width}px`);
      style.setProperty(`--smtw-l${i}`, `${left}px`);
      left += width;
    });
    style.setProperty("--smtw-width", `${left}px`);
  }

  paintSorts(sort: readonly SortKey[], measure: Measure): void {
    for (const [i, cell] of this.cells.entries()) paintSort(cell, sort, (this.widths[i] ?? 80) - 32, measure);
  }

  /** Only of columns between `from` and `to`, px: the others' counts are not even made. */
  paintPlots(from: number, to: number): void {
    const passing = this.shared.passing.peek();
    if (!passing) return;
    const filtered = passing.rows.length < passing.frame.rows;
    let left = 0;
    this.cells.forEach((cell, i) => {
      const right = left + (this.widths[i] ?? 0);
      const filter = this.shared.filterOf(cell.column.name);
      const there = passing.frame.byName.get(cell.column.name) === cell.column;
      paintFilter(cell, filter);
      if (there && right > from && left < to) paintPlot(cell, passing.engine, filter, filtered);
      left = right;
    });
  }

  /** Mark column `index` as the keyboard's; null: none. */
  activate(index: number | null): void {
    for (const [i, cell] of this.cells.entries()) cell.root.classList.toggle("smtw-active", i === index);
  }

  cellId(index: number): string {
    return `${this.id}-head-${index}`;
  }

  /** Of the cell that holds `target`; -1 = none. */
  indexOf(target: Element): number {
    return this.cells.findIndex((cell) => cell.root.contains(target));
  }

  /** Whether a click on `target` is on a name: not on what filters or sizes, and not the end of a drag. */
  isName(target: Element): boolean {
    return !this.drag.takeDragged() && !target.closest(".smtw-hplot, .smtw-hsize, .smtw-hclear, .smtw-hmenu");
  }
}
