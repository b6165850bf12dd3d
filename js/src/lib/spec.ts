/** The axes of the Vega-Lite spec that Altair built, fitted to a panel; its lines are drawn by `strokes.ts`. */

import { type Axis, isMetric } from "./axis";

type Json = Record<string, unknown>;

export interface PanelOptions {
  axis: Axis;
  logX: boolean;
  logY: boolean;
  width: number;
  height: number;
}

const isObject = (value: unknown): value is Json =>
  typeof value === "object" && value !== null && !Array.isArray(value);
const child = (parent: Json, name: string): Json => (isObject(parent[name]) ? parent[name] : {});

/**
 * The axes of `spec` for one panel, over the data set "series" of rows x and y; title, legend, parameters and inline data
 * go, because the page around the plot shows those.
 */
export function panelSpec(spec: Json, options: PanelOptions): Json {
  const layers = Array.isArray(spec["layer"]) ? spec["layer"].filter(isObject) : [spec];
  // The last one is the line.
  const encoding = { ...child(spec, "encoding"), ...child(layers.at(-1) ?? {}, "encoding") };
  return {
    ...("$schema" in spec ? { $schema: spec["$schema"] } : {}),
    data: { name: "series" },
    width: options.width,
    height: options.height,
    autosize: { type: "fit", contains: "padding" },
    mark: { type: "line" },
    encoding: {
      x: xChannel(child(encoding, "x"), options),
      y: yChannel(child(encoding, "y"), options),
      order: { value: null },
    },
  };
}

const X_LABELS: Record<string, Json> = {
  time: { labelExpr: "smtwTime(datum.value, domain('x'))" },
  relative: { labelExpr: "smtwDuration(datum.value)" },
};

function xChannel(x: Json, { axis, logX }: PanelOptions): Json {
  const time = axis === "time";
  const log = logX && !time;
  const scale = time
    ? { type: "utc", nice: false }
    : { type: log ? "log" : "linear", nice: false, zero: false };
  const ticks = log ? { values: { expr: "smtwLogTicks(domain('x'), width / 90)" } } : {};
  const labels = {
    ...child(x, "axis"),
    title: null,
    labelExpr: undefined,
    format: undefined,
    ...(isMetric(axis) ? {} : X_LABELS[axis]),
    ...ticks,
  };
  return {
    ...x,
    field: "x",
    type: time ? "temporal" : "quantitative",
    title: null,
    sort: null,
    scale,
    axis: labels,
  };
}

function yChannel(y: Json, { logY }: PanelOptions): Json {
  const scale = logY ? { type: "log", nice: false } : { type: "linear", zero: false, nice: true };
  const ticks = logY ? { values: { expr: "smtwLogTicks(domain('y'), height / 40)" }, format: "~g" } : {};
  return {
    ...y,
    field: "y",
    type: "quantitative",
    title: null,
    scale,
    axis: { ...child(y, "axis"), title: null, ...ticks },
  };
}

/** Names of the signals that hold the ranges of x and y to show (null = all of the data). */
export const X_SIGNAL = "smtw_x";
export const Y_SIGNAL = "smtw_y";

/**
 * Let the signals overrule the domains of a compiled Vega spec, so that a zoom does not compile again; and leave the marks
 * to our own painter, which takes a tenth of the time.
 */
export function withZoom(compiled: Json, domain: readonly [number, number] | null): Json {
  const list = (name: string): unknown[] => (Array.isArray(compiled[name]) ? compiled[name] : []);
  const signals: Record<string, string> = { x: X_SIGNAL, y: Y_SIGNAL };
  return {
    ...compiled,
    signals: [...list("signals"), { name: X_SIGNAL, value: domain }, { name: Y_SIGNAL, value: null }],
    scales: list("scales").map((scale) => {
      const signal = isObject(scale) ? signals[String(scale["name"])] : undefined;
      return isObject(scale) && signal ? { ...scale, domainRaw: { signal } } : scale;
    }),
    marks: [],
  };
}
