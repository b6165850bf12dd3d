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

/** SVG path of bars for `counts`; `peak` is the count that fills the height, so that two can share a scale. */
export function barsPath(
  counts: Uint32Array,
  width: number,
  height: number,
  peak = Math.max(...counts),
): string {
  const step = width / counts.length;
  const wide = tenths(step - 1);
  let path = "";
  for (let i = 0; i < counts.length; i += 1) {
    const count = counts[i] as number;
    if (count === 0 || peak === 0) continue;
    const tall = tenths(Math.max(1, (count / peak) * height));
    path += `M${tenths(i * step)} ${height}v-${tall}h${wide}v${tall}z`;
  }
  return path;
}

/** 0 to 250 by tenths: paths are written with every move of a hand, and toFixed is most of that. */
const TENTHS = Array.from({ length: 2501 }, (_, i) => String(i / 10));

const tenths = (value: number): string => TENTHS[Math.round(value * 10)] ?? value.toFixed(1);
