import assert from "node:assert/strict";
import { test } from "node:test";
import { parse, View } from "vega";
import { compile } from "vega-lite";
import { panelSpec, withZoom, X_SIGNAL, Y_SIGNAL } from "./spec";
import { luminance, themeOf, vegaConfig } from "./theme";
import { logTicks, timeLabel } from "./ticks";

const SPEC = {
  $schema: "https://vega.github.io/schema/vega-lite/v6.json",
  data: { name: "series" },
  title: "t",
  layer: [
    {
      mark: { type: "area", fillOpacity: 0.2 },
      encoding: { y: { field: "low", type: "quantitative" }, y2: { field: "high" } },
    },
    { mark: { type: "line" }, encoding: { y: { field: "y", type: "quantitative" } } },
  ],
  encoding: {
    x: { field: "x", type: "quantitative" },
    color: { field: "c", type: "ordinal" },
    strokeDash: { field: "d", type: "ordinal" },
    detail: { field: "run", type: "nominal" },
  },
};
const OPTIONS = {
  axis: "step",
  logX: false,
  logY: false,
  width: 400,
  height: 200,
  colours: ["#111", "#222"],
  dashes: [[], [2, 2]],
} as const;
const options = (change = {}) => ({
  ...OPTIONS,
  colours: [...OPTIONS.colours],
  dashes: OPTIONS.dashes.map((d) => [...d]),
  ...change,
});
const row = (x: number, y: number | null, change = {}) => ({
  run: "r",
  x,
  y,
  c: 0,
  d: 1,
  o: 1,
  w: 2,
  z: 1,
  ...change,
});

async function view(change = {}, domain: [number, number] | null = null): Promise<View> {
  const compiled = compile(panelSpec(SPEC, options(change)) as never).spec;
  const shown = new View(parse(withZoom(compiled as never, domain) as never), { renderer: "none" });
  shown.data("series", [row(1, 1), row(2, null), row(3, 9)]).data("raw", [row(1, 0.5), row(3, 20)]);
  return shown.runAsync();
}

test("lines and the raw values behind them are two data sets; both count for the y axis", async () => {
  const shown = await view();
  const domain = shown.scale("y").domain() as [number, number];
  assert.ok(domain[0] <= 0.5 && domain[1] >= 20);
  assert.deepEqual(shown.scale("x").domain(), [1, 3]);
  assert.deepEqual(shown.scale("color").range(), ["#111", "#222"]);
});

test("a zoom overrules the data's range and can be taken back without compiling", async () => {
  const shown = await view({}, [1.5, 2.5]);
  assert.deepEqual(shown.scale("x").domain(), [1.5, 2.5]);
  await shown.signal(X_SIGNAL, null).runAsync();
  assert.deepEqual(shown.scale("x").domain(), [1, 3]);
});

/** Runs in the order in which their lines are drawn. */
function drawn(shown: View): string[] {
  const found: string[] = [];
  const walk = (item: { items?: unknown[]; marktype?: string; datum?: { run?: string } }) => {
    const first = item.items?.[0] as { datum?: { run?: string } } | undefined;
    if (item.marktype === "line" && first?.datum?.run) found.push(first.datum.run);
    for (const one of item.items ?? []) walk(one as typeof item);
  };
  walk((shown.scenegraph() as unknown as { root: never }).root);
  return found;
}

test("another emphasis is other data: its order, width and opacity reach the lines without compiling", async () => {
  const shown = await view();
  const lines = (front: string) =>
    ["a", "b", "c"].flatMap((run) =>
      [1, 2].map((x) => row(x, x, run === front ? { run, z: 4, o: 1 } : { run, z: 0, o: 0.5 })),
    );
  shown.data("raw", []);
  for (const front of ["a", "c", "b", "a"]) {
    await shown.data("series", lines(front)).runAsync();
    assert.equal(drawn(shown).at(-1), front);
    assert.equal(drawn(shown).length, 3);
  }
});

test("the range of y can be overruled, and the bands of groups count for it", async () => {
  const shown = await view();
  await shown
    .data(
      "band",
      [1, 2, 3].map((x) => ({ run: "g", x, low: -5, high: 50, c: 0 })),
    )
    .runAsync();
  assert.ok((shown.scale("y").domain() as [number, number])[0] <= -5);
  assert.ok((shown.scale("y").domain() as [number, number])[1] >= 50);
  await shown.signal(Y_SIGNAL, [0.25, 7.5]).runAsync();
  assert.deepEqual(shown.scale("y").domain(), [0.25, 7.5]);
});

test("axes of every kind compile", () => {
  for (const axis of ["step", "time", "relative", "a metric"]) {
    for (const log of [true, false]) {
      const compiled = compile(panelSpec(SPEC, options({ axis, logX: log, logY: log })) as never).spec;
      const scales = compiled.scales ?? [];
      assert.equal(
        scales.find((scale) => scale.name === "x")?.type,
        axis === "time" ? "utc" : log ? "log" : "linear",
      );
      assert.equal(scales.find((scale) => scale.name === "y")?.type, log ? "log" : "linear");
    }
  }
});

test("a spec of one plain line works too, and the given one is left alone", () => {
  const plain = { mark: "line", encoding: SPEC.layer[1]?.encoding, data: { values: [] } };
  const before = JSON.stringify(plain);
  const made = panelSpec(plain, options());
  assert.deepEqual(made["data"], { name: "series" });
  assert.equal(JSON.stringify(plain), before);
});

test("colours tell the theme", () => {
  assert.equal(luminance("rgb(255, 255, 255)"), 1);
  assert.equal(luminance("rgba(0, 0, 0, 0)"), null);
  assert.equal(luminance("color(srgb 1 1 1)"), null);
  assert.equal(themeOf("rgb(33, 33, 33)", "light"), "dark");
  assert.equal(themeOf("nonsense", "light"), "light");
  const config = vegaConfig({ theme: "dark", text: "t", quiet: "q", line: "l", background: "b", font: "f" });
  assert.equal((config["axis"] as Record<string, unknown>)["labelColor"], "q");
});

test("log axes have few, round marks", () => {
  assert.deepEqual(logTicks(0.04, 1, 4), [0.05, 0.1, 0.2, 0.5, 1]);
  assert.deepEqual(logTicks(1, 1e6, 4), [1, 100, 1e4, 1e6]);
  assert.deepEqual(logTicks(0.6, 0.8, 4), [0.6, 0.7, 0.8]);
  assert.deepEqual(logTicks(0, 1, 4), []);
});

test("marks of the time axis are as fine as the span", () => {
  const noon = Date.UTC(2026, 10, 23, 12, 30);
  assert.equal(timeLabel(noon, 3_600_000), "12:30");
  assert.equal(timeLabel(noon + 5000, 60_000), "12:30:05");
  assert.equal(timeLabel(noon, 5 * 86_400_000), "Nov 23 12:30");
  assert.equal(timeLabel(Date.UTC(2026, 10, 23), 3_600_000), "Nov 23");
});
