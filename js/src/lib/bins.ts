/** Columns cut into bins: once for each column, so that counting rows is a look-up. */

import { type Column, isCodes, type NumberColumn } from "./columns";
import { extent } from "./spark";

export const MOST_BINS = 20;
/** A column of at most so many different numbers has a bin for each. */
const MOST_POINTS = 12;
/** Numbers spread wider than this, and evenly in their logarithms, are cut evenly on a log scale. */
const LEAST_RATIO = 20;
/** Whole numbers that spread less have edges between them. */
const MOST_WHOLE = 2000;

export interface Bins {
  /** "points": a bin for each number; "linear", "log": equal widths; "values": a bin for each text. */
  kind: "points" | "linear" | "log" | "values";
  size: number;
  /** Bin of each row; `size` for a missing value. */
  codes: Uint8Array | Uint32Array;
  /** Of points their numbers, ascending; of equal widths the `size` + 1 edges; of texts nothing. */
  marks: Float64Array;
  /** All numbers are whole. */
  whole: boolean;
}

const cache = new WeakMap<Column, Bins>();

export function binsOf(column: Column): Bins {
  let bins = cache.get(column);
  if (!bins) {
    bins = isCodes(column) ? textBins(column.codes, column.values.length) : numberBins(column);
    cache.set(column, bins);
  }
  return bins;
}

function textBins(texts: Int32Array, size: number): Bins {
  const codes = size < 255 ? new Uint8Array(texts.length) : new Uint32Array(texts.length);
  for (let row = 0; row < texts.length; row += 1) {
    const code = texts[row] as number;
    codes[row] = code < 0 ? size : code;
  }
  return { kind: "values", size, codes, marks: new Float64Array(0), whole: false };
}

function numberBins({ data, kind }: NumberColumn): Bins {
  const points = distinct(data);
  if (points) return pointBins(data, points);
  const [low, high] = extent(data);
  const log = kind !== "time" && low > 0 && high / low >= LEAST_RATIO && isLog(data, low, high);
  const whole =
    !log &&
    high - low < MOST_WHOLE &&
    data.every((value) => !Number.isFinite(value) || Number.isInteger(value));
  const marks = log ? logEdges(low, high) : whole ? wholeEdges(low, high) : linearEdges(low, high);
  const codes = cut(data, marks, log);
  return { kind: log ? "log" : "linear", size: marks.length - 1, codes, marks, whole };
}

/** The different finite numbers, ascending; null when there are more than a few, or none. */
function distinct(data: Float64Array): Float64Array | null {
  const seen = new Set<number>();
  for (const value of data) {
    if (!Number.isFinite(value) || seen.has(value)) continue;
    seen.add(value);
    if (seen.size > MOST_POINTS) return null;
  }
  return Float64Array.from(seen).sort();
}

function pointBins(data: Float64Array, marks: Float64Array): Bins {
  const place = new Map([...marks].map((value, i) => [value, i]));
  const codes = Uint8Array.from(data, (value) => place.get(value) ?? marks.length);
  return { kind: "points", size: marks.length, codes, marks, whole: false };
}

/** Whether the middle of a sample lies nearer to the middle of the logarithms than to that of the numbers. */
function isLog(data: Float64Array, low: number, high: number): boolean {
  const step = Math.max(1, Math.floor(data.length / 2000));
  const sample: number[] = [];
  for (let row = 0; row < data.length; row += step) {
    const value = data[row] as number;
    if (Number.isFinite(value)) sample.push(value);
  }
  sample.sort((a, b) => a - b);
  const middle = sample[sample.length >> 1] ?? low;
  const linear = Math.abs((middle - low) / (high - low) - 0.5);
  const log = Math.abs(Math.log(middle / low) / Math.log(high / low) - 0.5);
  return log < linear;
}

function logEdges(low: number, high: number): Float64Array {
  const ratio = Math.log(high / low) / MOST_BINS;
  const edges = Float64Array.from({ length: MOST_BINS + 1 }, (_, i) => low * Math.exp(ratio * i));
  edges[MOST_BINS] = high;
  return edges;
}

function linearEdges(low: number, high: number): Float64Array {
  const edges = Float64Array.from({ length: MOST_BINS + 1 }, (_, i) => low + ((high - low) * i) / MOST_BINS);
  edges[MOST_BINS] = high;
  return edges;
}

/** Edges between the numbers. */
function wholeEdges(low: number, high: number): Float64Array {
  const width = Math.max(1, Math.ceil((high - low + 1) / MOST_BINS));
  const size = Math.ceil((high - low + 1) / width);
  return Float64Array.from({ length: size + 1 }, (_, i) => low - 0.5 + width * i);
}

function cut(data: Float64Array, edges: Float64Array, log: boolean): Uint8Array {
  const size = edges.length - 1;
  const codes = new Uint8Array(data.length);
  const [first, last] = [edges[0] as number, edges[size] as number];
  const scale = log ? size / Math.log(last / first) : size / (last - first || 1);
  for (let row = 0; row < data.length; row += 1) {
    const value = data[row] as number;
    const at = log ? Math.log(value / first) * scale : (value - first) * scale;
    codes[row] = Number.isNaN(value) ? size : at < 0 ? 0 : at >= size ? size - 1 : Math.floor(at);
  }
  return codes;
}

/** Where `value` stands along the bins, 0 to `size`; beyond the ends it is at them. Not for points. */
export function placeOf({ marks, size, kind }: Bins, value: number): number {
  const [first, last] = [marks[0] as number, marks[size] as number];
  const share =
    kind === "log"
      ? Math.log(Math.max(value, first) / first) / Math.log(last / first)
      : (value - first) / (last - first || 1);
  return Math.min(size, Math.max(0, share * size));
}

/** The number that stands at `place`, 0 to `size`. Not for points. */
export function valueAt({ marks, size, kind }: Bins, place: number): number {
  const [first, last] = [marks[0] as number, marks[size] as number];
  const share = place / size;
  return kind === "log" ? first * (last / first) ** share : first + (last - first) * share;
}
