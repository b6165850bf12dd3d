/** How wide a column is and how a cell of it looks. */

import { h, setAttributes, setText, show } from "../dom";
import { type Column, type Frame, isCodes, textAt } from "../lib/columns";
import { deltaText, deltaTone } from "../lib/deltas";
import {
  formatClock,
  formatCount,
  formatFull,
  formatMoment,
  formatNumber,
  formatRelative,
} from "../lib/format";
import { type Aggregate, aggregate, type Group } from "../lib/items";
import { isNotes, oneLine } from "../lib/notes";
import { sortKeys } from "../lib/sort";
import { middleCut, plural } from "../lib/text";
import { paintStatus } from "./status";

const SAMPLE = 200;
const PADDING = 16;
const ARROW = 18;
/** Room for a distance from the baseline, as in styles/table.css. */
const DELTA = 54;
/** Room for a small curve, as in styles/table.css. */
const TREND = 64;
/** Room for the word beside the baseline's name. */
const REMARK = 56;
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
export function columnWidth(
  column: Column,
  frame: Frame,
  measure: Measure,
  now: number,
  compared = false,
  trend = false,
): number {
  const [least, most] = LIMITS[column.kind];
  const step = Math.max(1, Math.floor(frame.rows / SAMPLE));
  let width = measure(column.label, true) + ARROW;
  for (let row = 0; row < frame.rows; row += step) {
    width = Math.max(width, measure(cellText(column, row, now)) + (EXTRA[column.kind] ?? 0));
  }
  const best = bestRow(column);
  if (best >= 0) width = Math.max(width, measure(cellText(column, best, now), true));
  if (trend) width += TREND;
  if (compared && column.kind === "run") width += REMARK;
  if (compared && column.group === "metrics" && isNumeric(column)) width += DELTA;
  return Math.round(Math.min(most, Math.max(least, width + PADDING)));
}

/** What a cell says. */
export function cellText(column: Column, row: number, now: number): string {
  if (isCodes(column)) return oneLine(textAt(column, row));
  const value = column.data[row];
  if (value === undefined || Number.isNaN(value)) return "";
  if (column.kind === "time") return formatRelative(value, now);
  return column.kind === "duration" ? formatClock(value) : formatNumber(value);
}

const valueAt = (column: Column, row: number): number =>
  isCodes(column) ? Number.NaN : (column.data[row] ?? Number.NaN);

/** What it says in full, where that is more. */
export function cellTitle(column: Column, row: number): string {
  if (isCodes(column)) return textAt(column, row);
  const value = column.data[row];
  return value === undefined || Number.isNaN(value) ? "" : cellFull(column, value);
}

const cellFull = (column: Column, value: number): string =>
  column.kind === "time" ? `${formatMoment(value)} UTC` : formatFull(value);

export interface CellContext {
  now: number;
  /** Pixels there are for a text in the column. */
  room: number;
  measure: Measure;
  best: number;
  colour: string | null;
  /** Left out by charts. */
  hidden: boolean;
  /** The row that the others are compared with; -1 = none. */
  baseline: number;
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
  const room = context.room - (column.kind === "run" && row === context.baseline ? REMARK : 0);
  // Notes begin with what matters; what is too long ends in the cell's own ellipsis.
  const shown = isCodes(column) && !isNotes(column) ? fit(text, room, context.measure) : text;
  cell.title = title === shown && !isNotes(column) ? "" : title;
  if (column.kind === "status") paintStatus(cell.firstElementChild as HTMLElement, text);
  else if (column.kind === "run") paintRun(cell.firstElementChild as HTMLElement, shown, row, text, context);
  else if (!paintDelta(cell, column, valueAt(column, row), shown, context.baseline, row))
    setText(cell, shown);
  cell.classList.toggle("smtw-top", row === context.best);
  cell.classList.toggle("smtw-differs", differsFrom(cell, column, row, context));
}

/** A metric, of a row or of a group, with its distance from the baseline's; false where there is none to tell. */
function paintDelta(
  cell: HTMLElement,
  column: Column,
  value: number,
  shown: string,
  baseline: number,
  row = -1,
): boolean {
  if (baseline < 0 || column.group !== "metrics" || isCodes(column)) return false;
  const base = column.data[baseline] ?? Number.NaN;
  const tone = deltaTone(value, base, column.best);
  const told = row === baseline ? "" : deltaText(value, base);
  const delta = h("span", `delta ${tone}`, {}, told);
  if (tone) delta.title = `${tone} than the baseline's ${formatFull(base)}`;
  cell.replaceChildren(h("span", "", {}, shown), delta);
  return true;
}

/** Mark a parameter that is not the baseline's. */
function differsFrom(
  cell: HTMLElement,
  column: Column,
  row: number,
  { baseline, now }: CellContext,
): boolean {
  if (baseline < 0 || row === baseline || column.group !== "params") return false;
  const same = isCodes(column)
    ? column.codes[row] === column.codes[baseline]
    : Object.is(column.data[row], column.data[baseline]);
  if (!same)
    cell.title = `${cellTitle(column, row) || "none"} (baseline: ${cellText(column, baseline, now) || "none"})`;
  return !same;
}

export function newCell(column: Column): HTMLElement {
  const cell = h("div", `cell${isNumeric(column) ? " right" : ""}`, { role: "gridcell" });
  if (column.kind === "status") cell.append(h("span", "pill"));
  if (column.kind === "run") {
    cell.setAttribute("role", "rowheader");
    const eye = h(
      "button",
      "eye",
      { type: "button", tabindex: -1 },
      h("span", "dot", { "aria-hidden": "true" }),
    );
    cell.append(h("span", "run", {}, eye, h("span", ""), h("span", "quiet")));
  }
  return cell;
}

function paintRun(
  box: HTMLElement,
  shown: string,
  row: number,
  name: string,
  { colour, hidden, baseline }: CellContext,
): void {
  const [eye, label, mark] = box.children as unknown as [HTMLElement, HTMLElement, HTMLElement];
  const dot = eye.firstElementChild as HTMLElement;
  dot.className = `smtw-dot${colour ? "" : " smtw-dot-none"}${hidden ? " smtw-dot-hidden" : ""}`;
  dot.style.setProperty("--smtw-colour", colour ?? "var(--smtw-idle)");
  setAttributes(eye, { "aria-label": `Show ${name} in charts`, "aria-pressed": String(!hidden) });
  eye.title = hidden ? "Hidden in charts; click shows it (h)" : "Shown in charts; click hides it (h)";
  show(eye, true);
  label.classList.toggle("smtw-quiet", hidden);
  setText(label, shown);
  setText(mark, row === baseline ? "baseline" : "");
}

/** Put the aggregate of a group into `cell`: the mean of numbers, with its distance from the baseline's, a common text. */
export function paintGroupCell(cell: HTMLElement, column: Column, group: Group, baseline: number): void {
  cell.classList.remove("smtw-top", "smtw-differs");
  cell.title = "";
  if (column.kind === "run") paintGroupName(cell, group);
  else paintAggregate(cell, column, group, baseline);
}

function paintAggregate(cell: HTMLElement, column: Column, group: Group, baseline: number): void {
  const found = aggregate(column, group.rows);
  const several = found.kind === "several" ? `${formatCount(found.count)} values` : found.text;
  const text = isCodes(column) ? several : groupNumber(column, found);
  if (column.kind === "status") {
    const pill = cell.firstElementChild as HTMLElement;
    pill.className = "smtw-quiet";
    if (found.kind === "same" && text) paintStatus(pill, text);
    else setText(pill, several);
  } else if (!paintDelta(cell, column, found.value, text, baseline)) setText(cell, text);
  const best = Number.isNaN(found.best) ? "" : `\nbest: ${cellFull(column, found.best)}`;
  if (found.kind === "mean" || found.kind === "latest")
    cell.title = `${found.kind} of ${formatCount(found.count)}: ${cellFull(column, found.value)}${best}`;
}

function groupNumber(column: Column, found: Aggregate): string {
  if (Number.isNaN(found.value)) return "";
  if (column.kind === "time") return formatMoment(found.value).slice(0, 10);
  return column.kind === "duration" ? formatClock(found.value) : formatNumber(found.value);
}

function paintGroupName(cell: HTMLElement, group: Group): void {
  const [eye, label, mark] = (cell.firstElementChild as HTMLElement).children as unknown as HTMLElement[];
  show(eye as HTMLElement, false);
  (label as HTMLElement).classList.remove("smtw-quiet");
  setText(label as HTMLElement, `${group.open ? "▾" : "▸"} ${middleCut(group.key, 28)}`);
  setText(mark as HTMLElement, plural(group.rows.length, "run"));
  cell.title = group.key;
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
