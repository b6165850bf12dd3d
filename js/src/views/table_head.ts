/** The table's header: names, sort marks, and a small histogram of each number column. */

import { h, setAttributes, setText, svg } from "../dom";
import { type Column, isCodes } from "../lib/columns";
import type { SortKey } from "../lib/sort";
import { barsPath, histogram } from "../lib/spark";
import { fit, isNumeric, type Measure } from "./table_cells";

/** Fewer runs are read faster than their histogram. */
export const LEAST_ROWS = 12;

/** Height of the header of a table of `rows` runs, with its hairline, px; as in styles/table.css. */
export const headHeight = (rows: number): number => (rows < LEAST_ROWS ? 31 : 47);

const HISTOGRAM = { width: 64, height: 16, bins: 16 };

export interface HeadCell {
  column: Column;
  root: HTMLElement;
  label: HTMLElement;
  /** Counts over all rows, and the path of the rows that pass the filter. */
  counts: Uint32Array | null;
  inside: SVGPathElement | null;
}

export function newHeadCell(column: Column, width: number, index: number, id: string): HeadCell {
  const label = h("span", "");
  const attributes = { role: "columnheader", "aria-colindex": index + 1, id, title: column.name };
  const root = h(
    "div",
    `hcell${isNumeric(column) ? " right" : ""}${index === 0 ? " first" : ""}`,
    attributes,
    label,
  );
  root.style.width = `${width}px`;
  const cell: HeadCell = { column, root, label, counts: null, inside: null };
  if (!isCodes(column) && column.data.length >= LEAST_ROWS) addHistogram(cell, column.data);
  return cell;
}

function addHistogram(cell: HeadCell, data: Float64Array): void {
  const { width, height, bins } = HISTOGRAM;
  cell.counts = histogram(data, bins);
  if (cell.counts.filter((count) => count > 0).length < 2) return;
  const all = svg("path", { class: "smtw-hist-all", d: barsPath(cell.counts, width, height) });
  cell.inside = svg("path", { class: "smtw-hist-in" });
  cell.root.append(
    svg("svg", { viewBox: `0 0 ${width} ${height}`, "aria-hidden": "true" }, all, cell.inside),
  );
}

/** Show the sort mark: an arrow, and its number where several columns count. */
export function paintSort(cell: HeadCell, sort: readonly SortKey[], room: number, measure: Measure): void {
  const index = sort.findIndex((key) => key.column === cell.column.name);
  const key = sort[index];
  const mark = key ? ` ${key.descending ? "↓" : "↑"}${sort.length > 1 ? index + 1 : ""}` : "";
  setText(cell.label, `${fit(cell.column.label, room, measure, true)}${mark}`);
  setAttributes(cell.root, { "aria-sort": key ? (key.descending ? "descending" : "ascending") : "none" });
}

/** Draw the rows that pass darker over all rows; nothing when all pass. */
export function paintHistogram(cell: HeadCell, rows: Uint32Array, total: number): void {
  if (!cell.inside || !cell.counts || isCodes(cell.column)) return;
  const { width, height, bins } = HISTOGRAM;
  const counts = rows.length === total ? new Uint32Array(bins) : histogram(cell.column.data, bins, rows);
  setAttributes(cell.inside, { d: barsPath(counts, width, height, Math.max(...cell.counts)) });
}
