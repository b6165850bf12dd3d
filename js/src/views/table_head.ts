/** A cell of the table's header: name, sort mark, filter mark, and a small picture that filters. */

import { button, h, setAttributes, setText, show } from "../dom";
import type { Column } from "../lib/columns";
import type { Crossfilter } from "../lib/crossfilter";
import type { Filter } from "../lib/filters";
import type { SortKey } from "../lib/sort";
import { filterText } from "../lib/table_filters";
import type { Selection } from "../selection";
import { fit, isNumeric, type Measure } from "./table_cells";
import { type HeadPlot, headPlot } from "./table_plot";

/** Fewer runs are read faster than their histogram. */
export const LEAST_ROWS = 12;

/** Height of the header of a table of `rows` runs, with its hairline, px; as in styles/table.css. */
export const headHeight = (rows: number): number => (rows < LEAST_ROWS ? 31 : 49);

export interface HeadCell {
  column: Column;
  root: HTMLElement;
  label: HTMLElement;
  menu: HTMLElement;
  size: HTMLElement;
  plot: HeadPlot | null;
  /** Tells the filter to screen readers. */
  told: HTMLElement;
  clear: HTMLElement;
  /** What the plot was painted for. */
  painted: string;
  /** The filter that is marked; null before it was looked at. */
  marked: Filter | undefined | null;
}

export function newHeadCell(
  column: Column,
  rows: number,
  index: number,
  id: string,
  shared: Selection,
): HeadCell {
  const label = h("span", "hlabel");
  const told = h("span", "hidden-text");
  const name = column.label;
  const clear = button("×", "hclear", {
    tabindex: -1,
    "aria-label": `Clear the filter of ${name}`,
    title: "Clear this filter",
  });
  const menu = button("▾", "hmenu", {
    tabindex: -1,
    "aria-label": `Menu of ${name}`,
    title: "Filter, pin, group (f)",
  });
  const size = h("div", "hsize", { "aria-hidden": "true", title: "Drag for the width, double-click to fit" });
  const plot = rows >= LEAST_ROWS ? headPlot(column, shared) : null;
  const classes = `hcell${isNumeric(column) ? " right" : ""}`;
  const root = h(
    "div",
    classes,
    { role: "columnheader", "aria-colindex": index + 1, id },
    label,
    told,
    clear,
  );
  if (plot) root.append(plot.root);
  if (column.kind !== "run") root.append(menu);
  root.append(size);
  clear.addEventListener("click", () => shared.setFilter(column.name, null));
  return { column, root, label, menu, size, plot, told, clear, painted: "", marked: null };
}

/** Show the sort mark: an arrow, and its number where several columns count. */
export function paintSort(cell: HeadCell, sort: readonly SortKey[], room: number, measure: Measure): void {
  const index = sort.findIndex((key) => key.column === cell.column.name);
  const key = sort[index];
  const mark = key ? ` ${key.descending ? "↓" : "↑"}${sort.length > 1 ? index + 1 : ""}` : "";
  setText(cell.label, `${fit(cell.column.label, room, measure, true)}${mark}`);
  setAttributes(cell.root, { "aria-sort": key ? (key.descending ? "descending" : "ascending") : "none" });
}

/** Mark a filtered column, by colour, by a cross and in words. */
export function paintFilter(cell: HeadCell, filter: Filter | undefined): void {
  if (cell.marked === filter) return;
  cell.marked = filter;
  const { column } = cell;
  const told = filter ? filterText(column, filter) : "";
  cell.root.classList.toggle("smtw-filtered", filter !== undefined);
  cell.root.title = filter ? `${column.name}\nfiltered: ${told}` : column.name;
  setText(cell.told, filter ? ` filtered: ${told}` : "");
  show(cell.clear, filter !== undefined);
}

export function paintPlot(
  cell: HeadCell,
  engine: Crossfilter,
  filter: Filter | undefined,
  filtered: boolean,
): void {
  if (!cell.plot) return;
  const state = `${engine.version} ${filtered} ${filter ? JSON.stringify(filter) : ""}`;
  if (cell.painted === state) return;
  cell.painted = state;
  cell.plot.paint(engine, filter, filtered);
}
