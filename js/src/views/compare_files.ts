/** Artifacts side by side; their contents come when they are asked for. */

import type { Asking } from "../asking";
import { button, h, setText } from "../dom";
import { type CompareArtifact, pictureType } from "../lib/compare";
import { formatNumber } from "../lib/format";
import { middleCut, plural } from "../lib/text";
import { type Columns, headRow } from "./compare_table";

export interface Preview {
  kind: "image" | "table" | "text" | "none";
  size?: number;
  type?: string;
  data?: string;
  header?: string[];
  rows?: (number | string | boolean | null)[][];
  more?: number | null;
  text?: string;
  note?: string;
}

export const artifactKey = (direction: unknown, name: unknown): string => `${direction}\u0000${name}`;

/** Previews by artifact, then by run; kept until the runs are read again. */
export type Previews = Map<string, Map<string, Preview | null>>;

export function filesTable(
  rows: readonly CompareArtifact[],
  columns: Columns,
  previews: Previews,
  asking: Asking,
): HTMLElement {
  const body = h("tbody", "");
  for (const row of rows) {
    if (columns.shown.some((place) => row.of[place])) body.append(fileRow(row, columns, previews, asking));
  }
  return h("table", "cmp cmp-files", {}, headRow("Artifacts", columns), body);
}

function fileRow(row: CompareArtifact, columns: Columns, previews: Previews, asking: Asking): HTMLElement {
  const found = previews.get(artifactKey(row.direction, row.name));
  const name = h("th", "cmp-name", { scope: "row", title: row.name });
  const label = h("div", "cmp-label", {}, middleCut(row.name, 34));
  if (row.direction === "input") label.append(h("span", "aside", {}, " input"));
  name.append(label);
  if (!found) name.append(openButton(row, asking));
  const line = h("tr", "", {}, name);
  for (const place of columns.shown) {
    const held = row.of[place];
    const box = h("td", place === columns.baseline ? "cmp-base" : "");
    if (held) {
      const run = columns.runs[place]?.name ?? "";
      const preview = found?.get(run);
      const told = held.type || (held.value.startsWith("s3://") ? "file" : "text");
      box.append(
        h("div", "aside", { title: held.value }, told),
        ...(preview ? [previewOf(preview, `${row.name} of ${run}`)] : []),
      );
    } else box.append(h("span", "aside", {}, "none"));
    line.append(box);
  }
  return line;
}

function openButton(row: CompareArtifact, asking: Asking): HTMLElement {
  const open = button("Show", "link", { "aria-label": `Show ${row.name}` });
  open.addEventListener("click", () => {
    asking.ask({ type: "artifact", direction: row.direction, name: row.name });
    setText(open, "Reading…");
  });
  return open;
}

function previewOf(preview: Preview, label: string): HTMLElement {
  if (preview.kind === "image") return picture(preview, label);
  if (preview.kind === "table") return table(preview, label);
  if (preview.kind === "text") {
    const more = preview.more ? [h("div", "aside", {}, `and ${plural(preview.more, "more line")}`)] : [];
    const text = h(
      "pre",
      "cmp-text",
      { tabindex: 0, role: "region", "aria-label": label },
      preview.text ?? "",
    );
    return h("div", "", {}, text, ...more);
  }
  return h("div", "aside", {}, preview.note ?? "No preview.");
}

/** As data of a type that was checked: an `img` runs nothing, and loads nothing else. */
function picture(preview: Preview, label: string): HTMLElement {
  const type = pictureType(preview.type);
  if (!type || !/^[A-Za-z0-9+/=]*$/.test(preview.data ?? "")) return h("div", "aside", {}, "No preview.");
  const image = h("img", "cmp-image", { alt: label });
  image.src = `data:${type};base64,${preview.data ?? ""}`;
  return image;
}

function table(preview: Preview, label: string): HTMLElement {
  const head = h(
    "tr",
    "",
    {},
    ...(preview.header ?? []).map((name) => h("th", "", { scope: "col" }, middleCut(name, 24))),
  );
  const rows = (preview.rows ?? []).map((row) => h("tr", "", {}, ...row.map((cell) => tableCell(cell))));
  const inside = h(
    "table",
    "cmp-inner",
    { "aria-label": label },
    h("thead", "", {}, head),
    h("tbody", "", {}, ...rows),
  );
  const more = preview.more ? [h("div", "aside", {}, `and ${plural(preview.more, "more row")}`)] : [];
  return h("div", "cmp-scroll", {}, inside, ...more);
}

function tableCell(cell: number | string | boolean | null): HTMLElement {
  const text = typeof cell === "number" ? formatNumber(cell) : cell === null ? "" : String(cell);
  return h("td", typeof cell === "number" ? "right" : "", {}, middleCut(text, 40));
}
