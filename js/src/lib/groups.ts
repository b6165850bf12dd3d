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

/** "depth" of "params.depth". */
export function shortBand(band: string): string {
  return band.replace(/^(params|tags|metrics)\./, "");
}

/** The series of one metric by their runs' labels, in the labels' order; a run without one is among "other runs". */
export function groupsOf(series: readonly Series[], labels: Readonly<Record<string, string>>): Group[] {
  const found = new Map<string, Series[]>();
  const single = Object.keys(labels).length === 0;
  for (const one of series) {
    const label = single ? "all runs" : (labels[one.header.run] ?? "other runs");
    found.set(label, [...(found.get(label) ?? []), one]);
  }
  const order = new Map(labelOrder(labels, found.keys()).map((label, place) => [label, place]));
  return [...found]
    .map(([label, members]) => ({ label, members, ...markOf(order.get(label) as number) }))
    .sort((a, b) => (order.get(a.label) as number) - (order.get(b.label) as number));
}

/** All labels, also those that no series of this metric has, so that a group looks the same in every panel. */
function labelOrder(labels: Readonly<Record<string, string>>, shown: Iterable<string>): string[] {
  const all = [...new Set([...Object.values(labels), ...shown])];
  return all.sort((a, b) => a.localeCompare(b, "en", { numeric: true }));
}

/** The mark of group number `place`, as `charts/palette.py` gives runs theirs. */
function markOf(place: number): { colour: number; dash: number } {
  const colour = place % COLOURS;
  return { colour, dash: (colour + Math.floor(place / COLOURS)) % COLOURS };
}
