/** The cells of runs against the baseline's: unified, or side by side. */

import { button, h } from "../dom";
import {
  between,
  type CompareCode,
  type CompareRun,
  changeCounts,
  type DiffLine,
  diffLines,
} from "../lib/compare";
import { plural } from "../lib/text";

const CONTEXT = 3;
/** Lines that are built at once: eleven sources of thousands of lines would take seconds. */
const FIRST = 300;

export interface CodeLook {
  runs: readonly CompareRun[];
  shown: readonly number[];
  baseline: number;
  onlyChanges: boolean;
  split: boolean;
}

/** One block for each run but the baseline. */
export function codeBlocks(code: CompareCode, look: CodeLook): HTMLElement[] {
  const blocks = look.shown
    .filter((place) => place !== look.baseline)
    .map((place) => block(code, place, look));
  if (code.cut) blocks.push(h("div", "cmp-quiet", {}, "Only the beginning of a long source is compared."));
  return blocks;
}

function block(code: CompareCode, place: number, look: CodeLook): HTMLElement {
  const [name, base] = [look.runs[place]?.name ?? "", look.runs[look.baseline]?.name ?? ""];
  const [before, after] = [code.of[look.baseline] ?? null, code.of[place] ?? null];
  const head = (told: string, ...more: HTMLElement[]) =>
    h("div", "cmp-code-head", {}, h("b", "", { title: name }, name), h("span", "quiet", {}, told), ...more);
  if (before === null || after === null) {
    const whose = after === null ? "" : ` of the baseline, ${base}`;
    return h("section", "cmp-code", {}, head(`No code was kept${whose}: it was opened without a cell.`));
  }
  if (before === after) {
    const lines =
      look.onlyChanges || !isFirst(code, place, look) ? [] : diffLines(between(code, before, after), null);
    const parts = lines.length > 0 ? [listing(lines, code, before, after, false, name)] : [];
    return h("section", "cmp-code", {}, head(`the same code as ${base}`), ...parts);
  }
  const steps = between(code, before, after);
  const { added, removed } = changeCounts(steps);
  const counts = [
    h("span", "good num", {}, `+${added}`),
    h("span", "bad num", {}, `−${removed}`),
    h("span", "hidden-text", {}, `${plural(added, "line")} added, ${plural(removed, "line")} removed`),
  ];
  const lines = diffLines(steps, look.onlyChanges ? CONTEXT : null);
  return h(
    "section",
    "cmp-code",
    {},
    head(`against ${base}`, ...counts),
    listing(lines, code, before, after, look.split, name),
  );
}

/** Whether no block before, and none with changes, shows the source of a run that is the baseline's. */
function isFirst(code: CompareCode, place: number, look: CodeLook): boolean {
  const others = look.shown.filter((one) => one !== look.baseline && (code.of[one] ?? null) !== null);
  return others[0] === place && others.every((one) => code.of[one] === code.of[place]);
}

function listing(
  lines: readonly DiffLine[],
  code: CompareCode,
  before: number,
  after: number,
  split: boolean,
  name: string,
): HTMLElement {
  const label = `Changes of the code of ${name}`;
  const box = h("div", `cmp-diff${split ? " cmp-split" : ""}`, {
    tabindex: 0,
    role: "region",
    "aria-label": label,
  });
  const left = code.sources[before] ?? [];
  const right = code.sources[after] ?? [];
  const rows = split ? lines : unified(lines);
  const add = (from: number, to: number) => {
    for (const line of rows.slice(from, to)) {
      if (line.kind === "gap") box.append(gap(line));
      else if (split) box.append(side(line, left, "left"), side(line, right, "right"));
      else box.append(single(line, left, right));
    }
  };
  add(0, FIRST);
  if (rows.length > FIRST) {
    const more = button(`Show ${plural(rows.length - FIRST, "more line")}`, "link cmp-more");
    more.addEventListener("click", () => {
      more.remove();
      add(FIRST, rows.length);
      box.focus();
    });
    box.append(more);
  }
  return box;
}

function gap(line: DiffLine): HTMLElement {
  return h("div", "cmp-gap", {}, `${plural(line.count ?? 0, "equal line")} left out`);
}

/** Of each stretch of changes first what was taken out, then what was added. */
function unified(lines: readonly DiffLine[]): DiffLine[] {
  const found: DiffLine[] = [];
  let added: DiffLine[] = [];
  for (const line of lines) {
    if (line.kind !== "changed") {
      found.push(...added, line);
      added = [];
      continue;
    }
    if (line.left !== null) found.push({ ...line, right: null });
    if (line.right !== null) added.push({ ...line, left: null });
  }
  return [...found, ...added];
}

function single(line: DiffLine, left: readonly string[], right: readonly string[]): HTMLElement {
  const isOut = line.kind === "changed" && line.left !== null;
  const text = line.left === null ? right[line.right ?? 0] : left[line.left];
  const sign = line.kind === "equal" ? " " : isOut ? "−" : "+";
  const look = line.kind === "equal" ? "" : isOut ? " cmp-out" : " cmp-in";
  return h(
    "div",
    `cmp-line${look}`,
    {},
    number(line.left),
    number(line.right),
    h("span", "cmp-sign", {}, sign),
    text ?? "",
  );
}

function side(line: DiffLine, source: readonly string[], where: "left" | "right"): HTMLElement {
  const place = line[where];
  const changed = line.kind === "changed";
  const look = !changed ? "" : place === null ? " cmp-none" : where === "left" ? " cmp-out" : " cmp-in";
  const sign = changed && place !== null ? (where === "left" ? "−" : "+") : " ";
  const text = place === null ? "" : (source[place] ?? "");
  return h("div", `cmp-line cmp-${where}${look}`, {}, number(place), h("span", "cmp-sign", {}, sign), text);
}

function number(place: number | null): HTMLElement {
  return h("span", "cmp-no", { "aria-hidden": "true" }, place === null ? "" : String(place + 1));
}
