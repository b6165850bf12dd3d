/** Points drawn straight into pixels: a hundred thousand of them take a few milliseconds, whatever the shape. */

export const SHAPES = ["circle", "square", "triangle", "diamond", "cross", "wedge"] as const;
export type Shape = (typeof SHAPES)[number];

export interface Stamp {
  /** Pixels from its middle to its edge; its side is twice that and one. */
  half: number;
  /** How much of each pixel it covers, 0 to 255. */
  cover: Uint8Array;
}

export interface Pixels {
  width: number;
  height: number;
  data: Uint8ClampedArray;
}

const SAMPLES = 4;
const made = new Map<string, Stamp>();

/** A shape of a radius in device pixels. */
export function stampOf(shape: Shape, radius: number): Stamp {
  const key = `${shape}${radius.toFixed(2)}`;
  const known = made.get(key);
  if (known) return known;
  const half = Math.ceil(radius + 0.5);
  const side = 2 * half + 1;
  const cover = new Uint8Array(side * side);
  for (let y = 0; y < side; y += 1)
    for (let x = 0; x < side; x += 1) cover[y * side + x] = covered(shape, radius, x - half, y - half);
  const stamp = { half, cover };
  made.set(key, stamp);
  return stamp;
}

function covered(shape: Shape, radius: number, x: number, y: number): number {
  let hits = 0;
  for (let i = 0; i < SAMPLES; i += 1)
    for (let j = 0; j < SAMPLES; j += 1) {
      const dx = (x - 0.5 + (i + 0.5) / SAMPLES) / radius;
      const dy = (y - 0.5 + (j + 0.5) / SAMPLES) / radius;
      if (inside(shape, dx, dy)) hits += 1;
    }
  return Math.round((hits * 255) / (SAMPLES * SAMPLES));
}

/** Whether a point is in the shape of radius 1; all shapes cover about as much. */
function inside(shape: Shape, x: number, y: number): boolean {
  const [ax, ay] = [Math.abs(x), Math.abs(y)];
  if (shape === "circle") return x * x + y * y <= 1;
  if (shape === "square") return ax <= 0.87 && ay <= 0.87;
  if (shape === "diamond") return ax + ay <= 1.2;
  if (shape === "cross") return (ax <= 0.36 || ay <= 0.36) && ax <= 1 && ay <= 1;
  const up = shape === "triangle" ? y : -y;
  return up <= 0.8 && ax <= (up + 1.05) * 0.58;
}

/** Put a stamp in a colour (red, green, blue) at a pixel. */
export function press(pixels: Pixels, stamp: Stamp, x: number, y: number, colour: readonly number[]): void {
  const { data, width, height } = pixels;
  const { half, cover } = stamp;
  const side = 2 * half + 1;
  const [red, green, blue] = colour as [number, number, number];
  const [left, top] = [Math.round(x) - half, Math.round(y) - half];
  const [fromX, toX] = [Math.max(0, -left), Math.min(side, width - left)];
  const [fromY, toY] = [Math.max(0, -top), Math.min(side, height - top)];
  for (let dy = fromY; dy < toY; dy += 1) {
    let at = ((top + dy) * width + left + fromX) * 4;
    for (let dx = fromX; dx < toX; dx += 1, at += 4) {
      const part = cover[dy * side + dx] as number;
      if (part === 0) continue;
      const under = data[at + 3] as number;
      if (part === 255 || under === 0) {
        data[at] = red;
        data[at + 1] = green;
        data[at + 2] = blue;
        data[at + 3] = Math.max(part, under);
        continue;
      }
      const share = part / 255;
      data[at] = (data[at] as number) * (1 - share) + red * share;
      data[at + 1] = (data[at + 1] as number) * (1 - share) + green * share;
      data[at + 2] = (data[at + 2] as number) * (1 - share) + blue * share;
      data[at + 3] = part + under * (1 - share);
    }
  }
}

/** "#rrggbb" as red, green and blue. */
export function rgb(colour: string): [number, number, number] {
  const value = Number.parseInt(colour.slice(1), 16);
  return [(value >> 16) & 255, (value >> 8) & 255, value & 255];
}
