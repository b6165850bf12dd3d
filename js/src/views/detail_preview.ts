/** What there is to see of a file. */

import { h } from "../dom";
import { imageUrl, type Preview } from "../lib/detail";
import { factsGrid, rowsTable } from "./fact_table";

export function previewNode(preview: Preview, name: string, bytes: DataView | undefined): HTMLElement {
  switch (preview.kind) {
    case "image":
      return image(preview.type, name, bytes);
    case "table":
      return table(preview.header, preview.rows, preview.more);
    case "facts":
      return h("div", "", {}, h("div", "quiet", {}, preview.text), factsGrid(preview.rows));
    case "text":
      return h(
        "div",
        "",
        {},
        h("pre", "block", { tabindex: 0, role: "group", "aria-label": name }, preview.text),
        h("div", "aside", {}, preview.more),
      );
    default:
      return h("div", preview.kind === "error" ? "warn" : "quiet", {}, preview.text);
  }
}

function image(type: string, name: string, bytes: DataView | undefined): HTMLElement {
  const url = bytes ? imageUrl(type, new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength)) : null;
  if (!url) return h("div", "quiet", {}, "Nothing to see of this kind of file.");
  return h("img", "picture", { alt: name, src: url });
}

function table(header: string[], rows: [string, boolean][][], more: string): HTMLElement {
  const numeric = header.map(
    (_, i) => rows.length > 0 && rows.every((row) => row[i]?.[1] || row[i]?.[0] === ""),
  );
  const cells = rows.map((row) => row.map(([text]) => text));
  return h(
    "div",
    "",
    {},
    h(
      "div",
      "scroll-x",
      { tabindex: 0, role: "group", "aria-label": "Preview" },
      rowsTable("Preview", header, cells, numeric),
    ),
    h("div", "aside", {}, more),
  );
}
