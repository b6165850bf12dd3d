/** The tables of a comparison: names down, runs across, each cell with its distance to the baseline. */

import { button, h, setAttributes } from "../dom";
import {
  bestPlace,
  type Cell,
  type CompareRow,
  type CompareRun,
  cellText,
  cellTitle,
  delta,
  deltaText,
  isBetter,
  rowDiffers,
} from "../lib/compare";
import { coloursOf } from "../lib/palette";
import { middleCut } from "../lib/text";
import type { Theme } from "../lib/theme";
import { paintStatus, statusPill } from "./status";

const NAME = 34;
const LABEL = 26;
const TEXT = 90;
/** Longer texts fill their cell anyway. */
const SHORT = 24;

export interface Columns {
  runs: readonly CompareRun[];
  shown: readonly number[];
  baseline: number;
  theme: Theme;
  /** Take a run out of the view; null where no more may go. */
  hide: ((name: string) => void) | null;
  choose: (name: string) => void;
}

export interface TableRow {
  name: string;
  aside?: string;
  kind: CompareRow["kind"];
  cells: Cell[];
  unknown?: number[];
  /** Which end is good; null or absent where distances are not judged. */
  best?: "min" | "max" | null;
}

export interface Group {
  title: string;
  /** Places of the runs of which nothing of it was kept. */
  unknown?: readonly number[];
  rows: readonly TableRow[];
}

/** One table of all groups, so that the runs' columns stand below each other. */
export function compareTable(groups: readonly Group[], columns: Columns): HTMLElement {
  const [only] = groups;
  const single = groups.length === 1 && only ? only.title : "";
  const rows = groups.flatMap((group) => group.rows);
  const different = rows.filter((row) => rowDiffers(row, columns.shown)).length;
  // Where nearly all differs, the few that are the same stand back instead.
  const few = 2 * different <= rows.length;
  const table = h("table", few ? "cmp cmp-few" : "cmp", {}, headRow(single, columns));
  for (const group of groups) {
    const body = h("tbody", "");
    if (!single) {
      const title = h("th", "cmp-group", { scope: "rowgroup" }, h("span", "", {}, group.title));
      body.append(h("tr", "", {}, title, ...columns.shown.map((place) => groupCell(place, group, columns))));
    }
    const spaced = placesWithDistance(group.rows, columns);
    for (const row of group.rows) body.append(bodyRow(row, columns, spaced));
    table.append(body);
  }
  return table;
}

/** Beside a group's name: which of the runs say nothing about it. */
function groupCell(place: number, group: Group, columns: Columns): HTMLElement {
  const isBase = place === columns.baseline;
  const missing = group.unknown?.includes(place) ?? false;
  const told = missing ? h("span", "aside", {}, "nothing kept") : null;
  return h("td", isBase ? "cmp-base cmp-group-cell" : "cmp-group-cell", {}, told);
}

export function headRow(corner: string, columns: Columns): HTMLElement {
  const first = corner ? h("th", "cmp-name", { scope: "col" }, corner) : h("td", "cmp-name");
  const head = h("tr", "", {}, first);
  for (const place of columns.shown) {
    const run = columns.runs[place];
    if (run) head.append(headCell(run, place, columns));
  }
  return h("thead", "", {}, head);
}

/** A run's name over its column: a press makes it the baseline. */
function headCell(run: CompareRun, place: number, columns: Columns): HTMLElement {
  const colours = coloursOf(columns.theme);
  const dot = h("span", "dot", { "aria-hidden": "true" });
  dot.style.setProperty("--smtw-colour", colours[run.colour % colours.length] ?? "transparent");
  const isBase = place === columns.baseline;
  const name = button("", "link cmp-run", {
    title: `${run.name}${run.experiment ? ` · ${run.experiment}` : ""}\n${isBase ? "The baseline" : "Make it the baseline"}`,
    "aria-pressed": isBase ? "true" : "false",
  });
  name.append(dot, middleCut(run.name, LABEL));
  name.addEventListener("click", () => columns.choose(run.name));
  const cell = h("th", isBase ? "cmp-base" : "", { scope: "col" }, name);
  const { hide } = columns;
  if (hide) {
    const away = button("×", "link cmp-away", { "aria-label": `Hide ${run.name}`, title: "Hide this run" });
    away.addEventListener("click", () => hide(run.name));
    cell.append(away);
  }
  cell.append(h("div", "aside", {}, isBase ? "baseline" : "\u00a0"));
  return cell;
}

/** What stands below a distance leaves its room free, so that the values of a column stand below each other. */
function placesWithDistance(rows: readonly TableRow[], { shown, baseline }: Columns): Set<number> {
  const found = new Set<number>();
  for (const row of rows.filter((one) => one.kind === "value"))
    for (const place of shown)
      if (delta(row.cells[place] ?? null, row.cells[baseline] ?? null) !== null) found.add(place);
  return found;
}

function bodyRow(row: TableRow, columns: Columns, spaced: ReadonlySet<number>): HTMLElement {
  const { shown, baseline } = columns;
  const different = rowDiffers(row, shown);
  const cut = middleCut(row.name, NAME);
  const label = h("div", "cmp-label", {}, cut);
  if (row.aside) label.append(h("span", "aside", {}, ` ${row.aside}`));
  if (different) label.append(h("span", "hidden-text", {}, " differs"));
  const look = `cmp-name${different ? " cmp-differs" : ""}`;
  const name = h("th", look, { scope: "row", title: row.name }, label);
  const line = h("tr", different ? "" : "cmp-same", {}, name);
  const best = row.best ? bestPlace(row.cells, shown, row.best) : -1;
  for (const place of shown) {
    const cell = row.cells[place] ?? null;
    const first = row.cells[baseline] ?? null;
    const base = place === baseline || row.kind !== "value" ? null : first;
    const plain = row.kind === "value" || row.kind === "text";
    const other = plain && cell !== first && delta(cell, base) === null && !row.unknown?.includes(baseline);
    const mark = { base: place === baseline, other, best: place === best, spaced: spaced.has(place) };
    line.append(bodyCell(cell, base, row, mark));
  }
  return line;
}

interface Mark {
  base: boolean;
  /** Another value than the baseline's, and no distance says so. */
  other: boolean;
  best: boolean;
  spaced: boolean;
}

function bodyCell(cell: Cell, base: Cell, row: TableRow, mark: Mark): HTMLElement {
  const text = cellText(cell, row.kind);
  const ground = mark.base ? "cmp-base" : mark.other && cell !== null ? "cmp-other" : "";
  const box = h("td", `${ground}${mark.best ? " top" : ""}`);
  if (cell === null) return box;
  if (row.kind === "status") {
    const pill = statusPill();
    paintStatus(pill, text);
    box.append(pill);
    return box;
  }
  const shown = middleCut(text, TEXT);
  const full = cellTitle(cell, row.kind);
  box.append(shown);
  setAttributes(box, { title: full === shown ? null : full });
  const distance = delta(cell, base);
  if (distance !== null) box.append(" ", distanceMark(distance, row.best ?? null));
  else if (mark.spaced && shown.length < SHORT) box.append(" ", h("span", "cmp-delta"));
  return box;
}

function distanceMark(distance: number, best: "min" | "max" | null): HTMLElement {
  const judged = isBetter(distance, best);
  const word = judged === null ? "" : judged ? "better" : "worse";
  const look = judged === null ? "quiet" : judged ? "good" : "bad";
  const mark = h("span", `cmp-delta ${look}`, { title: word || null }, deltaText(distance));
  if (word) mark.append(h("span", "hidden-text", {}, ` ${word}`));
  return mark;
}
