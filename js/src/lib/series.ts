/** Series as they come over the wire, and each as a pyramid over the x axis that is shown. */

import { type Axis, isMetric } from "./axis";
import { alignedBytes, doubles } from "./columns";
import { buildPyramid, type Level, lowerBound } from "./pyramid";
import { type SmoothKind, smooth } from "./smooth";

export interface SeriesHeader {
  run: string;
  metric: string;
  colour: number;
  dash: number;
  /** Buckets sent, and the points they stand for. */
  n: number;
  count: number;
  /** Byte offset of `step`; `time`, `low` and, unless exact, `high` follow, each `n` doubles. */
  offset: number;
  /** Every point was sent as it is: low and high are one array. */
  exact: boolean;
  /** Start of the run, seconds since the epoch: zero of the relative axis. */
  origin: number;
}

export interface SeriesSet {
  metrics: string[];
  series: SeriesHeader[];
  title?: string;
  /** Per metric which end is the good one. */
  best?: Record<string, "min" | "max">;
  /** Text for a chart without any point, and what to type. */
  empty?: { text: string; code: string };
  /** Metrics that may be x, and those that are sent for nothing else. */
  x_metrics?: string[];
  only_x?: string[];
  /** Which x the service did not tell with these points: a reading by step has no times. */
  lacks?: "" | "time" | "step";
  /** By column what each run has there: what runs can be averaged by. */
  groups?: Record<string, Record<string, string>>;
  /** Why the last reading went wrong. */
  trouble?: string;
}

interface Pyramid {
  levels: Level[];
  /** The series that x was taken from, where x is another metric. */
  partner: Series | undefined;
}

/** One metric of one run, with its pyramids made when they are first asked for. */
export class Series {
  private readonly pyramids = new Map<Axis, Pyramid>();
  private smoothed: { key: string; levels: Level[]; line: Float64Array } | null = null;
  private peers: ReadonlyMap<string, Series> = new Map();

  constructor(
    readonly header: SeriesHeader,
    readonly step: Float64Array,
    readonly time: Float64Array,
    readonly low: Float64Array,
    readonly high: Float64Array,
  ) {}

  get key(): string {
    return seriesKey(this.header.run, this.header.metric);
  }

  /** The last value there is, in the order of logging; NaN without any. */
  get last(): number {
    for (let i = this.low.length - 1; i >= 0; i -= 1) {
      const [low, high] = [this.low[i] as number, this.high[i] as number];
      if (Number.isFinite(low)) return (low + high) / 2;
    }
    return Number.NaN;
  }

  /** Let the series of a run find each other by metric. */
  meet(peers: ReadonlyMap<string, Series>): void {
    this.peers = peers;
  }

  /** Pyramid over `axis`, finest level first. */
  levels(axis: Axis): Level[] {
    const partner = isMetric(axis) ? this.peers.get(axis) : undefined;
    let known = this.pyramids.get(axis);
    if (!known || known.partner !== partner) {
      known = { levels: buildPyramid(this.finest(axis, partner)), partner };
      this.pyramids.set(axis, known);
    }
    return known.levels;
  }

  /** The finest level's middle line, smoothed. */
  smooth(axis: Axis, kind: SmoothKind, amount: number): Float64Array {
    const key = `${axis} ${kind} ${amount}`;
    const levels = this.levels(axis);
    if (this.smoothed?.key !== key || this.smoothed.levels !== levels) {
      const { count, n } = this.header;
      const line = smooth((levels[0] as Level).mid, kind, amount, count / Math.max(1, n));
      this.smoothed = { key, levels, line };
    }
    return this.smoothed.line;
  }

  private finest(axis: Axis, partner: Series | undefined): Level {
    const { time, low, high } = this;
    const { origin } = this.header;
    const x = isMetric(axis)
      ? joined(this, partner)
      : axis === "step"
        ? this.step
        : time.map((t) => (axis === "time" ? t * 1000 : t - origin));
    const mid = low === high ? low : low.map((value, i) => (value + (high[i] as number)) / 2);
    return ascending({ x, low, high, mid });
  }
}

/**
 * The value of `other` at each step of `one`; NaN where it has none. Of several points at a step the last one counts.
 * Where one of the two is reduced, steps do not meet: a straight line between its neighbours is taken.
 */
function joined(one: Series, other: Series | undefined): Float64Array {
  if (!other) return one.step.map(() => Number.NaN);
  const { x: steps, mid } = other.levels("step")[0] as Level;
  const exact = one.header.exact && other.header.exact;
  return one.step.map((step) => {
    const right = lowerBound(steps, step + 1e-9);
    const at = steps[right - 1];
    if (at === step) return mid[right - 1] as number;
    const next = steps[right];
    if (exact || at === undefined || next === undefined) return Number.NaN;
    const share = (step - at) / (next - at);
    return (mid[right - 1] as number) * (1 - share) + (mid[right] as number) * share;
  });
}

/** Let all series of a run find each other. */
export function introduce(series: readonly Series[]): void {
  const runs = new Map<string, Map<string, Series>>();
  for (const one of series) {
    const peers = runs.get(one.header.run) ?? new Map<string, Series>();
    runs.set(one.header.run, peers.set(one.header.metric, one));
  }
  for (const one of series) one.meet(runs.get(one.header.run) as Map<string, Series>);
}

/** `base` with the series that are newer in place of their older selves. */
export function mergeSeries(base: readonly Series[], newer: readonly Series[]): Series[] {
  const found = new Map(newer.map((one) => [one.key, one]));
  const known = new Set(base.map((one) => one.key));
  return [...base.map((one) => found.get(one.key) ?? one), ...newer.filter((one) => !known.has(one.key))];
}

export const seriesKey = (run: string, metric: string): string => `${run}\u0000${metric}`;

/** The series of one header and its bytes. */
export function decodeSeries(set: SeriesSet | null, buffer: DataView | null): Series[] {
  const bytes = alignedBytes(buffer);
  return (set?.series ?? []).map((header) => {
    const at = (array: number) => doubles(bytes, header.offset + array * header.n * 8, header.n);
    const low = at(2);
    return new Series(header, at(0), at(1), low, header.exact ? low : at(3));
  });
}

/**
 * A resumed run or a clock set back leaves x unordered: sort, so that windows can be found by bisection. What has no x
 * cannot be drawn.
 */
function ascending(level: Level): Level {
  const { x } = level;
  if (x.every((value, i) => Number.isFinite(value) && (i === 0 || value >= (x[i - 1] as number))))
    return level;
  const order = Uint32Array.from(x.keys())
    .filter((i) => Number.isFinite(x[i] as number))
    .sort((a, b) => (x[a] as number) - (x[b] as number) || a - b);
  const take = (values: Float64Array) => Float64Array.from(order, (i) => values[i] as number);
  const low = take(level.low);
  const high = level.high === level.low ? low : take(level.high);
  return { x: take(x), low, high, mid: level.mid === level.low ? low : take(level.mid) };
}
