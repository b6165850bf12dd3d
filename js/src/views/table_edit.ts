/** Changes runs from the table: a tag in its cell, and archiving with a way back. The kernel writes. */

import { type Signal, signal } from "@preact/signals-core";
import { Asking } from "../asking";
import { button, h, setText, show } from "../dom";
import { type Column, isCodes, textAt } from "../lib/columns";
import { NOTES, notesColumn } from "../lib/notes";
import { middleCut, plural } from "../lib/text";
import { type Model, onMessage } from "../model";
import type { Scope } from "../scope";
import type { Selection } from "../selection";
import { NotesEditor } from "./notes_editor";

const UNDO_FOR = 10_000;
const MOST = 256;

/** Key of a cell among those being written. */
export const pendingKey = (run: string, column: string): string => `${run}\n${column}`;

/** A text of a run that was typed: a tag, or the notes. */
interface Change {
  run: string;
  column: string;
  value: string;
  before: string;
}

export class TableEdit {
  /** Says what goes on, below the table. */
  readonly root = h("div", "note", { role: "status" });
  readonly editor: NotesEditor;
  private readonly text = h("span", "");
  private readonly action = button("", "link");
  private act = () => {};
  /** Texts that were typed and that the kernel has not written yet, by `pendingKey`. */
  readonly pending: Signal<ReadonlyMap<string, string>> = signal(new Map());
  private readonly sent = new Map<string, Change>();
  /** Texts that were not saved: who edits again goes on with them. */
  private readonly drafts = new Map<string, string>();
  private readonly asking: Asking;
  private hiding: ReturnType<typeof setTimeout> | undefined;

  constructor(
    model: Model,
    private readonly shared: Selection,
    readonly writable: boolean,
    private readonly back: () => HTMLElement,
    scope: Scope,
  ) {
    this.editor = new NotesEditor(scope);
    this.asking = new Asking(model, scope);
    this.root.append(this.text, " ", this.action);
    show(this.root, false);
    scope.listen(this.action, "click", () => this.act());
    onMessage(model, scope, (content) => {
      if (content["type"] === "tagged") this.written(content, `tags.${String(content["key"])}`);
      if (content["type"] === "noted") this.written(content, NOTES);
      if (content["type"] === "archived") this.told(content);
    });
    scope.add(() => clearTimeout(this.hiding));
    scope.effect(() => {
      const told = this.asking.text("Saving…");
      if (told) this.say(told);
    });
  }

  // -- tags and notes ----------------------------------------------------------------------------------------------
  /** Edit the tag in `cell` and call `done` at the end; false where the column holds no tags. */
  edit(row: number, column: Column, cell: HTMLElement, done: () => void): boolean {
    if (column.group !== "tags" || !isCodes(column) || !this.writable) return false;
    const run = this.shared.frame.peek()?.header.runs[row] ?? "";
    const before = this.known(run, column, row);
    const label = `${column.label} of ${run}`;
    const input = h("input", "field cell-field", { type: "text", maxlength: MOST, "aria-label": label });
    input.value = this.drafts.get(pendingKey(run, column.name)) ?? before;
    cell.replaceChildren(input);
    let over = false;
    const end = (save: boolean, focus: boolean) => {
      if (over) return;
      over = true;
      const value = input.value.trim();
      if (save) this.save({ run, column: column.name, value, before });
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

  /** Write the notes of the run in `row`, over `place`; false where they cannot be changed. */
  annotate(row: number, place: HTMLElement): boolean {
    const frame = this.shared.frame.peek();
    const run = frame?.header.runs[row];
    if (!frame || run === undefined || !this.writable) return false;
    const key = pendingKey(run, NOTES);
    const before = this.known(run, notesColumn(frame), row);
    const text = this.drafts.get(key) ?? before;
    this.editor.open(`Notes of ${middleCut(run, 60)}`, text, place, (value, keep) => {
      this.back().focus({ preventScroll: true });
      const change = { run, column: NOTES, value, before };
      if (keep) this.save(change);
      else if (value === text) return;
      else this.draft(change, "The notes are not saved.", "Save");
    });
    return true;
  }

  private known(run: string, column: Column, row: number): string {
    return (
      this.pending.peek().get(pendingKey(run, column.name)) ?? (isCodes(column) ? textAt(column, row) : "")
    );
  }

  private save(change: Change): void {
    const { run, column, value } = change;
    const key = pendingKey(run, column);
    this.drafts.delete(key);
    if (value === change.before) return;
    this.sent.set(key, change);
    this.pending.value = new Map(this.pending.peek()).set(key, value);
    this.send(
      column === NOTES
        ? { type: "note", run, text: value }
        : { type: "tag", run, key: column.replace(/^tags\./, ""), value },
    );
  }

  private written(content: Record<string, unknown>, column: string): void {
    const error = String(content["error"] ?? "");
    const key = pendingKey(String(content["run"]), column);
    const change = this.sent.get(key);
    this.sent.delete(key);
    this.answered();
    if (error && change) this.draft(change, `Not saved: ${error}`, "Try again");
    else if (!error) {
      this.say(String(content["note"] ?? "") || "Saved");
      if (change)
        this.offer("Undo", () => this.save({ ...change, value: change.before, before: change.value }));
      this.later();
    }
    const left = new Map(this.pending.peek());
    left.delete(key);
    this.pending.value = left;
  }

  /** Keep what was typed, and say why it is not saved. */
  private draft(change: Change, why: string, label: string): void {
    this.drafts.set(pendingKey(change.run, change.column), change.value);
    this.say(why, true);
    this.offer(label, () => this.save(change));
  }

  // -- archive -----------------------------------------------------------------------------------------------------
  archive(runs: string[]): void {
    if (runs.length > 0) this.send({ type: "archive", runs, archived: true });
  }

  private told(content: Record<string, unknown>): void {
    this.answered();
    const done = (content["done"] as string[] | undefined) ?? [];
    const error = String(content["error"] ?? "");
    const away = content["archived"] === true;
    const told = done.length > 0 ? `${plural(done.length, "run")} ${away ? "archived" : "back"}` : "";
    this.say([told, error].filter((part) => part !== "").join(" · "), error !== "");
    if (away && done.length > 0)
      this.offer("Undo", () => this.send({ type: "archive", runs: done, archived: false }));
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
    show(this.action, false);
  }

  private offer(label: string, act: () => void): void {
    setText(this.action, label);
    this.act = act;
    show(this.action, true);
  }
}
