/** The field in which the notes of a run are written: several lines, over the table. */

import { button, h, setText, show, uniqueId } from "../dom";
import { formatCount } from "../lib/format";
import { MOST_NOTES, storedLength } from "../lib/notes";
import type { Scope } from "../scope";

/** Characters that are left when they are first counted. */
const SOON = 500;

export class NotesEditor {
  readonly root = h("div", "popover notes-editor", { role: "dialog", id: uniqueId("notes") });
  private readonly title = h("div", "popover-title", { dir: "auto" });
  private readonly area = h("textarea", "field notes-field", { rows: 6, dir: "auto" });
  private readonly count = h("span", "quiet num", { role: "status" });
  private end: ((text: string, keep: boolean) => void) | null = null;

  constructor(scope: Scope) {
    const save = button("Save", "", { title: "Ctrl+Enter" });
    const cancel = button("Cancel", "link", { title: "Escape" });
    const foot = h("div", "popover-foot", {}, save, cancel, h("span", "grow"), this.count);
    this.root.append(this.title, this.area, foot);
    show(this.root, false);
    save.addEventListener("click", () => this.close(true));
    cancel.addEventListener("click", () => this.close(false));
    scope.listen(this.area, "input", () => this.paint());
    scope.listen(this.root, "keydown", (event) => {
      event.stopPropagation();
      if (event.key === "Escape") this.close(false);
      else if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) this.close(true);
    });
    // Not where the window has lost the focus: whoever looks something up there goes on writing.
    scope.listen(this.root, "focusout", (event) => {
      if (event.relatedTarget && !this.root.contains(event.relatedTarget as Node)) this.close(true);
    });
    scope.listen(document, "pointerdown", (event) => {
      if (!event.composedPath().includes(this.root)) this.close(true);
    });
  }

  /** Show `text` below `anchor`; `end` is told the text, and whether it is to be kept. */
  open(title: string, text: string, anchor: HTMLElement, end: (text: string, keep: boolean) => void): void {
    this.close(true);
    this.end = end;
    setText(this.title, title);
    this.root.setAttribute("aria-label", title);
    this.area.setAttribute("aria-label", title);
    this.area.value = text;
    this.paint();
    show(this.root, true);
    this.place(anchor);
    this.area.focus();
  }

  private place(anchor: HTMLElement): void {
    const { root } = this;
    const box = (root.offsetParent ?? root).getBoundingClientRect();
    const place = anchor.getBoundingClientRect();
    const most = box.width - root.offsetWidth - 6;
    const lowest = Math.max(4, box.height - root.offsetHeight - 4);
    root.style.left = `${Math.max(6, Math.min(place.left - box.left, most))}px`;
    root.style.top = `${Math.min(place.bottom - box.top, lowest)}px`;
  }

  private paint(): void {
    const length = storedLength(this.area.value.trim());
    show(this.count, length > MOST_NOTES - SOON);
    setText(this.count, `${formatCount(length)} of ${formatCount(MOST_NOTES)}`);
    this.count.classList.toggle("smtw-bad", length > MOST_NOTES);
  }

  private close(keep: boolean): void {
    const { end } = this;
    if (!end) return;
    this.end = null;
    show(this.root, false);
    end(this.area.value.trim(), keep);
  }
}
