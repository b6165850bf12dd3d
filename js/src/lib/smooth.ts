/** Smoothing of a series: the kinds of `reading/smoothing.py`, tested against the same cases. */

export type SmoothKind = "ema" | "mean" | "gauss";
export const SMOOTH_KINDS: readonly SmoothKind[] = ["ema", "mean", "gauss"];

/** Sigmas to either side that a Gaussian has. */
const REACH = 4;
/** Sigma up to which a Gaussian is added up point by point, and bins per sigma above that. */
const EXACT = 64;
const BINS = 32;
/** The heaviest weight of an exponential average. */
const HEAVIEST = 0.99;

/**
 * Smooth `values`; `points` is how many logged points one value stands for.
 *
 * `amount` is the weight of what came before (ema), the width of the window (mean) or the standard deviation (gauss),
 * the last two in points. A missing value stays missing and does not disturb its neighbours.
 */
export function smooth(
  values: Float64Array,
  kind: SmoothKind,
  amount: number,
  points = 1,
): Float64Array<ArrayBufferLike> {
  const each = Math.max(points, 1);
  if (kind === "mean") return smoothMean(values, Math.round(Math.floor(Math.floor(amount) / 2) / each));
  if (kind === "gauss") return smoothGauss(values, amount / each);
  return smoothEma(values, Math.min(amount, HEAVIEST), each);
}

/** Exponential moving average with bias correction, so that the first values are not pulled towards zero. */
export function smoothEma(values: Float64Array, weight: number, points = 1): Float64Array {
  if (weight <= 0) return values;
  const keep = Math.min(weight, 0.999) ** Math.max(points, 1);
  const out = new Float64Array(values.length);
  let sum = 0;
  let mass = 0;
  for (let i = 0; i < values.length; i += 1) {
    const value = values[i] as number;
    if (!Number.isFinite(value)) {
      out[i] = Number.NaN;
      continue;
    }
    sum = keep * sum + (1 - keep) * value;
    mass = keep * mass + (1 - keep);
    out[i] = sum / mass;
  }
  return out;
}

/** Mean of the `half` points on each side; fewer at the ends. Nothing is ever taken off a sum again. */
function smoothMean(values: Float64Array, half: number): Float64Array {
  if (half < 1) return values;
  const n = values.length;
  const reach = Math.min(half, n);
  const size = 2 * reach + 1;
  const sums = windowSums(values, reach, size, (value) => (Number.isFinite(value) ? value : 0));
  const counts = windowSums(values, reach, size, (value) => (Number.isFinite(value) ? 1 : 0));
  return within(values, (i) => (sums[i] as number) / Math.max(1, counts[i] as number));
}

/** For each point the sum over its window: the end of one block of as many points and the beginning of the next. */
function windowSums(
  values: Float64Array,
  half: number,
  size: number,
  term: (value: number) => number,
): Float64Array {
  const n = values.length;
  const padded = Math.ceil((n + 2 * half) / size) * size;
  const at = (i: number) => (i < half || i >= half + n ? 0 : term(values[i - half] as number));
  const heads = new Float64Array(padded);
  const tails = new Float64Array(padded);
  for (let i = 0; i < padded; i += 1) heads[i] = at(i) + (i % size === 0 ? 0 : (heads[i - 1] as number));
  for (let i = padded - 1; i >= 0; i -= 1)
    tails[i] = at(i) + (i % size === size - 1 ? 0 : (tails[i + 1] as number));
  return Float64Array.from({ length: n }, (_, i) =>
    // A window that is one block is in the heads alone.
    i % size === 0 ? (heads[i + size - 1] as number) : (tails[i] as number) + (heads[i + size - 1] as number),
  );
}

function smoothGauss(values: Float64Array, sigma: number): Float64Array {
  if (!(sigma > 0)) return values;
  const known = values.map((value) => (Number.isFinite(value) ? 1 : 0));
  const filled = values.map((value) => (Number.isFinite(value) ? value : 0));
  const weigh = sigma <= EXACT ? convolved : binned;
  const sums = weigh(filled, sigma);
  const weights = weigh(known, sigma);
  return within(values, (i) => (sums[i] as number) / (weights[i] as number));
}

function kernel(sigma: number, half: number): Float64Array {
  return Float64Array.from({ length: half + 1 }, (_, i) => Math.exp(-0.5 * (i / sigma) ** 2));
}

function convolved(values: Float64Array, sigma: number): Float64Array {
  const half = Math.min(Math.ceil(REACH * sigma), values.length);
  return spread(values, kernel(sigma, half), half, 0);
}

/** Sums of `values` weighted by a symmetric kernel, for each point and `beyond` places on both sides. */
function spread(values: Float64Array, weights: Float64Array, half: number, beyond: number): Float64Array {
  const n = values.length;
  const out = new Float64Array(n + 2 * beyond);
  for (let place = 0; place < out.length; place += 1) {
    const centre = place - beyond;
    const from = Math.max(0, centre - half);
    const to = Math.min(n - 1, centre + half);
    let sum = 0;
    for (let i = from; i <= to; i += 1)
      sum += (values[i] as number) * (weights[Math.abs(i - centre)] as number);
    out[place] = sum;
  }
  return out;
}

/** Sums weighted by a wide Gaussian, to a ten thousandth: of bins, and straight between their centres. */
function binned(values: Float64Array, sigma: number): Float64Array {
  const n = values.length;
  const size = Math.floor(Math.floor(Math.min(sigma, n)) / BINS) + 1;
  const bins = new Float64Array(Math.ceil(n / size));
  for (let i = 0; i < n; i += 1) {
    const bin = Math.floor(i / size);
    bins[bin] = (bins[bin] as number) + (values[i] as number);
  }
  const half = Math.min(Math.ceil((REACH * sigma) / size), bins.length);
  const sums = spread(bins, kernel(sigma / size, half), half, half);
  const last = sums.length - 1;
  return Float64Array.from({ length: n }, (_, i) => {
    const place = Math.min(last, Math.max(0, (i + 0.5) / size - 0.5 + half));
    const left = Math.min(last - 1, Math.floor(place));
    if (left < 0) return sums[0] as number;
    return (sums[left] as number) + (place - left) * ((sums[left + 1] as number) - (sums[left] as number));
  });
}

/** Keep gaps, and let no rounding leave the range of the values. */
function within(values: Float64Array, averaged: (i: number) => number): Float64Array {
  let low = Number.POSITIVE_INFINITY;
  let high = Number.NEGATIVE_INFINITY;
  for (const value of values) {
    if (!Number.isFinite(value)) continue;
    low = Math.min(low, value);
    high = Math.max(high, value);
  }
  return values.map((value, i) =>
    Number.isFinite(value) ? Math.min(high, Math.max(low, averaged(i))) : Number.NaN,
  );
}

/**
 * The amount of `kind` that smooths as much as an exponential average of `weight`: as noisy a result from noise.
 * The slider's place is that weight, whatever the kind.
 */
export function amountOf(kind: SmoothKind, weight: number): number {
  if (weight <= 0) return 0;
  const window = (1 + weight) / (1 - weight);
  if (kind === "mean") return Math.max(3, Math.round(window));
  if (kind === "gauss") return Number((window / (2 * Math.sqrt(Math.PI))).toPrecision(2));
  return Number(weight.toFixed(2));
}

/** The place of the slider for an amount: the inverse of `amountOf`, at most the heaviest weight. */
export function weightOf(kind: SmoothKind, amount: number): number {
  if (amount <= 0) return 0;
  const window = kind === "mean" ? amount : amount * 2 * Math.sqrt(Math.PI);
  const weight = kind === "ema" ? amount : (window - 1) / (window + 1);
  return Math.min(HEAVIEST, Math.max(0.01, weight));
}

/** "off", "0.60", "9 points", "σ 2.5". */
export function amountText(kind: SmoothKind, amount: number): string {
  if (amount <= 0) return "off";
  if (kind === "mean") return `${Math.floor(Math.floor(amount) / 2) * 2 + 1} points`;
  return kind === "gauss" ? `σ ${amount}` : amount.toFixed(2);
}
