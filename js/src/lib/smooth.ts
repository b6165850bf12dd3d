/** Smoothing of a series. */

/**
 * Exponential moving average with bias correction, so that the first values are not pulled towards zero.
 *
 * `weight` is 0 (none) to below 1; `points` is how many logged points one value stands for. A missing value stays
 * missing and does not disturb what follows.
 */
export function smoothEma(values: Float64Array, weight: number, points = 1): Float64Array {
  if (weight <= 0) return values;
  const keep = Math.min(weight, 0.9999) ** Math.max(points, 1);
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
