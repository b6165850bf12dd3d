/** Small line pictures: the path of a sparkline and of a header histogram. */

/** SVG path through the points, scaled to `width` x `height`; "" with fewer than two finite points. */
export function sparkPath(x: ArrayLike<number>, y: ArrayLike<number>, width: number, height: number): string {
  const [x0, x1] = extent(x);
  const [y0, y1] = extent(y);
  if (!(x1 > x0)) return "";
  const spread = y1 - y0;
  let path = "";
  let pen = "M";
  for (let i = 0; i < x.length; i += 1) {
    const a = x[i] as number;
    const b = y[i] as number;
    if (!Number.isFinite(a) || !Number.isFinite(b)) {
      pen = "M";
      continue;
    }
    const px = ((a - x0) / (x1 - x0)) * width;
    const py = spread > 0 ? height - ((b - y0) / spread) * height : height / 2;
    path += `${pen}${px.toFixed(1)} ${py.toFixed(1)}`;
    pen = "L";
  }
  return path;
}

/** Lowest and highest finite value; [NaN, NaN] when there is none. */
export function extent(values: ArrayLike<number>): [number, number] {
  let low = Number.NaN;
  let high = Number.NaN;
  for (let i = 0; i < values.length; i += 1) {
    const value = values[i] as number;
    if (!Number.isFinite(value)) continue;
    if (!(value >= low)) low = value;
    if (!(value <= high)) high = value;
  }
  return [low, high];
}

const cut = new WeakMap<Float64Array, { bins: number; codes: Uint8Array }>();

/**
 * Counts of the values in `bins` (at most 255) equal bins between the lowest and the highest; missing values count
 * nowhere. Values that have been counted before must not have changed: a count of some of their rows is a look-up.
 */
export function histogram(values: Float64Array, bins: number, rows?: Uint32Array): Uint32Array {
  const codes = codesOf(values, bins);
  const counts = new Uint32Array(bins + 1);
  if (!rows) for (let i = 0; i < codes.length; i += 1) (counts[codes[i] as number] as number) += 1;
  else for (let i = 0; i < rows.length; i += 1) (counts[codes[rows[i] as number] as number] as number) += 1;
  return counts.subarray(0, bins);
}

/** Bin of each value; `bins` for a missing one. */
function codesOf(values: Float64Array, bins: number): Uint8Array {
  const known = cut.get(values);
  if (known?.bins === bins) return known.codes;
  const codes = new Uint8Array(values.length);
  const [low, high] = extent(values);
  const scale = high > low ? bins / (high - low) : 0;
  for (let i = 0; i < values.length; i += 1) {
    const value = values[i] as number;
    codes[i] = Number.isFinite(value) ? Math.min(bins - 1, Math.floor((value - low) * scale)) : bins;
  }
  cut.set(values, { bins, codes });
  return codes;
}

/** SVG path of bars for `counts`; `peak` is the count that fills the height, so that two can share a scale. */
export function barsPath(
  counts: Uint32Array,
  width: number,
  height: number,
  peak = Math.max(...counts),
): string {
  const step = width / counts.length;
  let path = "";
  counts.forEach((count, i) => {
    if (count === 0 || peak === 0) return;
    const tall = Math.max(1, (count / peak) * height);
    path += `M${(i * step).toFixed(1)} ${height}v${(-tall).toFixed(1)}h${(step - 1).toFixed(1)}v${tall.toFixed(1)}z`;
  });
  return path;
}
