/** The Vega-Lite spec that Altair built, fitted to a panel: size, scales, colours; and its compiled form. */

import type { Axis } from "./series";

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
 * A copy of `spec` for one panel. Lines read the data set "series", areas the data set "raw"; title, legend,
 * parameters and inline data go, because the page around the plot shows those.
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
  return { ...top, layer: layers.map((layer) => unit(layer, options, shared)) };
}

/**
 * What an area becomes: the values behind a smoothed line, drawn as a faint line from low to high. Where every point is
 * there, low and high are one, and an area of no height would show nothing.
 */
const RAW = { type: "line", opacity: 0.3, strokeWidth: 1 };

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
  const { tooltip: _, order: __, opacity: ___, y2: ____, strokeDash, ...kept } = encoding;
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
  if (strokeDash && !area) out["strokeDash"] = ordinal(child(encoding, "strokeDash"), options.dashes);
  return out;
}

const X_LABELS: Record<Axis, Json> = {
  step: {},
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
    ...X_LABELS[axis],
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

function ordinal(channel: Json, range: unknown[]): Json {
  const { condition: _, ...kept } = channel;
  return { ...kept, type: "ordinal", scale: { domain: range.map((__, i) => i), range }, legend: null };
}

/** Name of the signal that holds the zoomed x range (null = all of the data). */
export const X_SIGNAL = "smtw_x";

/** Let `X_SIGNAL` overrule the x domain of a compiled Vega spec, so that a zoom does not compile again. */
export function withZoom(compiled: Json, domain: readonly [number, number] | null): Json {
  const scales = Array.isArray(compiled["scales"]) ? compiled["scales"] : [];
  const signals = Array.isArray(compiled["signals"]) ? compiled["signals"] : [];
  return {
    ...compiled,
    signals: [...signals, { name: X_SIGNAL, value: domain }],
    scales: scales.map((scale) =>
      isObject(scale) && scale["name"] === "x" ? { ...scale, domainRaw: { signal: X_SIGNAL } } : scale,
    ),
  };
}
