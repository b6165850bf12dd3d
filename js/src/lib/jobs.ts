/** Jobs of a run, as the kernel tells them, and what is said of all of them. */

import { statusLabel } from "./status";
import { plural } from "./text";

export interface JobRow {
  kind: string;
  name: string;
  status: string;
  detail: string;
  /** Seconds since the epoch by the service's clock. */
  started: number | null;
  ended: number | null;
  /** In the currency of the user's prices; null where that is not known. */
  cost: number | null;
  instance: string;
  /** The tuning job that started it. */
  tuner: string;
  lines: string[];
  metrics: [string, number][];
}

const ENDS = new Set(["Completed", "Failed", "Stopped"]);

export const jobsOver = (rows: readonly JobRow[]): boolean => rows.every((row) => ENDS.has(row.status));

/** Seconds a job has run; null before it has started. */
export function jobSeconds(row: JobRow, now: number): number | null {
  return row.started === null ? null : Math.max(0, (row.ended ?? now) - row.started);
}

/** "1,204.50", "0.042": the rules of `charts/static_jobs.py`. */
export function money(amount: number): string {
  if (amount !== 0 && amount < 1) return String(Number(amount.toPrecision(2)));
  return amount.toFixed(2).replace(/\B(?=(\d{3})+\.)/g, ",");
}

/** "3 jobs: 2 completed, 1 running · about 0.42 for 2 of them". */
export function jobsText(all: readonly JobRow[]): string {
  const rows = all.filter((row) => row.kind !== "tuning");
  if (rows.length === 0) return "";
  const counted = new Map<string, number>();
  for (const row of rows) {
    const word = statusLabel(row.status).toLowerCase();
    counted.set(word, (counted.get(word) ?? 0) + 1);
  }
  const states = [...counted].sort((a, b) => b[1] - a[1]).map(([word, count]) => `${count} ${word}`);
  const priced = rows.flatMap((row) => (row.cost === null ? [] : [row.cost]));
  const some = priced.length === rows.length ? "" : ` for ${priced.length} of them`;
  const cost = priced.length > 0 ? ` · about ${money(priced.reduce((a, b) => a + b))}${some}` : "";
  return `${plural(rows.length, "job")}: ${states.join(", ")}${cost}`;
}
