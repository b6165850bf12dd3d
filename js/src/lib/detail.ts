/** One run in full, as the kernel pushes it, and what its tabs say. */

import { formatClock, formatMoment } from "./format";
import type { JobRow } from "./jobs";

export const TABS = ["overview", "metrics", "params", "artifacts", "code", "logs", "system", "jobs"] as const;
export type Tab = (typeof TABS)[number];
/** Name and value. */
export type Pair = [string, string];

export interface DetailMetric {
  name: string;
  last: number | null;
  min: number | null;
  max: number | null;
  mean: number | null;
  std: number | null;
  count: number;
  best: "min" | "max";
  system: boolean;
}

export interface DetailArtifact {
  name: string;
  direction: string;
  type: string;
  value: string;
  /** Whether it is a file that can be looked at. */
  file: boolean;
}

export interface DetailCode {
  /** Why there is nothing. */
  nothing?: string;
  source?: string | null;
  cut?: boolean;
  inputs?: string[][];
  more?: number;
  modules?: string;
  git?: Pair[];
  diff?: string;
  diff_cut?: boolean;
  kept?: string;
}

export interface DetailState {
  name: string;
  experiment: string;
  group: string;
  status: string;
  /** Seconds since the epoch by the kernel's clock; `now` is when the state was made. */
  started: number | null;
  ended: number | null;
  now: number;
  home: string;
  /** Whether the kernel pushes what changes. */
  live: boolean;
  /** What went wrong: "bad" or "warn", and a line. */
  notes: Pair[];
  about: Pair[];
  /** Name, value, and whether it is a number. */
  parameters: [string, string, boolean][];
  tags: Pair[];
  metrics: DetailMetric[];
  artifacts: DetailArtifact[];
  code: DetailCode;
  logs: { error: string; output: string; cut: boolean };
  system: Pair[];
  /** Jobs started under it; no rows before they were asked for. */
  jobs?: { count: number; rows: JobRow[] | null };
  packages: string[];
}

/** What there is to see of a file. */
export type Preview =
  | { kind: "image"; type: string; size?: number }
  | { kind: "table"; header: string[]; rows: [string, boolean][][]; more: string; size?: number }
  | { kind: "facts"; text: string; rows: Pair[]; size?: number }
  | { kind: "text"; text: string; more: string; size?: number }
  | { kind: "note" | "error"; text: string; size?: number };

const TITLES: Record<Tab, string> = {
  overview: "Overview",
  metrics: "Metrics",
  params: "Parameters",
  artifacts: "Artifacts",
  code: "Code",
  logs: "Logs",
  system: "System",
  jobs: "Jobs",
};

export const tabTitle = (tab: Tab): string => TITLES[tab];

/** How many there are on a tab; null where that says nothing. */
export function tabCount(tab: Tab, state: DetailState): number | null {
  if (tab === "metrics") return state.metrics.filter((one) => !one.system).length;
  if (tab === "params") return state.parameters.length;
  if (tab === "jobs") return state.jobs?.count ?? 0;
  return tab === "artifacts" ? state.artifacts.length : null;
}

/** The tabs that are there: most runs start no jobs. */
export const tabsOf = (state: DetailState, tab: Tab): readonly Tab[] =>
  TABS.filter((one) => one !== "jobs" || one === tab || (state.jobs?.count ?? 0) > 0);

/** The tab that a key leads to among `tabs`; null for other keys. */
export function tabAfter(tab: Tab, key: string, tabs: readonly Tab[] = TABS): Tab | null {
  const at = tabs.indexOf(tab);
  const last = tabs.length - 1;
  if (key === "ArrowRight") return tabs[at === last ? 0 : at + 1] ?? null;
  if (key === "ArrowLeft") return tabs[at === 0 ? last : at - 1] ?? null;
  if (key === "Home") return tabs[0] ?? null;
  return key === "End" ? (tabs[last] ?? null) : null;
}

/** "fraud-detection · group xgb-sweep · 2:45"; `since` seconds after an open run's state arrived. */
export function headText(state: DetailState, since: number): string {
  const parts = [state.experiment, state.group ? `group ${state.group}` : ""];
  if (state.started !== null) {
    if (state.ended !== null) parts.push(formatClock(state.ended - state.started));
    else if (state.live) parts.push(formatClock(state.now - state.started + since));
    else parts.push(`started ${formatMoment(state.started)} UTC`);
  }
  return parts.filter((part) => part !== "").join(" · ");
}

/** Rows of which some text contains `query`, whatever its case. */
export function search<T>(rows: readonly T[], query: string, texts: (row: T) => string[]): T[] {
  const wanted = query.trim().toLowerCase();
  if (!wanted) return [...rows];
  return rows.filter((row) => texts(row).some((text) => text.toLowerCase().includes(wanted)));
}

/** Where `query` is in `text`, whatever its case; at most `limit` places. */
export function places(text: string, query: string, limit = 2000): number[] {
  const found: number[] = [];
  if (!query) return found;
  const lower = text.toLowerCase();
  // Lower case may be longer than the text (İ): then places would be shifted, and the text is searched as it is.
  const same = lower.length === text.length;
  const [where, what] = same ? [lower, query.toLowerCase()] : [text, query];
  for (
    let at = where.indexOf(what);
    at >= 0 && found.length < limit;
    at = where.indexOf(what, at + what.length)
  )
    found.push(at);
  return found;
}

const IMAGES = ["image/png", "image/jpeg", "image/gif", "image/bmp", "image/webp", "image/svg+xml"];

/** Data URL of an image of a known type; null for anything else. In an `<img>`, an SVG can neither run nor load. */
export function imageUrl(type: string, bytes: Uint8Array): string | null {
  if (!IMAGES.includes(type)) return null;
  let text = "";
  for (let i = 0; i < bytes.length; i += 8192) text += String.fromCharCode(...bytes.subarray(i, i + 8192));
  return `data:${type};base64,${btoa(text)}`;
}

/** "16 B", "24 kB", "1.2 MB": the rule of `charts/numbers.py`. */
export function formatSize(bytes: number | null | undefined): string {
  if (bytes === null || bytes === undefined) return "";
  let size = bytes;
  let unit = "B";
  for (const next of ["kB", "MB", "GB", "TB"]) {
    if (size < 1000) break;
    size /= 1000;
    unit = next;
  }
  return `${unit === "B" || size >= 10 ? Math.round(size) : size.toFixed(1)} ${unit}`;
}
