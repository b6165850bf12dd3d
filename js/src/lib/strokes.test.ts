import assert from "node:assert/strict";
import { test } from "node:test";
import { NO_EMPHASIS } from "./emphasis";
import { DASHES } from "./palette";
import { chartRows, extentOf, PLAIN } from "./rows";
import { type Brush, drawRows, hairs, type Pen, placer, trace } from "./strokes";
import { seriesOf } from "./testing";

const same = (value: number) => value;

/** A pen that notes each path with the look that it was drawn in. */
function noting(hair: number | null = null) {
  const drawn: string[] = [];
  const look = { strokeStyle: "", fillStyle: "", lineWidth: 0, globalAlpha: 0 };
  let dash: number[] = [];
  let at = [0, 0];
  const pen = Object.assign(look, {
    translate: (x: number, y: number) => {
      at = [(at[0] as number) + x, (at[1] as number) + y];
    },
    setLineDash: (next: number[]) => {
      dash = next;
    },
    stroke: (path: { text: string }) =>
      drawn.push(`${look.strokeStyle} ${look.globalAlpha} ${look.lineWidth} [${dash}] ${path.text}`),
    fill: (path: { text: string }) => drawn.push(`${look.fillStyle} ${look.globalAlpha} fill ${path.text}`),
  });
  const brush: Brush = { pen: pen as unknown as Pen, path: noted, hair };
  return { brush, drawn, at: () => at };
}

const noted = () => ({
  text: "",
  moveTo(x: number, y: number) {
    this.text += `M${x} ${y}`;
  },
  lineTo(x: number, y: number) {
    this.text += `L${x} ${y}`;
  },
  closePath() {
    this.text += "Z";
  },
});

test("values have the pixels that d3's scales give them", () => {
  const linear = placer({ domain: [10, 20], range: [100, 0], log: false });
  assert.deepEqual([10, 15, 25].map(linear), [100, 50, -50]);
  const log = placer({ domain: [1, 1000], range: [0, 300], log: true });
  assert.deepEqual([1, 10, 100].map(log).map(Math.round), [0, 100, 200]);
  assert.equal(placer({ domain: [5, 5], range: [0, 40], log: false })(5), 20);
});

test("a missing value breaks a line, and a point by itself is a dot", () => {
  const path = noted();
  const [a, b, none] = [1, 2, Number.NaN];
  trace(path, [0, 1, 2, 3, 4, 5], [a, b, none, a, none, none], same, same);
  assert.equal(path.text, "M0 1L1 2M3 1Z");
});

test("what is picked is drawn last, in its colour, dash, width and opacity", () => {
  const series = ["a", "b", "c"].map((run, i) => seriesOf([1, 2], { run, colour: i, dash: i }));
  const emphasis = { ...NO_EMPHASIS, selected: new Set(["a"]) };
  const { brush, drawn } = noting();
  const colours = ["#0", "#1", "#2", "#3", "#4", "#5", "#6", "#7"];
  drawRows(brush, chartRows(series, { ...PLAIN, emphasis }), same, same, colours);
  assert.deepEqual(drawn, ["#6 0.6 1 [] M0 1L1 2", "#6 0.6 1 [] M0 1L1 2", "#0 1 2.2 [] M0 1L1 2"]);
  const plain = noting();
  drawRows(plain.brush, chartRows(series, PLAIN), same, same, colours);
  assert.ok(
    plain.drawn.some((one) => one.startsWith(`#1 1 1.6 [${DASHES[1]}]`)),
    plain.drawn.join("\n"),
  );
});

test("behind a smoothed line its values are faint and solid; a band lies below all, with its gaps", () => {
  const nan = Number.NaN;
  const smooth = noting();
  const one = seriesOf([0, 1, 0], { run: "a", dash: 2 });
  drawRows(smooth.brush, chartRows([one], { ...PLAIN, smooth: 0.5 }), same, same, ["#0"]);
  assert.equal(smooth.drawn[0], "#0 0.3 1 [] M0 0L1 1L2 0");
  assert.equal(smooth.drawn.length, 2);
  const banded = noting();
  const two = [seriesOf([1, 2, nan, 3, 4], { run: "a" }), seriesOf([3, 4, nan, 5, 6], { run: "b" })];
  drawRows(banded.brush, chartRows(two, { ...PLAIN, groups: {} }), same, same, ["#0"]);
  assert.equal(banded.drawn[0], "#0 0.2 fill M0 3L1 4L1 2L0 1ZM3 5L4 6L4 4L3 3Z");
});

test("axes show all that is drawn, and only that", () => {
  const one = seriesOf([5, 1, 9, Number.NaN], { run: "a" });
  assert.deepEqual(extentOf(chartRows([one], PLAIN)), { x: [0, 2], y: [1, 9] });
  assert.deepEqual(extentOf(chartRows([one], { ...PLAIN, smooth: 0.9 }))?.y, [1, 9]);
  assert.equal(extentOf(chartRows([seriesOf([Number.NaN])], PLAIN)), null);
});

test("a wide line is several fine ones where those are quicker, as wide from every side; a faint one is itself", () => {
  const { brush, drawn, at } = noting(1);
  const series = ["a", "b"].map((run) => seriesOf([1, 2], { run }));
  const emphasis = { ...NO_EMPHASIS, dimmed: new Set(["a"]) };
  drawRows(brush, chartRows(series, { ...PLAIN, emphasis }), same, same, ["#0"]);
  assert.equal(drawn.length, 4);
  assert.ok(
    drawn.every((one) => one.includes(" 1 [] ")),
    drawn.join("\n"),
  );
  assert.ok(at().every((one) => Math.abs(one) < 1e-9));
  for (const more of [0.6, 1.2])
    for (let angle = 0; angle < 3.2; angle += 0.1) {
      const across = hairs(more).map(([x, y]) => x * Math.cos(angle) + y * Math.sin(angle));
      const wide = Math.max(...across) - Math.min(...across);
      assert.ok(Math.abs(wide - more) < 0.08 * more, `${wide} for ${more}`);
    }
});
