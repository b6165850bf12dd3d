/** Series as they come over the wire, and each as a pyramid over the x axis that is shown. */

import { alignedBytes, doubles } from "./columns";
import { buildPyramid, type Level } from "./pyramid";
import { smoothEma } from "./smooth";

export type Axis = "step" | "time" | "relative";

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
}

/** One metric of one run, with its pyramids made when they are first asked for. */
export class Series {
  private readonly pyramids = new Map<Axis, Level[]>();
  private readonly smoothed = new Map<string, Float64Array>();

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

  /** Pyramid over `axis`, finest level first. */
  levels(axis: Axis): Level[] {
    let levels = this.pyramids.get(axis);
    if (!levels) {
      levels = buildPyramid(this.finest(axis));
      this.pyramids.set(axis, levels);
    }
    return levels;
  }

  /** The finest level's middle line smoothed by `weight`. */
  smooth(axis: Axis, weight: number): Float64Array {
    const key = `${axis} ${weight}`;
    let line = this.smoothed.get(key);
    if (!line) {
      this.smoothed.clear();
      line = smoothEma(
        (this.levels(axis)[0] as Level).mid,
        weight,
        this.header.count / Math.max(1, this.header.n),
      );
      this.smoothed.set(key, line);
    }
    return line;
  }

  private finest(axis: Axis): Level {
    const { time, low, high } = this;
    const { origin } = this.header;
    const x = axis === "step" ? this.step : time.map((t) => (axis === "time" ? t * 1000 : t - origin));
    const mid = low === high ? low : low.map((value, i) => (value + (high[i] as number)) / 2);
    return ascending({ x, low, high, mid });
  }
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

/** A resumed run or a clock set back leaves x unordered: sort, so that windows can be found by bisection. */
function ascending(level: Level): Level {
  const { x } = level;
  if (x.every((value, i) => i === 0 || value >= (x[i - 1] as number))) return level;
  const order = Uint32Array.from(x.keys()).sort((a, b) => (x[a] as number) - (x[b] as number) || a - b);
  const take = (values: Float64Array) => Float64Array.from(order, (i) => values[i] as number);
  return { x: take(x), low: take(level.low), high: take(level.high), mid: take(level.mid) };
}
