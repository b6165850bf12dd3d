/** What the view of a model's versions shows: which metrics have columns, and how two versions differ. */

import { deltaText, deltaTone } from "./deltas";
import { formatNumber } from "./format";
import { statusLabel } from "./status";

export interface ModelVersion {
  name: string;
  version: number;
  status: string;
  run: string;
  experiment: string;
  model: string;
  image: string;
  commit: string;
  description: string;
  note: string;
  created_by: string;
  arn: string;
  /** Seconds since the epoch. */
  created: number | null;
  metrics: Record<string, number>;
  parameters: Record<string, number | string>;
  metadata: Record<string, string>;
}

export interface ModelData {
  group: string;
  versions: ModelVersion[];
  remarks: string[];
  /** The good end of each metric. */
  best: Record<string, "min" | "max">;
  /** Whether there is a kernel that reads again and decides. */
  again: boolean;
}

export interface Row {
  kind: "metric" | "parameter" | "fact";
  name: string;
  base: string;
  other: string;
  delta: string;
  tone: "better" | "worse" | "";
  same: boolean;
}

const FACTS: [keyof ModelVersion, string][] = [
  ["status", "status"],
  ["run", "run"],
  ["experiment", "experiment"],
  ["commit", "commit"],
  ["image", "image"],
  ["model", "model"],
  ["description", "description"],
];

/** Names of all metrics, those of the newest versions first. */
export const metricNames = (versions: readonly ModelVersion[]): string[] => [
  ...new Set(versions.flatMap((one) => Object.keys(one.metrics))),
];

/** "4 versions · approved: 3". */
export function modelsHeadline(versions: readonly ModelVersion[]): string {
  if (versions.length === 0) return "";
  const approved = versions.filter((one) => one.status === "Approved").map((one) => one.version);
  const count = `${versions.length} version${versions.length === 1 ? "" : "s"}`;
  return approved.length > 0 ? `${count} · approved: ${Math.max(...approved)}` : `${count} · none approved`;
}

/** The versions after one is clicked: at most two, of which the one picked first gives way. */
export function picked(selected: readonly number[], version: number): number[] {
  if (selected.includes(version)) return selected.filter((one) => one !== version);
  return [...selected.slice(-1), version];
}

/** All that two versions have, metrics first; `base` is what the other is measured against. */
export function modelDifferences(base: ModelVersion, other: ModelVersion, best: ModelData["best"]): Row[] {
  const rows: Row[] = [];
  for (const name of names(base.metrics, other.metrics))
    rows.push(row("metric", name, base.metrics[name], other.metrics[name], best[name]));
  for (const name of names(base.parameters, other.parameters))
    rows.push(row("parameter", name, base.parameters[name], other.parameters[name]));
  for (const [key, label] of FACTS)
    if (base[key] || other[key]) rows.push(row("fact", label, told(base, key), told(other, key)));
  return rows;
}

const told = (version: ModelVersion, key: keyof ModelVersion): string =>
  key === "status" ? statusLabel(version.status) : String(version[key]);

type Value = number | string | undefined;

function row(kind: Row["kind"], name: string, base: Value, other: Value, best?: "min" | "max"): Row {
  const numbers = typeof base === "number" && typeof other === "number";
  return {
    kind,
    name,
    base: shown(base),
    other: shown(other),
    delta: numbers && base !== other ? deltaText(other, base) : "",
    tone: numbers ? deltaTone(other, base, best) : "",
    same: base === other,
  };
}

const shown = (value: Value): string =>
  value === undefined ? "" : typeof value === "number" ? formatNumber(value) : value;

const names = (one: object, two: object): string[] =>
  [...new Set([...Object.keys(one), ...Object.keys(two)])].sort();
