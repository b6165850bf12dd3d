/** Texts of any length in a place of limited length. */

import { formatCount } from "./format";

/** `text` cut in the middle to at most `limit` characters: both ends of a run's name tell it from its neighbours. */
export function middleCut(text: string, limit: number): string {
  const characters = Array.from(text);
  if (characters.length <= limit) return text;
  const keep = Math.max(2, limit - 1);
  const head = Math.ceil(keep / 2);
  return `${characters.slice(0, head).join("")}…${characters.slice(characters.length - (keep - head)).join("")}`;
}

/** "1 run", "2 runs", "1,204 points". */
export function plural(count: number, noun: string): string {
  return `${formatCount(count)} ${noun}${count === 1 ? "" : "s"}`;
}

/** "400 runs", or "149 of 400 runs" where some are left out. */
export function runsShown(shown: number, total: number): string {
  const all = plural(total, "run");
  return shown === total ? all : `${formatCount(shown)} of ${all}`;
}
