/** The query of a table: written here, read by the kernel, its errors shown at their place. */

import { type ReadonlySignal, signal } from "@preact/signals-core";
import { Asking } from "../asking";
import { button, h, setAttributes, setText, show, uniqueId } from "../dom";
import { type Completion, complete, queryNames } from "../lib/complete";
import { onMessage } from "../model";
import type { Scope } from "../scope";
import type { Selection } from "../selection";

const NONE: Completion = { from: 0, to: 0, options: [] };

export class QueryBox {
  readonly button = button("Query", "", { "aria-expanded": "false" });
  readonly root = h("div", "query", { role: "group", "aria-label": "Query" });
  private readonly list = h("div", "suggest", {
    role: "listbox",
    id: uniqueId("suggest"),
    "aria-label": "Fields",
  });
  private readonly input = h("input", "field code", {
    type: "text",
    spellcheck: "false",
    autocomplete: "off",
    role: "combobox",
    "aria-autocomplete": "list",
    "aria-expanded": "false",
    "aria-controls": this.list.id,
    "aria-label": "Query that the runs satisfy",
    placeholder: "metrics.auc > 0.9 AND params.depth IN (4, 6)",
  });
  private readonly apply = button("Apply");
  private readonly clear = button("Clear", "link");
  private readonly said = h("div", "query-said", { role: "alert", id: uniqueId("said") });
  private readonly query: ReadonlySignal<string>;
  private readonly open = signal(false);
  private readonly asking: Asking;
  private offered = NONE;
  private active = -1;

  constructor(
    private readonly shared: Selection,
    private readonly scope: Scope,
    always = false,
  ) {
    this.query = shared.query;
    this.asking = new Asking(shared.model, scope);
    this.open.value = always || this.query.peek() !== "";
    const field = h("div", "query-field", {}, this.input, this.list);
    this.root.append(h("div", "query-row", {}, field, this.apply, this.clear), this.said);
    this.root.id = uniqueId("query");
    setAttributes(this.button, { "aria-controls": this.root.id });
    this.offer(NONE);
    this.listen();
    this.follow();
  }

  private follow(): void {
    const { scope } = this;
    scope.effect(() => {
      this.input.value = this.query.value;
      this.say("");
    });
    scope.effect(() => {
      show(this.root, this.open.value);
      setAttributes(this.button, { "aria-expanded": String(this.open.value) });
    });
    scope.effect(() => {
      this.apply.disabled = this.asking.waiting.value;
      setText(this.apply, this.asking.text("Asking…") || "Apply");
      show(this.clear, this.query.value !== "");
    });
  }

  private listen(): void {
    const { scope, input } = this;
    scope.listen(this.button, "click", () => {
      this.open.value = !this.open.value;
      if (this.open.value) input.focus();
    });
    scope.listen(this.apply, "click", () => this.ask(input.value));
    scope.listen(this.clear, "click", () => this.ask(""));
    scope.listen(input, "input", () =>
      this.offer(complete(input.value, input.selectionStart ?? 0, this.names())),
    );
    scope.listen(input, "blur", () => this.offer(NONE));
    scope.listen(input, "keydown", (event) => this.key(event));
    // Before the field loses the focus.
    scope.listen(this.list, "pointerdown", (event) => {
      event.preventDefault();
      this.take([...this.list.children].indexOf(event.target as Element));
    });
    onMessage(this.shared.model, scope, (content) => {
      // Another view of the same runs may have asked: its error is not said here, nor is the focus taken from it.
      if (content["type"] !== "queried" || !this.asking.waiting.peek()) return;
      this.asking.answered();
      this.say(String(content["error"] ?? ""), Number(content["column"] ?? 0));
    });
  }

  private names = (): string[] => queryNames(this.shared.frame.peek());

  private ask(text: string): void {
    this.offer(NONE);
    this.say("");
    // Of what the page filters by itself no kernel need be asked.
    if (text.trim() === "" && !this.shared.model.get("_scope")) {
      this.shared.clearFilters();
      return;
    }
    this.asking.ask({ type: "query", text });
  }

  /** Show an error, and put the cursor where it is. */
  private say(text: string, column = 0): void {
    setText(this.said, text);
    show(this.said, text !== "");
    setAttributes(this.input, {
      "aria-invalid": text === "" ? null : "true",
      "aria-describedby": text === "" ? null : this.said.id,
    });
    if (column > 0) {
      this.input.focus();
      this.input.setSelectionRange(column - 1, wordEnd(this.input.value, column - 1));
    }
  }

  private key(event: KeyboardEvent): void {
    const handled = this.choose(event.key) || this.act(event.key);
    if (!handled) return;
    event.preventDefault();
    event.stopPropagation();
  }

  /** Keys of the list of options, while it is open. */
  private choose(key: string): boolean {
    const count = this.offered.options.length;
    if (count === 0) return false;
    if (key === "ArrowDown") this.mark((this.active + 1) % count);
    else if (key === "ArrowUp") this.mark(this.active <= 0 ? count - 1 : this.active - 1);
    else if (key === "Tab") this.take(Math.max(this.active, 0));
    else if (key === "Enter" && this.active >= 0) this.take(this.active);
    else if (key === "Escape") this.offer(NONE);
    else return false;
    return true;
  }

  private act(key: string): boolean {
    if (key === "Enter") this.ask(this.input.value);
    else if (key === "Escape") {
      this.input.value = this.query.peek();
      this.say("");
    } else return false;
    return true;
  }

  private offer(offered: Completion): void {
    this.offered = offered;
    this.list.replaceChildren(
      ...offered.options.map((text, i) =>
        h("div", "option", { role: "option", id: `${this.list.id}-${i}` }, text),
      ),
    );
    show(this.list, offered.options.length > 0);
    setAttributes(this.input, { "aria-expanded": String(offered.options.length > 0) });
    this.mark(-1);
  }

  private mark(active: number): void {
    this.active = active;
    for (const [i, option] of [...this.list.children].entries())
      setAttributes(option, { "aria-selected": String(i === active) });
    setAttributes(this.input, { "aria-activedescendant": active < 0 ? null : `${this.list.id}-${active}` });
  }

  private take(index: number): void {
    const text = this.offered.options[index];
    if (text === undefined) return;
    const { from, to } = this.offered;
    this.input.setRangeText(`${text} `, from, to, "end");
    this.offer(NONE);
  }
}

function wordEnd(text: string, start: number): number {
  const length = /^[^\s(),]+/.exec(text.slice(start))?.[0].length ?? 1;
  return start + length;
}
