/** The Vega-Lite spec that Altair built, fitted to a panel: size, scales, colours; and its compiled form. */

import { type Axis, isMetric } from "./axis";

type Json = Record<string, unknown>;

export interface PanelOptions {
  axis: Axis;
  logX: boolean;
  logY: boolean;
  width: number;
  height: number;
  colours: string[];
  dashes: number[][];
}

const isObject = (value: unknown): value is Json =>
  typeof value === "object" && value !== null && !Array.isArray(value);
const child = (parent: Json, name: string): Json => (isObject(parent[name]) ? parent[name] : {});

/**
 * A copy of `spec` for one panel. Lines read the data set "series", areas the data set "raw", and the bands of groups
 * lie behind them; title, legend, parameters and inline data go, because the page around the plot shows those.
 */
export function panelSpec(spec: Json, options: PanelOptions): Json {
  const { title: _, params: __, datasets: ___, config: ____, ...rest } = structuredClone(spec);
  const layers = Array.isArray(rest["layer"]) ? rest["layer"].filter(isObject) : null;
  const base: Json = {
    ...rest,
    data: { name: "series" },
    width: options.width,
    height: options.height,
    autosize: { type: "fit", contains: "padding" },
  };
  if (!layers) return unit(base, options, {});
  const { encoding, ...top } = base;
  const shared = isObject(encoding) ? encoding : {};
  return { ...top, layer: [band(options), ...layers.map((layer) => unit(layer, options, shared))] };
}

/** The bands of groups: the data set "band" of rows run, x, low, high and c. */
function band(options: PanelOptions): Json {
  const y = yChannel({}, options);
  const mark = {
    type: "area",
    clip: true,
    tooltip: false,
    opacity: 1,
    fillOpacity: 0.2,
    invalid: "break-paths-filter-domains",
  };
  const encoding = {
    x: xChannel({}, options),
    y: { ...y, field: "low" },
    y2: { field: "high" },
    color: ordinal({ field: "c" }, options.colours),
    detail: { field: "run", type: "nominal" },
    order: { value: null },
  };
  return { data: { name: "band" }, mark, encoding };
}

/**
 * What an area becomes: the values behind a smoothed line, drawn as a faint line from low to high. Where every point is
 * there, low and high are one, and an area of no height would show nothing.
 */
const RAW = { type: "line", strokeOpacity: 0.3, strokeWidth: 1 };

function unit(view: Json, options: PanelOptions, shared: Json): Json {
  const { mark, params: _, title: __, ...rest } = view;
  const definition: Json = isObject(mark) ? mark : { type: mark };
  const area = definition["type"] === "area";
  return {
    ...rest,
    ...(area ? { data: { name: "raw" } } : {}),
    mark: { ...(area ? RAW : definition), clip: true, tooltip: false, invalid: "break-paths-filter-domains" },
    encoding: encodings({ ...shared, ...child(view, "encoding") }, options, area),
  };
}

function encodings(encoding: Json, options: PanelOptions, area: boolean): Json {
  const { tooltip: _, order: __, opacity: ___, y2: ____, strokeWidth: _____, strokeDash, ...kept } = encoding;
  const out: Json = {
    ...kept,
    x: xChannel(child(kept, "x"), options),
    y: yChannel(child(kept, "y"), options),
  };
  // Rows come in drawing order; a bucket's low and high share one x, which sorting would turn round.
  out["order"] = { value: null };
  for (const name of ["color", "stroke", "fill"]) {
    if (name in kept) out[name] = ordinal(child(kept, name), options.colours);
  }
  // Each row says how its line looks: another emphasis is other data, not another chart.
  out["detail"] = [child(kept, "detail"), { field: "z", type: "nominal" }].filter((one) => "field" in one);
  if (area) return out;
  out["strokeOpacity"] = plain("o");
  out["strokeWidth"] = plain("w");
  if (strokeDash) out["strokeDash"] = ordinal(child(encoding, "strokeDash"), options.dashes);
  return out;
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

const plain = (field: string): Json => ({ field, type: "quantitative", scale: null, legend: null });

function ordinal(channel: Json, range: unknown[]): Json {
  const { condition: _, ...kept } = channel;
  return { ...kept, type: "ordinal", scale: { domain: range.map((__, i) => i), range }, legend: null };
}

/** Names of the signals that hold the ranges of x and y to show (null = all of the data). */
export const X_SIGNAL = "smtw_x";
export const Y_SIGNAL = "smtw_y";

/**
 * Let the signals overrule the domains of a compiled Vega spec, so that a zoom does not compile again; and draw lines in
 * the order that their rows say.
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
    marks: list("marks").map((mark) => (isObject(mark) && mark["type"] === "group" ? ordered(mark) : mark)),
  };
}

/** A group of lines in the order of their z. A run and its z make a line: a key of all its looks costs a third of a redraw. */
function ordered(mark: Json): Json {
  const from = child(mark, "from");
  const facet = child(from, "facet");
  const keys = Array.isArray(facet["groupby"]) ? facet["groupby"] : [];
  const groupby = keys.filter((key) => key === "run" || key === "z");
  return { ...mark, from: { ...from, facet: { ...facet, groupby } }, sort: { field: "datum.z" } };
}
