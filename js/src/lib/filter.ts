/** The text filter: every word must occur in the run's name or in one of its text columns. */

import { type CodeColumn, type Frame, isCodes } from "./columns";
import { statusLabel } from "./status";

/** Lower-case words of a filter text; "double quotes" keep blanks together. */
export function words(filter: string): string[] {
  const found = filter.toLowerCase().match(/"[^"]*"|\S+/g) ?? [];
  return found.map((word) => word.replace(/^"|"$/g, "")).filter((word) => word !== "");
}

/** Row numbers that pass, ascending. Each dictionary value is looked at once, whatever the number of rows. */
export function filterRows(frame: Frame, filter: string): Uint32Array {
  const wanted = words(filter);
  if (wanted.length === 0) return Uint32Array.from({ length: frame.rows }, (_, row) => row);
  const texts = frame.columns.filter(isCodes);
  const passing = new Uint8Array(frame.rows).fill(1);
  for (const word of wanted) keepMatching(passing, texts, word);
  const rows = new Uint32Array(frame.rows);
  let count = 0;
  for (let row = 0; row < frame.rows; row += 1) if (passing[row]) rows[count++] = row;
  return rows.slice(0, count);
}

function keepMatching(passing: Uint8Array, texts: readonly CodeColumn[], word: string): void {
  const hits = new Uint8Array(passing.length);
  for (const column of texts) {
    const matches = Uint8Array.from(column.values, (value) => Number(searched(column, value).includes(word)));
    if (!matches.includes(1)) continue;
    const { codes } = column;
    for (let row = 0; row < hits.length; row += 1)
      hits[row] = (hits[row] ?? 0) | (matches[codes[row] ?? -1] ?? 0);
  }
  for (let row = 0; row < hits.length; row += 1) passing[row] = (passing[row] ?? 0) & (hits[row] ?? 0);
}

/** A state is found by the service's word for it and by the one that is shown. */
function searched(column: CodeColumn, value: string): string {
  return (column.kind === "status" ? `${value} ${statusLabel(value)}` : value).toLowerCase();
}
