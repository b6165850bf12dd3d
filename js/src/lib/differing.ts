/** Which parameters are not the same in all rows. */

import { type Column, isCodes } from "./columns";

/** Whether `column` has two different values in `rows`; a missing value is one of its own. */
export function differs(column: Column, rows: Uint32Array): boolean {
  const values: ArrayLike<number> = isCodes(column) ? column.codes : column.data;
  const first = values[rows[0] ?? 0];
  for (let i = 1; i < rows.length; i += 1) if (!Object.is(values[rows[i] as number], first)) return true;
  return false;
}

/** `chosen` without the parameters that are the same in all rows; those that differ and were not chosen come after. */
export function onlyDiffering(
  chosen: readonly Column[],
  all: readonly Column[],
  rows: Uint32Array,
  most = 30,
): Column[] {
  const isParameter = (column: Column) => column.group === "params";
  const differing = new Set(all.filter((column) => isParameter(column) && differs(column, rows)));
  const kept = chosen.filter((column) => !isParameter(column) || differing.has(column));
  const more = [...differing].filter((column) => !kept.includes(column)).slice(0, most);
  const last = kept.findLastIndex(isParameter);
  const at = last >= 0 ? last + 1 : kept.findIndex((column) => column.group === "metrics");
  return at < 0 ? [...kept, ...more] : [...kept.slice(0, at), ...more, ...kept.slice(at)];
}
