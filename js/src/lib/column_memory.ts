/** The columns that somebody chose for an experiment, kept in the browser. */

const KEY = "sm_track_widgets.table";
const MOST = 50;

export interface Remembered {
  columns: string[];
  pinned: string[];
  widths: Record<string, number>;
}

type Kept = Record<string, Remembered>;

/** Stands in where the page may not store anything; lasts as long as the page. */
let fallback = "{}";

function read(): Kept {
  try {
    const found: unknown = JSON.parse(localStorage.getItem(KEY) ?? fallback);
    return found && typeof found === "object" ? (found as Kept) : {};
  } catch {
    return JSON.parse(fallback) as Kept;
  }
}

export function recall(experiment: string): Remembered | null {
  const found = experiment ? read()[experiment] : undefined;
  if (!found || !Array.isArray(found.columns)) return null;
  const texts = (list: unknown): string[] =>
    Array.isArray(list) ? list.filter((one): one is string => typeof one === "string") : [];
  const widths = Object.entries(found.widths ?? {}).filter(([, width]) => Number.isFinite(width));
  return { columns: texts(found.columns), pinned: texts(found.pinned), widths: Object.fromEntries(widths) };
}

/** Keep it; of many experiments those that were changed last. */
export function remember(experiment: string, state: Remembered): void {
  if (!experiment) return;
  const { [experiment]: _, ...others } = read();
  const kept = [...Object.entries(others), [experiment, state] as const].slice(-MOST);
  fallback = JSON.stringify(Object.fromEntries(kept));
  try {
    localStorage.setItem(KEY, fallback);
  } catch {
    // Full, or not allowed: it lasts until the page is left.
  }
}
