import assert from "node:assert/strict";
import { test } from "node:test";
import { colouring, ramp, STEPS } from "./colouring";
import type { Column } from "./columns";
import { scaleOf } from "./scales";
import { frameOf } from "./testing";
import { luminance } from "./theme";

const css = (colour: string) => {
  const value = Number.parseInt(colour.slice(1), 16);
  return `rgb(${value >> 16}, ${(value >> 8) & 255}, ${value & 255})`;
};
const light = (colour: string) => luminance(css(colour)) as number;

test("the ramp gets steadily darker or lighter, and the good end stands out most", () => {
  for (const theme of ["light", "dark"] as const) {
    const good = ramp(theme, "max").map(light);
    const falls = good.every(
      (value, i) =>
        i === 0 || (theme === "light" ? value < (good[i - 1] as number) : value > (good[i - 1] as number)),
    );
    assert.ok(falls, theme);
    assert.deepEqual(ramp(theme, "min"), ramp(theme, "max").reverse());
  }
});

test("numbers are coloured by their place, missing ones apart", () => {
  const frame = frameOf(["a", "b", "c"], { x: [0, 10, Number.NaN] });
  const column = frame.byName.get("x") as Column;
  const made = colouring(column, scaleOf(column, false), "light");
  assert.deepEqual([...(made.of ?? [])], [0, STEPS - 1, STEPS]);
  assert.equal(made.colours.length, STEPS + 1);
});

test("of texts the most frequent have colours of their own", () => {
  const texts = ["a", "b", "b", "c", "d", "e", "f", "g", "g", null];
  const frame = frameOf(texts.map(String), {}, { kind: texts });
  const column = frame.byName.get("kind") as Column;
  const made = colouring(column, scaleOf(column, false), "dark");
  assert.equal(made.labels.length, 7);
  assert.equal(made.labels[6], "other");
  assert.ok(made.labels.includes("b") && made.labels.includes("g"));
  assert.equal(made.of?.[9], 6);
  assert.equal(colouring(undefined, null, "dark").of, null);
});
