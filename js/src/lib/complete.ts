/** What a query can go on with at the cursor: fields of the runs at hand, and the words of the language. */

import type { Frame } from "./columns";

export interface Completion {
  /** The part of the text that an option replaces. */
  from: number;
  to: number;
  options: string[];
}

const FIELDS = ["name", "status", "experiment", "group", "message", "created_by", "notes"];
const MOMENTS = ["started", "ended", "created", "modified", "duration"];
const WORDS = ["AND", "OR", "NOT", "IN", "LIKE", "ILIKE", "BETWEEN", "IS NULL", "IS NOT NULL"];
const FAMILIES = new Set(["params", "metrics", "tags"]);
const STATISTIC = /^(.+)\.(last|min|max|avg|std|count)$/s;
const PLAIN = /^[\p{L}\p{N}_.:/@+-]+$/u;
const TOKEN = /[^\s(),<>=!]*$/u;
const MOST = 8;

/** Names as they stand in a query: `params.depth`, `metrics.auc.max`, ``params.`my depth` ``. */
export function queryNames(frame: Frame | null): string[] {
  const names = new Set([...FIELDS, ...MOMENTS]);
  for (const { name, field = "" } of frame?.columns ?? []) {
    if (field.startsWith("columns.")) names.add(field);
    const dot = name.indexOf(".");
    const family = name.slice(0, Math.max(dot, 0));
    if (!FAMILIES.has(family)) continue;
    const rest = name.slice(dot + 1);
    const found = family === "metrics" ? STATISTIC.exec(rest) : null;
    if (!found) names.add(`${family}.${quoted(rest)}`);
    else {
      const metric = `${family}.${quoted(found[1] ?? "")}`;
      names.add(metric);
      names.add(`${metric}.${found[2]}`);
    }
  }
  return [...names];
}

/** Options at `cursor`: those that begin with what stands before it come first; none inside a text in quotes. */
export function complete(text: string, cursor: number, names: readonly string[]): Completion {
  const before = text.slice(0, cursor);
  const token = TOKEN.exec(before)?.[0] ?? "";
  const nothing = { from: cursor, to: cursor, options: [] };
  if (token === "" || inText(before)) return nothing;
  const wanted = token.toLowerCase();
  const begins = (name: string) => name.toLowerCase().startsWith(wanted);
  const fields = names.filter((name) => name.toLowerCase().includes(wanted));
  const words = WORDS.filter(begins);
  const options = [...fields.filter(begins), ...words, ...fields.filter((name) => !begins(name))];
  if (options[0] === token) return nothing;
  return { from: cursor - token.length, to: cursor, options: options.slice(0, MOST) };
}

function quoted(name: string): string {
  return PLAIN.test(name) ? name : `\`${name.replaceAll("`", "``")}\``;
}

/** Whether the text breaks off within quotes. */
function inText(before: string): boolean {
  let open = "";
  for (const sign of before) {
    if (open !== "") open = sign === open ? "" : open;
    else if (sign === "'" || sign === '"') open = sign;
  }
  return open !== "";
}
