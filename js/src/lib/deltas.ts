/** How far a value is from the baseline's: the rules of `charts/deltas.py`, tested against the same cases. */

import { formatNumber } from "./format";

const MINUS = "−";

/** "+.0125", "−.0024", "+3"; "" where either is missing, "0" where they are equal. */
export function deltaText(value: number, base: number): string {
  const delta = value - base;
  if (!Number.isFinite(delta)) return "";
  if (delta === 0) return "0";
  return `${delta < 0 ? MINUS : "+"}${size(Math.abs(delta), Math.max(places(value), places(base)))}`;
}

/** As many places as the values show; two digits where that would be nothing. */
function size(delta: number, decimals: number): string {
  const told = Number(delta.toFixed(Math.min(decimals, 12)));
  const short = formatNumber(told >= 10 ** -decimals * 2 ? told : Number(delta.toPrecision(2)));
  return short.startsWith("0.") ? short.slice(1) : short;
}

/** Places after the point that `value` is shown with. */
function places(value: number): number {
  const text = formatNumber(value);
  const [mantissa = "", power = "0"] = text.split("e");
  const point = mantissa.indexOf(".");
  return Math.max(0, (point < 0 ? 0 : mantissa.length - point - 1) - Number(power));
}

/** Whether `value` is better than the baseline's, by which end of the column is the good one. */
export function deltaTone(
  value: number,
  base: number,
  best: "min" | "max" | undefined,
): "better" | "worse" | "" {
  if (!best || value === base || !Number.isFinite(value - base)) return "";
  return value > base === (best === "max") ? "better" : "worse";
}
