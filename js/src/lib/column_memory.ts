/** The columns that somebody chose for an experiment, kept in the browser. */

import { recall, remember } from "./memory";

const KEY = "table";
const MOST = 50;

export interface Remembered {
  columns: string[];
  pinned: string[];
  widths: Record<string, number>;
}

type Kept = Record<string, Remembered>;

function read(): Kept {
  const found = recall<unknown>(KEY, {});
  return found && typeof found === "object" ? (found as Kept) : {};
}

export function recallColumns(experiment: string): Remembered | null {
  const found = experiment ? read()[experiment] : undefined;
  if (!found || !Array.isArray(found.columns)) return null;
  const texts = (list: unknown): string[] =>
    Array.isArray(list) ? list.filter((one): one is string => typeof one === "string") : [];
  const widths = Object.entries(found.widths ?? {}).filter(([, width]) => Number.isFinite(width));
  return { columns: texts(found.columns), pinned: texts(found.pinned), widths: Object.fromEntries(widths) };
}

/** Keep it; of many experiments those that were changed last. */
export function rememberColumns(experiment: string, state: Remembered): void {
  if (!experiment) return;
  const { [experiment]: _, ...others } = read();
  const kept = [...Object.entries(others), [experiment, state] as const].slice(-MOST);
  remember(KEY, Object.fromEntries(kept));
}
