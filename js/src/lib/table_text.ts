/** Rows of the table as text for other programs: tabs for the clipboard, CSV and JSON for files. */

import { type Column, type Frame, isCodes, textAt } from "./columns";
import { formatFull } from "./format";

/** What a spreadsheet takes for the begin of a formula, as `reading/files/csv_file.py` has it. */
const FORMULA = /^[=+\-@\t\r]/;
const NUMBER = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?$/;

type Value = string | number | null;

/** A cell as it is: numbers in full, times in ISO 8601, "run" for the name. */
export function valueAt(column: Column, row: number): Value {
  if (isCodes(column)) return textAt(column, row) || null;
  const value = column.data[row];
  if (value === undefined || Number.isNaN(value)) return null;
  if (column.kind !== "time") return value;
  return Number.isFinite(value) ? new Date(value * 1000).toISOString().replace(".000Z", "Z") : null;
}

function plain(value: Value): string {
  if (value === null) return "";
  if (typeof value === "number") return formatFull(value);
  return FORMULA.test(value) && !NUMBER.test(value) ? `'${value}` : value;
}

/** Tab-separated lines; tabs and line ends inside values become spaces. */
export function tsvText(columns: readonly Column[], rows: ArrayLike<number>): string {
  const tidy = (value: Value) => plain(value).replace(/[\t\r\n]+/g, " ");
  return lines(columns, rows, "\t", tidy, "\n");
}

/** CSV as RFC 4180 has it; a text that a spreadsheet would run as a formula gets an apostrophe before it. */
export function csvText(columns: readonly Column[], rows: ArrayLike<number>): string {
  const quoted = (value: Value) => {
    const text = plain(value);
    return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
  };
  return lines(columns, rows, ",", quoted, "\r\n");
}

function lines(
  columns: readonly Column[],
  rows: ArrayLike<number>,
  separator: string,
  tell: (value: Value) => string,
  end: string,
): string {
  const all = [columns.map((column) => tell(column.name)).join(separator)];
  for (let i = 0; i < rows.length; i += 1) {
    const row = rows[i] as number;
    all.push(columns.map((column) => tell(valueAt(column, row))).join(separator));
  }
  return all.join(end) + end;
}

/** A list of objects; numbers that JSON does not have are texts. */
export function jsonText(columns: readonly Column[], rows: ArrayLike<number>): string {
  const records = Array.from(rows, (row) =>
    Object.fromEntries(
      columns.map((column) => {
        const value = valueAt(column, row);
        return [
          column.name,
          typeof value === "number" && !Number.isFinite(value) ? formatFull(value) : value,
        ];
      }),
    ),
  );
  return `${JSON.stringify(records, null, 1)}\n`;
}

/** Numbers of the rows of these runs that `order` has, in its order. */
export function rowsOf(frame: Frame, order: Uint32Array, names: ReadonlySet<string>): Uint32Array {
  return order.filter((row) => names.has(frame.header.runs[row] ?? ""));
}
