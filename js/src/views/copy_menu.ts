/** "Copy as": what is filtered as a query, a SearchExpression or code, on the clipboard. */

import { toClipboard } from "../clipboard";
import { button, h, setAttributes, setText, show, uniqueId } from "../dom";
import { ask } from "../kernel";
import { onMessage } from "../model";
import type { Scope } from "../scope";
import type { Selection } from "../selection";

const BUSY_AFTER = 1500;
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
  private waiting = "";

  constructor(
    private readonly shared: Selection,
    private readonly scope: Scope,
  ) {
    this.items = KINDS.map(([kind, label]) => {
      const item = button(label, "menu-item", { role: "menuitem", tabindex: -1 });
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
      if (content["type"] !== "code" || content["kind"] !== this.waiting) return;
      this.waiting = "";
      const error = String(content["error"] ?? "");
      if (error) this.say(error);
      else this.copy(String(content["code"] ?? ""));
    });
  }

  private open(open: boolean): void {
    show(this.menu, open);
    setAttributes(this.button, { "aria-expanded": String(open) });
    if (open) this.items[0]?.focus();
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
    ask(this.shared.model, { type: "code", kind });
    setTimeout(() => {
      if (this.waiting === kind && !this.scope.ended) this.say("Kernel is busy…", false);
    }, BUSY_AFTER);
  }

  private copy(text: string): void {
    toClipboard(text)
      .then(() => this.say("Copied"))
      .catch(() => this.say("The browser does not allow it"));
  }

  private say(text: string, passes = true): void {
    setText(this.button, text);
    setText(this.said, text);
    if (passes) setTimeout(() => setText(this.button, "Copy as"), SAID_FOR);
  }
}
