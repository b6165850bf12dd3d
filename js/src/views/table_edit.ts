/** Changes runs from the table: a tag in its cell, and archiving with a way back. The kernel writes. */

import { type Signal, signal } from "@preact/signals-core";
import { Asking } from "../asking";
import { button, h, setText, show } from "../dom";
import { type Column, isCodes, textAt } from "../lib/columns";
import { plural } from "../lib/text";
import { type Model, onMessage } from "../model";
import type { Scope } from "../scope";
import type { Selection } from "../selection";

const UNDO_FOR = 10_000;
const MOST = 256;

/** Key of a cell among those being written. */
export const pendingKey = (run: string, column: string): string => `${run}\n${column}`;

export class TableEdit {
  /** Says what goes on, below the table. */
  readonly root = h("div", "note", { role: "status" });
  private readonly text = h("span", "");
  private readonly undo = button("Undo", "link");
  /** Texts that were typed and that the kernel has not written yet, by `pendingKey`. */
  readonly pending: Signal<ReadonlyMap<string, string>> = signal(new Map());
  private archived: string[] = [];
  private readonly asking: Asking;
  private hiding: ReturnType<typeof setTimeout> | undefined;

  constructor(
    model: Model,
    private readonly shared: Selection,
    private readonly writable: boolean,
    private readonly back: () => HTMLElement,
    scope: Scope,
  ) {
    this.asking = new Asking(model, scope);
    this.root.append(this.text, " ", this.undo);
    show(this.root, false);
    scope.listen(this.undo, "click", () => this.restore());
    onMessage(model, scope, (content) => {
      if (content["type"] === "tagged") this.tagged(content);
      if (content["type"] === "archived") this.told(content);
    });
    scope.add(() => clearTimeout(this.hiding));
    scope.effect(() => {
      const told = this.asking.text("Saving…");
      if (told) this.say(told);
    });
  }

  // -- tags --------------------------------------------------------------------------------------------------------
  /** Edit the tag in `cell` and call `done` at the end; false where the column holds no tags. */
  edit(row: number, column: Column, cell: HTMLElement, done: () => void): boolean {
    if (column.group !== "tags" || !isCodes(column) || !this.writable) return false;
    const run = this.shared.frame.peek()?.header.runs[row] ?? "";
    const key = pendingKey(run, column.name);
    const before = this.pending.peek().get(key) ?? textAt(column, row);
    const label = `${column.label} of ${run}`;
    const input = h("input", "field cell-field", { type: "text", maxlength: MOST, "aria-label": label });
    input.value = before;
    cell.replaceChildren(input);
    let over = false;
    const end = (save: boolean, focus: boolean) => {
      if (over) return;
      over = true;
      const value = input.value.trim();
      if (save && value !== before) this.save(run, column.name, value);
      done();
      if (focus) this.back().focus();
    };
    input.addEventListener("keydown", (event) => {
      event.stopPropagation();
      if (event.key === "Enter") end(true, true);
      else if (event.key === "Escape") end(false, true);
    });
    input.addEventListener("blur", () => end(true, false));
    input.focus();
    input.select();
    return true;
  }

  private save(run: string, column: string, value: string): void {
    this.pending.value = new Map(this.pending.peek()).set(pendingKey(run, column), value);
    this.send({ type: "tag", run, key: column.replace(/^tags\./, ""), value });
  }

  private tagged(content: Record<string, unknown>): void {
    const error = String(content["error"] ?? "");
    const note = String(content["note"] ?? "");
    this.answered();
    this.say(error ? `Not saved: ${error}` : note, error !== "");
    if (note && !error) this.later();
    const left = new Map(this.pending.peek());
    left.delete(pendingKey(String(content["run"]), `tags.${String(content["key"])}`));
    this.pending.value = left;
  }

  // -- archive -----------------------------------------------------------------------------------------------------
  archive(runs: string[]): void {
    if (runs.length > 0) this.send({ type: "archive", runs, archived: true });
  }

  private restore(): void {
    show(this.undo, false);
    this.send({ type: "archive", runs: this.archived, archived: false });
  }

  private told(content: Record<string, unknown>): void {
    this.answered();
    const done = (content["done"] as string[] | undefined) ?? [];
    const error = String(content["error"] ?? "");
    const away = content["archived"] === true;
    const told = done.length > 0 ? `${plural(done.length, "run")} ${away ? "archived" : "back"}` : "";
    this.archived = away ? done : [];
    this.say([told, error].filter((part) => part !== "").join(" · "), error !== "");
    show(this.undo, this.archived.length > 0);
    if (away)
      this.shared.selected.value = (this.shared.selected.peek() ?? []).filter((one) => !done.includes(one));
    if (!error) this.later();
  }

  private later(): void {
    clearTimeout(this.hiding);
    this.hiding = setTimeout(() => this.say(""), UNDO_FOR);
  }

  // -- the kernel --------------------------------------------------------------------------------------------------
  private send(content: Record<string, unknown>): void {
    this.asking.ask(content);
  }

  private answered(): void {
    this.asking.answered();
    clearTimeout(this.hiding);
  }

  private say(text: string, bad = false): void {
    setText(this.text, text);
    this.root.classList.toggle("smtw-bad", bad);
    show(this.root, text !== "");
    show(this.undo, false);
  }
}
