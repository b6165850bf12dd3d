/** What was kept of the cell: its source, what it read, the commit and the changes since. */

import { h } from "../dom";
import type { DetailCode, DetailState } from "../lib/detail";
import { diffPieces, pythonPieces } from "../lib/highlight";
import { codeBlock } from "./code_block";
import { copyButton } from "./copy_button";
import type { TabContext, TabView } from "./detail_tab";
import { factsGrid, nothing, rowsTable, section } from "./fact_table";

export class DetailCodeView implements TabView {
  readonly root = h("div", "");
  private painted = "";

  constructor(private readonly context: TabContext) {}

  paint({ code }: DetailState): void {
    // Of an open run the page gets the same code again and again: what is selected and opened in it stays.
    const told = JSON.stringify(code);
    if (told === this.painted) return;
    this.painted = told;
    if (code.nothing) {
      this.root.replaceChildren(nothing(code.nothing));
      return;
    }
    this.root.replaceChildren(...this.source(code), ...inputs(code), ...git(code), nothing(code.kept ?? ""));
  }

  private source(code: DetailCode): HTMLElement[] {
    const source = code.source;
    if (typeof source !== "string") return [];
    const copy = copyButton("Copy", () => source, this.context.scope);
    const head = h(
      "div",
      "section-head",
      {},
      h("div", "section-title", {}, "Source"),
      h("span", "aside", {}, code.cut ? "cut at 256 KB" : ""),
      copy,
    );
    return [h("div", "section", {}, head, codeBlock("Source", pythonPieces(source), true))];
  }
}

function inputs(code: DetailCode): HTMLElement[] {
  const rows = code.inputs ?? [];
  const pieces: HTMLElement[] = [];
  if (rows.length > 0)
    pieces.push(
      h(
        "div",
        "scroll-x",
        { tabindex: 0, role: "group", "aria-label": "Read by the cell" },
        rowsTable("Read by the cell", ["name", "type", "value", "through"], rows),
      ),
    );
  if (code.more) pieces.push(h("div", "aside", {}, `and ${code.more} more`));
  if (code.modules) pieces.push(factsGrid([["Modules", code.modules]]));
  return pieces.length > 0 ? [section("Read by the cell", ...pieces)] : [];
}

function git(code: DetailCode): HTMLElement[] {
  const facts = code.git ?? [];
  const pieces: HTMLElement[] = facts.length > 0 ? [section("Git", factsGrid(facts))] : [];
  if (code.diff) {
    const title = `Changes since the commit${code.diff_cut ? ", the first 64 KB" : ""}`;
    const inside = codeBlock("Changes since the commit", diffPieces(code.diff), false);
    pieces.push(h("details", "folded", {}, h("summary", "", {}, title), inside));
  }
  return pieces;
}
