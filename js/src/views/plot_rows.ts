/** Rows of runs that are known by name. */

import type { Frame } from "../lib/columns";
import type { Selection } from "../selection";

const places = new WeakMap<Frame, Map<string, number>>();

/** The row of a run; -1 when the frame has none of that name. */
export function rowOf(frame: Frame, name: string): number {
  let known = places.get(frame);
  if (!known) {
    known = new Map(frame.header.runs.map((run, row) => [run, row]));
    places.set(frame, known);
  }
  return known.get(name) ?? -1;
}

/** 1 for each row whose run is hidden. */
export function hiddenRows(frame: Frame, names: readonly string[]): Uint8Array {
  const hidden = new Uint8Array(frame.rows);
  for (const name of names) {
    const row = rowOf(frame, name);
    if (row >= 0) hidden[row] = 1;
  }
  return hidden;
}

/** Rows of the picked runs and of the baseline, followed. */
export function picksOf(shared: Selection, frame: Frame): { rows: number[]; baseline: number } {
  const names = shared.selected.value ?? [];
  const baseline = shared.baseline.value ?? "";
  return {
    rows: names.map((name) => rowOf(frame, name)).filter((row) => row >= 0),
    baseline: baseline === "" ? -1 : rowOf(frame, baseline),
  };
}

/** Rows that are drawn: those that pass and are not hidden; none while they are of another frame. */
export function drawnRows(shared: Selection, frame: Frame): Uint32Array {
  const passing = shared.passing.peek();
  if (passing?.frame !== frame) return new Uint32Array(0);
  const names = shared.hidden.peek() ?? [];
  if (names.length === 0) return passing.rows;
  const hidden = hiddenRows(frame, names);
  return passing.rows.filter((row) => hidden[row] === 0);
}
