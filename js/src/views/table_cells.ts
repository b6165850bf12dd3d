/** How wide a column is and how a cell of it looks. */

import { h, setText } from "../dom";
import { type Column, type Frame, isCodes, textAt } from "../lib/columns";
import { formatClock, formatFull, formatMoment, formatNumber, formatRelative } from "../lib/format";
import { sortKeys } from "../lib/sort";
import { middleCut } from "../lib/text";
import { paintStatus } from "./status";

const SAMPLE = 200;
const PADDING = 16;
const ARROW = 18;
const LIMITS: Record<Column["kind"], [number, number]> = {
  run: [140, 300],
  text: [56, 240],
  category: [56, 240],
  status: [98, 130],
  number: [64, 200],
  time: [84, 130],
  duration: [60, 120],
};

/** What stands in a cell beside its text: the run's dot, the pill's ends. */
const EXTRA: Partial<Record<Column["kind"], number>> = { run: 28, status: 26 };

export const isNumeric = (column: Column): boolean => !isCodes(column);

/** Pixel width of text in the table's font, plain or bold. */
export type Measure = (text: string, bold?: boolean) => number;

/** Measure as `element` would set text; null before it is on the page, where it has no font yet. */
export function textMeasure(element: Element): Measure | null {
  const { fontSize, fontFamily } = getComputedStyle(element);
  const plain = fontContext(`400 ${fontSize} ${fontFamily}`);
  const strong = fontContext(`600 ${fontSize} ${fontFamily}`);
  if (!plain || !strong || !fontFamily) return null;
  return (text, bold = false) => (bold ? strong : plain).measureText(text).width;
}

/** One context for each font: setting a context's font costs more than measuring with it. */
function fontContext(font: string): CanvasRenderingContext2D | null {
  const context = document.createElement("canvas").getContext("2d");
  if (context) context.font = font;
  return context;
}

/** Stands in until the table is on the page. */
export const roughMeasure: Measure = (text) => text.length * 7;

/** Width that shows the header and a sample of the values, within the limits of the column's kind. */
export function columnWidth(column: Column, frame: Frame, measure: Measure, now: number): number {
  const [least, most] = LIMITS[column.kind];
  const step = Math.max(1, Math.floor(frame.rows / SAMPLE));
  let width = measure(column.label, true) + ARROW;
  for (let row = 0; row < frame.rows; row += step) {
    width = Math.max(width, measure(cellText(column, row, now)) + (EXTRA[column.kind] ?? 0));
  }
  const best = bestRow(column);
  if (best >= 0) width = Math.max(width, measure(cellText(column, best, now), true));
  return Math.round(Math.min(most, Math.max(least, width + PADDING)));
}

/** What a cell says. */
export function cellText(column: Column, row: number, now: number): string {
  if (isCodes(column)) return textAt(column, row);
  const value = column.data[row];
  if (value === undefined || Number.isNaN(value)) return "";
  if (column.kind === "time") return formatRelative(value, now);
  return column.kind === "duration" ? formatClock(value) : formatNumber(value);
}

/** What it says in full, where that is more. */
export function cellTitle(column: Column, row: number): string {
  if (isCodes(column)) return textAt(column, row);
  const value = column.data[row];
  if (value === undefined || Number.isNaN(value)) return "";
  return column.kind === "time" ? `${formatMoment(value)} UTC` : formatFull(value);
}

export interface CellContext {
  now: number;
  /** Pixels there are for a text in the column. */
  room: number;
  measure: Measure;
  best: number;
  colour: string | null;
}

/** `text` cut in the middle to what `room` pixels hold. */
export function fit(text: string, room: number, measure: Measure, bold = false): string {
  const width = measure(text, bold);
  return width <= room ? text : middleCut(text, Math.max(4, Math.floor((text.length * room) / width) - 1));
}

/** Put row `row` into `cell`, which was made by `newCell` for the same column. */
export function paintCell(cell: HTMLElement, column: Column, row: number, context: CellContext): void {
  const text = cellText(column, row, context.now);
  const title = cellTitle(column, row);
  const shown = isCodes(column) ? fit(text, context.room, context.measure) : text;
  cell.title = title === shown ? "" : title;
  if (column.kind === "status") paintStatus(cell.firstElementChild as HTMLElement, text);
  else if (column.kind === "run") paintRun(cell.firstElementChild as HTMLElement, shown, context.colour);
  else setText(cell, shown);
  cell.classList.toggle("smtw-top", row === context.best);
}

export function newCell(column: Column): HTMLElement {
  const cell = h("div", `cell${isNumeric(column) ? " right" : ""}`, { role: "gridcell" });
  if (column.kind === "status") cell.append(h("span", "pill"));
  if (column.kind === "run") {
    cell.setAttribute("role", "rowheader");
    cell.append(h("span", "run", {}, h("span", "dot", { "aria-hidden": "true" }), h("span", "")));
  }
  return cell;
}

function paintRun(box: HTMLElement, name: string, colour: string | null): void {
  const [dot, label] = box.children as unknown as [HTMLElement, HTMLElement];
  dot.className = colour ? "smtw-dot" : "smtw-dot smtw-dot-none";
  dot.style.setProperty("--smtw-colour", colour ?? "transparent");
  setText(label, name);
}

/** Row with the best value of a column that says which end is best; -1 otherwise, and where there is only one value. */
export function bestRow(column: Column): number {
  if (!column.best || isCodes(column)) return -1;
  const values = sortKeys(column);
  let best = -1;
  let count = 0;
  for (let row = 0; row < values.length; row += 1) {
    const value = values[row] as number;
    if (!Number.isFinite(value)) continue;
    count += 1;
    const champion = values[best];
    if (champion === undefined || (column.best === "max" ? value > champion : value < champion)) best = row;
  }
  return count > 1 ? best : -1;
}
