/** "Copy as": what is filtered as a query, a SearchExpression or code, on the clipboard. */

import { signal } from "@preact/signals-core";
import { Asking } from "../asking";
import { toClipboard } from "../clipboard";
import { button, h, setAttributes, setText, show, uniqueId } from "../dom";
import { ask } from "../kernel";
import { onMessage } from "../model";
import type { Scope } from "../scope";
import type { Selection } from "../selection";

const SAID_FOR = 2000;
/** The kernel writes all but the query. */
const KINDS: [kind: string, label: string][] = [
  ["query", "Query"],
  ["python", "Python"],
  ["pandas", "pandas"],
  ["search", "SearchExpression"],
  ["altair", "Altair"],
];

export class CopyMenu {
  readonly root = h("span", "menu-place");
  private readonly button = button("Copy as", "drop", { "aria-haspopup": "menu", "aria-expanded": "false" });
  private readonly menu = h("div", "menu", { role: "menu", id: uniqueId("copy"), "aria-label": "Copy as" });
  private readonly items: HTMLButtonElement[];
  private readonly said = h("span", "hidden-text", { role: "status" });
  private readonly note = h("small", "quiet");
  private readonly asking: Asking;
  private readonly told = signal("");
  private waiting = "";

  constructor(
    private readonly shared: Selection,
    scope: Scope,
  ) {
    this.asking = new Asking(shared.model, scope);
    this.items = KINDS.map(([kind, label]) => {
      const item = button(label, "menu-item", { role: "menuitem", tabindex: -1 });
      if (kind === "search") item.append(this.note);
      scope.listen(item, "click", () => this.choose(kind));
      return item;
    });
    this.menu.append(...this.items);
    this.root.append(this.button, this.menu, this.said);
    this.open(false);
    setAttributes(this.button, { "aria-controls": this.menu.id });
    scope.listen(this.button, "click", () => this.open(this.menu.hidden === true));
    scope.listen(this.root, "keydown", (event) => this.key(event));
    scope.listen(document, "pointerdown", (event) => {
      if (!event.composedPath().includes(this.root)) this.open(false);
    });
    onMessage(shared.model, scope, (content) => {
      if (content["type"] !== "code") return;
      if (content["kind"] === "search") this.paintNote(String(content["left"] ?? ""));
      if (content["kind"] !== this.waiting) return;
      this.waiting = "";
      this.asking.answered();
      const error = String(content["error"] ?? "");
      if (error) this.say(error);
      else this.copy(String(content["code"] ?? ""), content["left"] ? "Copied: finds more" : "Copied");
    });
    scope.effect(() => setText(this.button, this.asking.text("") || this.told.value || "Copy as"));
  }

  /** Say that Search cannot be asked for all of the query. */
  private paintNote(left: string): void {
    setText(this.note, left ? " · finds more runs" : "");
    setAttributes(this.note, { title: left ? `Search cannot be asked for ${left}` : null });
  }

  private open(open: boolean): void {
    show(this.menu, open);
    setAttributes(this.button, { "aria-expanded": String(open) });
    if (!open) return;
    this.items[0]?.focus();
    this.paintNote("");
    ask(this.shared.model, { type: "code", kind: "search" });
  }

  private key(event: KeyboardEvent): void {
    if (this.menu.hidden) return;
    const at = this.items.indexOf(document.activeElement as HTMLButtonElement);
    const count = this.items.length;
    if (event.key === "ArrowDown") this.items[(at + 1) % count]?.focus();
    else if (event.key === "ArrowUp") this.items[(at - 1 + count) % count]?.focus();
    else if (event.key === "Escape") {
      this.open(false);
      this.button.focus();
    } else return;
    event.preventDefault();
    event.stopPropagation();
  }

  private choose(kind: string): void {
    this.open(false);
    this.button.focus();
    if (kind === "query") {
      this.copy(this.shared.query.peek());
      return;
    }
    this.waiting = kind;
    this.asking.ask({ type: "code", kind });
  }

  private copy(text: string, told = "Copied"): void {
    toClipboard(text)
      .then(() => this.say(told))
      .catch(() => this.say("The browser does not allow it"));
  }

  private say(text: string): void {
    this.told.value = text;
    setText(this.said, text);
    setTimeout(() => {
      if (this.told.peek() === text) this.told.value = "";
    }, SAID_FOR);
  }
}
