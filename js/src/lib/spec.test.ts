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
} as const;
const options = (change = {}) => ({ ...OPTIONS, ...change });
async function view(change = {}, domain: [number, number] | null = null): Promise<View> {
  const compiled = compile(panelSpec(SPEC, options(change)) as never).spec;
  const shown = new View(parse(withZoom(compiled as never, domain) as never), { renderer: "none" });
  shown.data("series", [
    { x: 1, y: 0.5 },
    { x: 3, y: 20 },
  ]);
  return shown.runAsync();
}

test("the axes show what they are told to, and nothing is drawn but them", async () => {
  const shown = await view();
  const domain = shown.scale("y").domain() as [number, number];
  assert.ok(domain[0] <= 0.5 && domain[1] >= 20);
  assert.deepEqual(shown.scale("x").domain(), [1, 3]);
  const roles = new Set<string>();
  const walk = (item: { items?: unknown[]; role?: string }) => {
    if (item.role) roles.add(item.role);
    for (const one of item.items ?? []) walk(one as typeof item);
  };
  walk((shown.scenegraph() as unknown as { root: never }).root);
  assert.ok(roles.has("axis-label") && !roles.has("mark"), [...roles].join(", "));
});

test("a zoom overrules the data's range and can be taken back without compiling", async () => {
  const shown = await view({}, [1.5, 2.5]);
  assert.deepEqual(shown.scale("x").domain(), [1.5, 2.5]);
  await shown.signal(X_SIGNAL, null).runAsync();
  assert.deepEqual(shown.scale("x").domain(), [1, 3]);
});

test("the range of y can be overruled, and a chart may have no point", async () => {
  const shown = await view();
  await shown.signal(Y_SIGNAL, [0.25, 7.5]).runAsync();
  assert.deepEqual(shown.scale("y").domain(), [0.25, 7.5]);
  await shown.signal(Y_SIGNAL, null).data("series", []).runAsync();
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
