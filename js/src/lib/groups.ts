/** Runs that are averaged together, and what they are called. */

import type { Series } from "./series";

export interface Group {
  label: string;
  colour: number;
  dash: number;
  members: Series[];
}

export const ALL = "all";
const COLOURS = 6;

/** Columns that runs can be averaged by, "all" first. */
export function bandsOf(groups: Readonly<Record<string, unknown>> | undefined): string[] {
  return [ALL, ...Object.keys(groups ?? {}).filter((name) => name !== ALL)];
}

/** Each run's label by `band`; null where none is drawn, or the kernel has not told it yet. */
export function labelsOf(
  band: string,
  groups: Readonly<Record<string, Record<string, string>>> | undefined,
): Readonly<Record<string, string>> | null {
  if (band === "") return null;
  return band === ALL ? {} : (groups?.[band] ?? null);
}

/** Labels of stored runs, and of those that are open. */
export function mergeGroups(...parts: (Groups | undefined)[]): Groups {
  const merged: Record<string, Record<string, string>> = {};
  for (const part of parts)
    for (const [band, labels] of Object.entries(part ?? {})) merged[band] = { ...merged[band], ...labels };
  return merged;
}

type Groups = Readonly<Record<string, Record<string, string>>>;

/** "depth" of "params.depth". */
export function shortBand(band: string): string {
  return band.replace(/^(params|tags|metrics)\./, "");
}

/** The series of one metric by their runs' labels, in the labels' order; a run without one is among "other runs". */
export function groupsOf(series: readonly Series[], labels: Readonly<Record<string, string>>): Group[] {
  const found = new Map<string, Series[]>();
  const single = Object.keys(labels).length === 0;
  for (const one of series) {
    const { run } = one.header;
    // A run may be called "constructor".
    const own = Object.hasOwn(labels, run) ? labels[run] : undefined;
    const label = single ? "all runs" : (own ?? "other runs");
    const members = found.get(label) ?? [];
    members.push(one);
    found.set(label, members);
  }
  const order = new Map(labelOrder(labels, found.keys()).map((label, place) => [label, place]));
  return [...found]
    .map(([label, members]) => ({ label, members, ...markOf(order.get(label) as number) }))
    .sort((a, b) => (order.get(a.label) as number) - (order.get(b.label) as number));
}

/** All labels, also those that no series of this metric has, so that a group looks the same in every panel. */
function labelOrder(labels: Readonly<Record<string, string>>, shown: Iterable<string>): string[] {
  const all = [...new Set([...Object.values(labels), ...shown])];
  return inLabelOrder(all);
}

/** Numbers in labels by their size, as `charts/prepare.py` has them: lr 0.001 before lr 0.01. */
export function inLabelOrder(labels: readonly string[]): string[] {
  const keys = new Map(labels.map((label) => [label, label.split(/(\d+(?:\.\d+)?)/)]));
  return [...keys.keys()].sort((a, b) => {
    const [left, right] = [keys.get(a) as string[], keys.get(b) as string[]];
    for (let i = 0; i < Math.min(left.length, right.length); i += 1) {
      const [one, other] = [left[i] as string, right[i] as string];
      const order = i % 2 === 1 ? Number(one) - Number(other) : one < other ? -1 : one > other ? 1 : 0;
      if (order !== 0) return order;
    }
    return left.length - right.length;
  });
}

/** The mark of group number `place`, as `charts/palette.py` gives runs theirs. */
function markOf(place: number): { colour: number; dash: number } {
  const colour = place % COLOURS;
  return { colour, dash: (colour + Math.floor(place / COLOURS)) % COLOURS };
}
