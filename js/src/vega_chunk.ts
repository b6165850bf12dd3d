/** The second bundle: Vega and Vega-Lite, sent gzipped once per page. Tooltips are ours, so vega-tooltip is not in it. */

export { Error as ErrorLevel, expressionFunction, parse, View } from "vega";
export { compile } from "vega-lite";
