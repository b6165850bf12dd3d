/** Numbers, durations and times as texts: the rules of `charts/numbers.py`, tested against the same cases. */

const INTEGER_LIMIT = 1e15;

/** 4 significant digits; integers in full; "" for a missing value (null). */
export function formatNumber(value: number | null | undefined): string {
  if (value === null || value === undefined) return "";
  if (Number.isNaN(value)) return "NaN";
  if (!Number.isFinite(value)) return value > 0 ? "∞" : "-∞";
  if (Number.isInteger(value) && Math.abs(value) < INTEGER_LIMIT) return String(value + 0);
  const size = Math.abs(value);
  if (size >= 1e6 || size < 1e-4) return exponent(value);
  return fixed(value);
}

/** All the digits needed to read the value back. */
export function formatFull(value: number | null | undefined): string {
  return value === null || value === undefined || !Number.isFinite(value)
    ? formatNumber(value)
    : String(value + 0);
}

/** "1,204". */
export const formatCount = (count: number): string => String(count).replace(/\B(?=(\d{3})+$)/g, ",");

/** "0.8 s", "9.4 s", "42 s", "1:05", "2:03:10": tenths under ten seconds, and nothing rounded up. */
export function formatClock(seconds: number | null | undefined): string {
  if (seconds === null || seconds === undefined || Number.isNaN(seconds)) return "";
  if (seconds === Number.POSITIVE_INFINITY) return "∞";
  const passed = Math.max(seconds, 0);
  const whole = Math.floor(passed);
  if (whole < 10 && passed !== whole) return `${(Math.floor(passed * 10) / 10).toFixed(1)} s`;
  if (whole < 60) return `${whole} s`;
  const two = (value: number) => String(value).padStart(2, "0");
  const minutes = Math.floor(whole / 60);
  if (whole < 3600) return `${minutes}:${two(whole % 60)}`;
  return `${Math.floor(minutes / 60)}:${two(minutes % 60)}:${two(whole % 60)}`;
}

/** A duration on an axis: its ticks may lie closer than a tenth of a second. */
export const formatPassed = (seconds: number): string =>
  seconds === 0 ? "0" : seconds < 10 ? `${formatNumber(seconds)} s` : formatClock(seconds);

/** "just now", "3 min ago", a date after 30 days; both times in seconds since the epoch. */
export function formatRelative(then: number, now: number): string {
  const passed = Math.trunc(now - then);
  if (passed < 5) return "just now";
  if (passed < 60) return `${passed} s ago`;
  if (passed < 3600) return `${Math.floor(passed / 60)} min ago`;
  if (passed < 86400) return `${Math.floor(passed / 3600)} h ago`;
  if (passed < 30 * 86400) return `${Math.floor(passed / 86400)} d ago`;
  return formatMoment(then).slice(0, 10);
}

/** "2026-11-23 05:54", UTC as everywhere in the service. */
export function formatMoment(then: number | null | undefined): string {
  if (then === null || then === undefined || !Number.isFinite(then)) return "";
  return new Date(then * 1000).toISOString().slice(0, 16).replace("T", " ");
}

function fixed(value: number): string {
  const shortest = String(value);
  if (significant(shortest) <= 4) return shortest;
  const places = Math.max(3 - Math.floor(Math.log10(Math.abs(value))), 0);
  const rounded = value.toFixed(places);
  // 0.99999 became 1.0000
  return places && significant(rounded) > 4 ? value.toFixed(places - 1) : rounded;
}

const significant = (text: string): number => text.replace(/[-.]/g, "").replace(/^0+/, "").length;

function exponent(value: number): string {
  const [mantissa = "", power = ""] = value.toExponential(3).split("e");
  const short = mantissa.replace(/\.?0+$/, "");
  return `${short}e${Number(power)}`;
}
