import assert from "node:assert/strict";
import { test } from "node:test";
import { press, rgb, SHAPES, stampOf } from "./stamp";

const canvas = (width: number, height: number) => ({
  width,
  height,
  data: new Uint8ClampedArray(width * height * 4),
});
const covered = (pixels: ReturnType<typeof canvas>) =>
  pixels.data.filter((_, i) => i % 4 === 3 && (pixels.data[i] as number) > 0).length;

test("shapes differ, cover about as much and are full in their middle", () => {
  const areas = SHAPES.map((shape) => stampOf(shape, 5).cover.reduce((sum, part) => sum + part, 0) / 255);
  for (const area of areas) assert.ok(area > 40 && area < 90, String(area));
  assert.equal(new Set(SHAPES.map((shape) => stampOf(shape, 5).cover.join())).size, SHAPES.length);
  for (const shape of SHAPES) {
    const { half, cover } = stampOf(shape, 5);
    assert.equal(cover[half * (2 * half + 1) + half], 255);
  }
});

test("a stamp at the edge is cut, one outside changes nothing", () => {
  const pixels = canvas(10, 10);
  press(pixels, stampOf("circle", 3), 0, 0, [1, 2, 3]);
  const corner = covered(pixels);
  assert.ok(corner > 4 && corner < 25);
  press(pixels, stampOf("circle", 3), -50, 5, [1, 2, 3]);
  press(pixels, stampOf("circle", 3), 5, 90, [1, 2, 3]);
  assert.equal(covered(pixels), corner);
});

test("the last stamp is on top", () => {
  const pixels = canvas(9, 9);
  press(pixels, stampOf("square", 3), 4, 4, rgb("#ff0000"));
  press(pixels, stampOf("circle", 2), 4, 4, rgb("#0000ff"));
  assert.deepEqual([...pixels.data.subarray((4 * 9 + 4) * 4, (4 * 9 + 4) * 4 + 4)], [0, 0, 255, 255]);
});
