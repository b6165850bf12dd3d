/** What the live card says, worked out from the state the kernel pushed. */

import { formatClock, formatCount, formatNumber } from "./format";
import type { JobRow } from "./jobs";
import type { Work } from "./pace";
import { plural } from "./text";

export interface MetricState {
  name: string;
  last: number;
  best: number;
  best_step: number | null;
  step: number | null;
  n: number;
}

export interface SparkState {
  name: string;
  /** Byte offset of `n` x values; `n` y values follow. */
  offset: number;
  n: number;
}

export interface RunState {
  status: string;
  name: string;
  experiment: string;
  group: string;
  /** Seconds since the epoch by the kernel's clock; `now` is when the state was pushed. */
  started: number;
  ended: number | null;
  now: number;
  home: string;
  metrics: MetricState[];
  sparks: SparkState[];
  /** CPU, memory and GPUs by the last sample; absent or empty without system metrics. */
  system?: string[];
  parameters: number;
  files: number;
  waiting: number;
  trouble: string;
  message: string;
  /** How many of `metrics` were asked for; they come first. */
  first?: number;
  /** Where the work is, as the run, a tqdm bar or the run's parameters tell it. */
  progress: Work | null;
  /** "stopped at 124 of 200", of a run that did not come to its end. */
  stopped?: string;
  /** Jobs that were started under it. */
  jobs?: JobRow[];
  /** The large file that is being sent; null or absent when none is. */
  upload?: { text: string; done: number; total: number } | null;
}

export const isOver = (state: RunState): boolean => state.ended !== null;

/** Seconds the run has lasted, `since` seconds after the state arrived. */
export function elapsed(state: RunState, since: number): number {
  return state.ended === null ? Math.max(0, state.now - state.started + since) : state.ended - state.started;
}

/** "1:42 · about 1:03 left"; `left` in seconds, null where nobody can tell. */
export function timeText(seconds: number, left: number | null): string {
  return left === null ? formatClock(seconds) : `${formatClock(seconds)} · about ${formatClock(left)} left`;
}

/** "fraud-detection · group xgb-sweep". */
export function placeText(state: RunState): string {
  return state.group ? `${state.experiment} · group ${state.group}` : state.experiment;
}

/** "best 0.2171 at 117". */
export function bestText(metric: MetricState): string {
  const at = metric.best_step === null ? "" : ` at ${formatCount(metric.best_step)}`;
  return `best ${formatNumber(metric.best)}${at}`;
}

/** What the bar shows: the work of an open run, else the large file on its way. */
export function barState(state: RunState): { label: string; done: number; total: number } | null {
  const { progress, upload } = state;
  if (progress && progress.total !== null && !isOver(state))
    return { label: "Progress", done: progress.done, total: progress.total };
  return upload ? { label: "Upload", done: upload.done, total: upload.total } : null;
}

/** "step 124 of 200", "epoch 3 of 10", "step 12" where the number of steps is not known. */
export function workText(work: Work): string {
  const amount = (value: number) => (Number.isInteger(value) ? formatCount(value) : formatNumber(value));
  const of = work.total === null ? "" : ` of ${amount(work.total)}`;
  return `${work.label ?? "step"} ${amount(work.done)}${of}`;
}

/** How many metrics have a tile: four, or all that were asked for up to twelve. */
export const tileCount = (state: RunState): number =>
  Math.min(state.metrics.length, Math.max(4, Math.min(12, state.first ?? 0)));

/** The foot line: the facts of a card that is open, and in any case the file on its way. */
export function footTexts(state: RunState, open: boolean): string[] {
  return [...(open ? factTexts(state) : []), ...(state.upload ? [state.upload.text] : [])];
}

/** The facts of the foot line, in order. */
export function factTexts(state: RunState): string[] {
  const step = Math.max(-1, ...state.metrics.map((metric) => metric.step ?? -1));
  const facts: string[] = [];
  if (state.progress) facts.push(workText(state.progress));
  else if (step >= 0) facts.push(`step ${formatCount(step)}`);
  const counts = [plural(state.parameters, "parameter"), plural(state.files, "file")];
  facts.push(counts.filter((text) => !text.startsWith("0 ")).join(" · "));
  const more = state.metrics.length - tileCount(state);
  if (more > 0) facts.push(`${more} more ${more === 1 ? "metric" : "metrics"}`);
  facts.push((state.system ?? []).join(" · "));
  return facts.filter((text) => text !== "");
}

/** One line of a finished run: how long it took and what came out. */
export function outcomeText(state: RunState): string {
  const parts = [placeText(state), formatClock(elapsed(state, 0)), state.stopped ?? ""];
  for (const metric of state.metrics.slice(0, 2)) parts.push(`${metric.name} ${formatNumber(metric.last)}`);
  return parts.filter((part) => part !== "").join(" · ");
}
