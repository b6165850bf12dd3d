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

/** The largest importance; 1 when none is above zero. */
export function peak(rows: readonly ImportanceRow[]): number {
  const most = Math.max(0, ...rows.map((row) => row.importance ?? 0));
  return most > 0 ? most : 1;
}

/** Part of the track that a value fills, 0 to 1: shuffling a useless parameter may help by chance. */
export const share = (value: number, most: number): number => Math.min(1, Math.max(0, value / most));

/** "+0.42", "−0.74"; without a sign for a category; "" when it is not known. */
export function signedText({ correlation, kind }: ImportanceRow): string {
  if (correlation === null) return "";
  const size = Math.abs(correlation).toFixed(2);
  if (kind !== "number") return size;
  return `${correlation < 0 ? "−" : "+"}${size}`;
}
