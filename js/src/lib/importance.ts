/** What the importance view draws. */

export interface ImportanceRow {
  name: string;
  kind: "number" | "category";
  /** Null without a forest, or where nothing is known. */
  importance: number | null;
  std: number | null;
  correlation: number | null;
  n: number;
}

export interface ImportanceResult {
  title: string;
  headline: string;
  forest: boolean;
  rows: ImportanceRow[];
  notes: string[];
  left_out: { name: string; why: string }[];
  targets: string[];
  again: boolean;
}

/** What explains next to nothing has no long bar. */
const FLOOR = 0.2;

/** The importance that fills a bar: the largest one. */
export const peak = (rows: readonly ImportanceRow[]): number =>
  Math.max(FLOOR, ...rows.map((row) => row.importance ?? 0));

/** Part of the track that a value fills, 0 to 1: shuffling a useless parameter may help by chance. */
export const share = (value: number, most: number): number => Math.min(1, Math.max(0, value / most));

/** "+0.42", "−0.74"; without a sign for a category; "" when it is not known. */
export function signedText({ correlation, kind }: ImportanceRow): string {
  if (correlation === null) return "";
  const size = Math.abs(correlation).toFixed(2);
  if (kind !== "number") return size;
  return `${correlation < 0 ? "−" : "+"}${size}`;
}
