/** Notes of runs: texts of several lines in a column of their own. */

import { type CodeColumn, type Column, type Frame, isCodes } from "./columns";

export const NOTES = "notes";
/** Characters that the service keeps. */
export const MOST_NOTES = 2500;

export const isNotes = (column: Column): column is CodeColumn =>
  column.name === NOTES && column.group === "run" && isCodes(column);

const none = new WeakMap<Frame, CodeColumn>();

/** The column of notes, also where no run has any yet: somebody may want to write the first. */
export function notesColumn(frame: Frame): Column {
  const known = frame.byName.get(NOTES) ?? none.get(frame);
  if (known) return known;
  const length = frame.rows;
  const told = { name: NOTES, label: NOTES, group: "run", kind: "text", field: NOTES, length } as const;
  const made = { ...told, codes: new Int32Array(length).fill(-1), values: [] };
  none.set(frame, made);
  return made;
}

/** How many characters are kept of `text`: it is stored on one line, as `tracking/values.py` has it. */
export function storedLength(text: string): number {
  const breaks = text.match(/\n|\\(?=[\\n\n])/g)?.length ?? 0;
  return Array.from(text).length + breaks;
}

/** A text of several lines on one. */
export const oneLine = (text: string): string => text.replace(/\s*[\n\r\u2028\u2029]\s*/g, " ");
