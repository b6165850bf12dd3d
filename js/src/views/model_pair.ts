/** Below the versions: one of them in full, or two side by side. */

import { button, h } from "../dom";
import { formatFull, formatMoment } from "../lib/format";
import { type ModelData, type ModelVersion, modelDifferences, type Row } from "../lib/models";
import { factsGrid, nothing, rowsTable, section } from "./fact_table";

const KINDS: [Row["kind"], string][] = [
  ["metric", "Metrics"],
  ["parameter", "Parameters"],
  ["fact", "Rest"],
];

/** Two versions; what is the same in both is folded away until it is asked for. */
export function modelPair(base: ModelVersion, other: ModelVersion, best: ModelData["best"]): HTMLElement {
  const rows = modelDifferences(base, other, best);
  const same = rows.filter((row) => row.same).length;
  const table = h("table", "detail-table numbers", { "aria-label": `${base.name} and ${other.name}` });
  const toggle = button("", "link", { "aria-pressed": "false" });
  let all = false;
  const paint = () => {
    toggle.textContent = all ? "Only what differs" : `Show ${same} that are the same`;
    toggle.setAttribute("aria-pressed", all ? "true" : "false");
    const shown = rows.filter((row) => all || !row.same);
    const bodies = KINDS.map(([kind, title]) => {
      const own = shown.filter((row) => row.kind === kind);
      return own.length === 0 ? null : h("tbody", "", {}, titleRow(title), ...own.map(line));
    });
    const cell = (text: string) => h("th", "", { scope: "col" }, text);
    const head = h("tr", "", {}, h("td", ""), cell(base.name), cell(other.name), cell("difference"));
    table.replaceChildren(h("thead", "", {}, head), ...bodies.flatMap((body) => (body ? [body] : [])));
    if (shown.length === 0) table.replaceChildren();
  };
  toggle.addEventListener("click", () => {
    all = !all;
    paint();
  });
  paint();
  const bar = h("div", "section-head", {}, h("div", "section-title", {}, `${base.name} and ${other.name}`));
  if (same > 0) bar.append(toggle);
  const none = rows.length === same ? nothing("They do not differ.") : null;
  return h("div", "", {}, bar, none, h("div", "scroll-x", {}, table));
}

const titleRow = (title: string): HTMLElement =>
  h("tr", "models-kind", {}, h("th", "", { scope: "colgroup", colspan: 4 }, title));

function line(row: Row): HTMLElement {
  const words = row.tone ? h("span", "hidden-text", {}, ` ${row.tone}`) : null;
  const sign = row.tone === "better" ? "▲ " : row.tone === "worse" ? "▼ " : "";
  const delta = h("span", row.tone ? `models-${row.tone}` : "", {}, sign, row.delta, words);
  return h(
    "tr",
    "",
    {},
    h("th", "row-name", { scope: "row", dir: "auto" }, row.name),
    h("td", "num", { dir: "auto" }, row.base),
    h("td", "num", { dir: "auto" }, row.other),
    h("td", "num", {}, delta),
  );
}

/** All that is known of one version. */
export function modelFacts(one: ModelVersion): HTMLElement {
  const known: [string, string][] = [
    ["Run", one.run],
    ["Experiment", one.experiment],
    ["Registered", one.created ? `${formatMoment(one.created)} UTC` : ""],
    ["By", one.created_by],
    ["Note", one.note],
    ["About", one.description],
    ["Model", one.model],
    ["Image", one.image],
    ["Commit", one.commit],
    ["ARN", one.arn],
    ...Object.entries(one.metadata),
  ];
  const facts = factsGrid(known.filter(([, value]) => value !== ""));
  const table = (title: string, held: Record<string, number | string>, column: string) => {
    const rows = Object.entries(held).map(([name, value]) => [
      name,
      typeof value === "number" ? formatFull(value) : value,
    ]);
    return rows.length === 0 ? [] : [section(title, rowsTable(title, [column, "value"], rows))];
  };
  const lists = [
    ...table("Metrics", one.metrics, "metric"),
    ...table("Parameters", one.parameters, "parameter"),
  ];
  return h("div", "", {}, h("div", "section-title", {}, one.name), facts, h("div", "columns", {}, ...lists));
}
