/** Runs side by side: what is shown, distances to the baseline, and how one source becomes another. */

import { formatClock, formatFull, formatMoment, formatNumber } from "./format";

export type Cell = number | string | null;

export interface CompareRun {
  name: string;
  experiment: string;
  status: string;
  colour: number;
  dash: number;
}

export interface CompareRow {
  name: string;
  kind: "value" | "status" | "time" | "duration" | "text";
  cells: Cell[];
  /** Places of the runs of which nothing of this kind was kept: what is not known does not differ. */
  unknown?: number[];
}

export interface CompareSection {
  tab: string;
  title: string;
  /** Places of the runs of which nothing of all this was kept. */
  unknown?: number[];
  rows: CompareRow[];
}

export interface CompareMetric {
  name: string;
  best: "min" | "max";
  stats: Record<string, Cell[]>;
}

/** What happens to lines i1 to i2 of one source, which are j1 to j2 of the other. */
export type Step = [change: string, i1: number, i2: number, j1: number, j2: number];

export interface CompareCode {
  sources: string[][];
  of: (number | null)[];
  steps: Record<string, Step[]>;
  cut: boolean;
}

export interface CompareArtifact {
  name: string;
  direction: string;
  of: ({ type: string; value: string } | null)[];
}

export interface CompareData {
  runs: CompareRun[];
  sections: CompareSection[];
  metrics: CompareMetric[];
  code: CompareCode;
  artifacts: CompareArtifact[];
  remarks: string[];
}

export const STATISTICS = ["last", "min", "max", "avg", "std", "count"];
const UNJUDGED = new Set(["std", "count"]);

/** Places of the runs named, in their order; all when none of them is known. */
export function places(runs: readonly CompareRun[], names: readonly string[]): number[] {
  const found = names.map((name) => runs.findIndex((run) => run.name === name)).filter((at) => at >= 0);
  return found.length > 0 ? found : runs.map((_, place) => place);
}

/** Whether the cells of some runs are not all the same; a missing one is a value like others. */
export function differs(cells: readonly Cell[], shown: readonly number[]): boolean {
  const [start] = shown;
  if (start === undefined) return false;
  const first = cells[start] ?? null;
  return shown.some((place) => (cells[place] ?? null) !== first);
}

const isThere = (cells: readonly Cell[], shown: readonly number[]): boolean =>
  shown.some((place) => (cells[place] ?? null) !== null);

/** Whether some of the runs do not agree, of those of which anything is known. */
export function rowDiffers(row: { cells: Cell[]; unknown?: number[] }, shown: readonly number[]): boolean {
  return differs(
    row.cells,
    shown.filter((place) => !row.unknown?.includes(place)),
  );
}

/** Rows that some of the runs have; with `only` those that differ. */
export function shownRows<T extends { cells: Cell[]; unknown?: number[] }>(
  rows: readonly T[],
  shown: readonly number[],
  only: boolean,
): T[] {
  return rows.filter((row) => isThere(row.cells, shown) && (!only || rowDiffers(row, shown)));
}

export interface StatRow extends CompareRow {
  metric: string;
  statistic: string;
  best: "min" | "max" | null;
}

/** Metrics as rows: of one statistic, or of all. */
export function statRows(metrics: readonly CompareMetric[], statistic: string): StatRow[] {
  const wanted = statistic === "all" ? STATISTICS : [statistic];
  return metrics.flatMap((metric) =>
    wanted.map((name) => ({
      name: metric.name,
      metric: metric.name,
      statistic: name,
      kind: "value" as const,
      best: UNJUDGED.has(name) ? null : metric.best,
      cells: metric.stats[name] ?? [],
    })),
  );
}

/** Distance to the baseline; null where there is none. */
export function delta(value: Cell, base: Cell): number | null {
  if (typeof value !== "number" || typeof base !== "number") return null;
  const distance = value - base;
  return distance === 0 || !Number.isFinite(distance) ? null : distance;
}

/** "+0.0125", "−2": three digits, since what is compared stands beside it. */
export function deltaText(distance: number): string {
  const size = Math.abs(distance);
  return `${distance > 0 ? "+" : "−"}${formatNumber(size < 1000 ? Number(size.toPrecision(3)) : size)}`;
}

/** Whether a distance leads to the good end; null where neither end is good. */
export const isBetter = (distance: number, best: "min" | "max" | null): boolean | null =>
  best === null ? null : distance < 0 === (best === "min");

/** Place of the best cell of some runs; -1 where there is none, or all are equal. */
export function bestPlace(cells: readonly Cell[], shown: readonly number[], best: "min" | "max"): number {
  let champion = -1;
  let different = false;
  for (const place of shown) {
    const value = cells[place];
    if (typeof value !== "number") continue;
    const other = cells[champion];
    if (typeof other !== "number") champion = place;
    else if (value !== other) {
      different = true;
      if (best === "max" ? value > other : value < other) champion = place;
    }
  }
  return different ? champion : -1;
}

/** What a cell says. */
export function cellText(cell: Cell, kind: CompareRow["kind"]): string {
  if (cell === null) return "";
  if (typeof cell === "string") return cell;
  if (kind === "time") return formatMoment(cell);
  return kind === "duration" ? formatClock(cell) : formatNumber(cell);
}

/** What it says in full. */
export function cellTitle(cell: Cell, kind: CompareRow["kind"]): string {
  if (typeof cell !== "number") return cell ?? "";
  return kind === "time" ? `${formatMoment(cell)} UTC` : formatFull(cell);
}

// -- code ---------------------------------------------------------------------------------------------------------

const BACK: Record<string, string> = { insert: "delete", delete: "insert" };

/** How source `base` becomes source `other`; the kernel sends each pair once. */
export function between(code: CompareCode, base: number, other: number): Step[] {
  const size = code.sources[base]?.length ?? 0;
  if (base === other) return [["equal", 0, size, 0, size]];
  if (base < other) return code.steps[`${base},${other}`] ?? [];
  const steps = code.steps[`${other},${base}`] ?? [];
  return steps.map(([change, i1, i2, j1, j2]) => [BACK[change] ?? change, j1, j2, i1, i2]);
}

export interface DiffLine {
  kind: "equal" | "changed" | "gap";
  /** Line of the baseline's source, from 0; null where the other run has one more. */
  left: number | null;
  right: number | null;
  /** Lines left out. */
  count?: number;
}

/** Lines beside each other; with `context` equal stretches are left out but for so many lines around changes. */
export function diffLines(steps: readonly Step[], context: number | null): DiffLine[] {
  return steps.flatMap(([change, i1, i2, j1, j2], at) => {
    if (change === "equal") {
      const before = at === 0 ? 0 : (context ?? 0);
      const after = at === steps.length - 1 ? 0 : (context ?? 0);
      return equalLines(i1, i2, j1, context === null ? null : [before, after]);
    }
    const length = Math.max(i2 - i1, j2 - j1);
    return Array.from({ length }, (_, k): DiffLine => {
      const left = i1 + k < i2 ? i1 + k : null;
      return { kind: "changed", left, right: j1 + k < j2 ? j1 + k : null };
    });
  });
}

function equalLines(i1: number, i2: number, j1: number, around: [number, number] | null): DiffLine[] {
  const line = (k: number): DiffLine => ({ kind: "equal", left: i1 + k, right: j1 + k });
  const size = i2 - i1;
  const all = (from: number, to: number) => Array.from({ length: to - from }, (_, k) => line(from + k));
  if (!around || size <= around[0] + around[1] + 1) return all(0, size);
  const [before, after] = around;
  const gap: DiffLine = { kind: "gap", left: null, right: null, count: size - before - after };
  return [...all(0, before), gap, ...all(size - after, size)];
}

/** Lines that were added and taken out. */
export function changeCounts(steps: readonly Step[]): { added: number; removed: number } {
  let [added, removed] = [0, 0];
  for (const [change, i1, i2, j1, j2] of steps) {
    if (change === "equal") continue;
    added += j2 - j1;
    removed += i2 - i1;
  }
  return { added, removed };
}

/** The type, if it is one of a picture that an `img` may show as data; else null. */
export const pictureType = (type: unknown): string | null =>
  typeof type === "string" && /^image\/(png|jpeg|gif|webp)$/.test(type) ? type : null;
