/** Names and values in a table. */

import { h } from "../dom";

const LONG = 300;

/** Two columns without a head: what is known, one fact a row. */
export function factsGrid(rows: readonly (readonly [string, string])[]): HTMLElement {
  const cells = rows.map(([name, value]) =>
    h("div", "fact", {}, h("dt", "quiet", {}, name), h("dd", "", { dir: "auto" }, valueNode(value))),
  );
  return h("dl", "facts-grid", {}, ...cells);
}

/** A table with a head; the first cell of a row names it. */
export function rowsTable(
  label: string,
  header: readonly string[],
  rows: readonly (readonly (string | HTMLElement)[])[],
  numeric: readonly boolean[] = [],
): HTMLTableElement {
  const kind = (i: number) => (numeric[i] ? "num-cell" : "");
  const head = h("tr", "", {}, ...header.map((name, i) => h("th", kind(i), { scope: "col" }, name)));
  const body = rows.map((row) =>
    h(
      "tr",
      "",
      {},
      ...row.map((cell, i) => {
        const inside = typeof cell === "string" ? valueNode(cell) : cell;
        return i === 0
          ? h("th", "row-name", { scope: "row", dir: "auto" }, inside)
          : h("td", kind(i), { dir: "auto" }, inside);
      }),
    ),
  );
  return h(
    "table",
    "detail-table",
    { "aria-label": label },
    h("thead", "", {}, head),
    h("tbody", "", {}, ...body),
  );
}

/** A text as it is; the rest of a long one opens with a click. */
function valueNode(text: string): Node {
  if (text.length <= LONG) return document.createTextNode(text);
  const begin = Array.from(text.slice(0, LONG)).slice(0, -1).join("");
  return h("details", "long", {}, h("summary", "", {}, `${begin}…`), text);
}

export const section = (title: string, ...more: (HTMLElement | string)[]): HTMLElement =>
  h("div", "section", {}, h("div", "section-title", {}, title), ...more);

export const nothing = (words: string): HTMLElement => h("p", "quiet nothing", {}, words);
