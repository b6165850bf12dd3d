/** Filters as a query; the kernel writes the same (`widgets/selection/query_text.py`). */

import { type Frame, isCodes } from "./columns";
import { type Filter, searched, toMicro } from "./filters";
import { words } from "./words";

/** Everything the runs satisfy: what they were read for, the filters, and the text filter. */
export function wholeQuery(
  frame: Frame | null,
  scope: string,
  filters: readonly Filter[],
  text: string,
): string {
  const parts = filters.flatMap((one) => {
    const column = frame?.byName.get(one.column);
    return column?.field ? [condition(one, column.field, column.kind)] : [];
  });
  const told = [...parts, ...(frame ? words(text).map((word) => wordText(frame, word)) : [])];
  return joined(scope, told);
}

/** A scope with an OR of its own is put in parentheses. */
function joined(scope: string, parts: readonly string[]): string {
  if (parts.length === 0) return scope;
  if (!scope) return parts.join(" AND ");
  return [/\bor\b/i.test(scope) ? `(${scope})` : scope, ...parts].join(" AND ");
}

export function condition(filter: Filter, field: string, kind: string): string {
  if (filter.values) return oneOf(field, filter.values);
  const low = filter.low ?? null;
  const high = kind === "time" && filter.high ? Math.floor(filter.high) : (filter.high ?? null);
  const { open } = filter;
  if (low !== null && high !== null && !open) {
    if (low === high && kind !== "time") return `${field} = ${bound(low, kind)}`;
    return `${field} BETWEEN ${bound(low, kind)} AND ${bound(high, kind)}`;
  }
  const parts: string[] = [];
  if (low !== null)
    parts.push(`${field} ${open === "low" || open === "both" ? ">" : ">="} ${bound(low, kind)}`);
  if (high !== null)
    parts.push(`${field} ${open === "high" || open === "both" ? "<" : "<="} ${bound(high, kind)}`);
  return parts.join(" AND ");
}

function oneOf(field: string, values: readonly (string | number | null)[]): string {
  const told = values
    .filter((value) => value !== null)
    .map((value) => (typeof value === "string" ? quoted(value) : number(value)));
  const there = told.length === 1 ? `${field} = ${told[0]}` : `${field} IN (${told.join(", ")})`;
  if (!values.includes(null)) return there;
  return told.length > 0 ? `(${there} OR ${field} IS NULL)` : `${field} IS NULL`;
}

/** A word of the text filter with the columns in which it is found now. */
function wordText(frame: Frame, word: string): string {
  const parts = frame.columns.flatMap((column) => {
    if (!isCodes(column) || !column.field) return [];
    const found = column.values.filter((value) => searched(column, value).includes(word));
    if (found.length === 0) return [];
    return [column.kind === "status" ? oneOf(column.field, found) : like(column.field, word)];
  });
  if (parts.length === 0) return like("name", word);
  return parts.length === 1 ? (parts[0] as string) : `(${parts.join(" OR ")})`;
}

const like = (field: string, word: string): string =>
  `${field} ILIKE ${quoted(`%${word.replace(/[\\%_]/g, "\\$&")}%`)}`;

/** All the digits needed to read it back: "4", "0.003", "1e-5". */
export function number(value: number): string {
  if (Number.isInteger(value) && Math.abs(value) <= 1e15) return String(value + 0);
  const size = Math.abs(value);
  const text = size < 1e-4 || size >= 1e16 ? value.toExponential() : String(value);
  return text.replace("e+", "e");
}

function bound(value: number, kind: string): string {
  if (kind !== "time") return number(value);
  const told = toMicro(value);
  const whole = Math.floor(told);
  const fraction = (told - whole)
    .toFixed(6)
    .slice(1)
    .replace(/\.?0*$/, "");
  return `'${new Date(whole * 1000).toISOString().slice(0, 19)}${fraction}'`;
}

const quoted = (text: string): string => `'${text.replaceAll("'", "''")}'`;
