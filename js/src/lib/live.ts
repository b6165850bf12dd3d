/** What the live card says, worked out from the state the kernel pushed. */

import { formatClock, formatCount, formatDuration, formatNumber } from "./format";
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
  /** Last step and the number of steps, where the run's parameters tell it. */
  progress: { done: number; total: number } | null;
  /** The large file that is being sent; null or absent when none is. */
  upload?: { text: string; done: number; total: number } | null;
}

export const isOver = (state: RunState): boolean => state.ended !== null;

/** Seconds the run has lasted, `since` seconds after the state arrived. */
export function elapsed(state: RunState, since: number): number {
  return state.ended === null ? Math.max(0, state.now - state.started + since) : state.ended - state.started;
}

/** Seconds left at the pace so far; null while there is too little to go by. */
export function timeLeft(state: RunState, seconds: number): number | null {
  const progress = state.progress;
  if (!progress || progress.done < 1 || progress.done >= progress.total || seconds < 2) return null;
  return (seconds / progress.done) * (progress.total - progress.done);
}

/** "1:42 · about 1:03 left". */
export function timeText(state: RunState, seconds: number): string {
  const left = timeLeft(state, seconds);
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

/** What the bar shows: the steps of an open run, else the large file on its way. */
export function barState(state: RunState): { label: string; done: number; total: number } | null {
  if (state.progress && !isOver(state)) return { label: "Progress", ...state.progress };
  return state.upload ? { label: "Upload", ...state.upload } : null;
}

/** The foot line: the facts of a card that is open, and in any case the file on its way. */
export function footTexts(state: RunState, open: boolean): string[] {
  return [...(open ? factTexts(state) : []), ...(state.upload ? [state.upload.text] : [])];
}

/** The facts of the foot line, in order. */
export function factTexts(state: RunState): string[] {
  const step = Math.max(-1, ...state.metrics.map((metric) => metric.step ?? -1));
  const facts: string[] = [];
  if (state.progress)
    facts.push(`step ${formatCount(state.progress.done)} of ${formatCount(state.progress.total)}`);
  else if (step >= 0) facts.push(`step ${formatCount(step)}`);
  const counts = [plural(state.parameters, "parameter"), plural(state.files, "file")];
  facts.push(counts.filter((text) => !text.startsWith("0 ")).join(" · "));
  if (state.metrics.length > 4)
    facts.push(`${state.metrics.length - 4} more ${state.metrics.length === 5 ? "metric" : "metrics"}`);
  facts.push((state.system ?? []).join(" · "));
  return facts.filter((text) => text !== "");
}

/** One line of a finished run: how long it took and what came out. */
export function outcomeText(state: RunState): string {
  const parts = [placeText(state), formatDuration(elapsed(state, 0))];
  for (const metric of state.metrics.slice(0, 2)) parts.push(`${metric.name} ${formatNumber(metric.last)}`);
  return parts.filter((part) => part !== "").join(" · ");
}
