/** The exception and the output of a cell, which can be searched; of an open run its end stays in view. */

import { signal } from "@preact/signals-core";
import { button, h, setAttributes, setText, show } from "../dom";
import { type DetailState, places } from "../lib/detail";
import type { TabContext, TabView } from "./detail_tab";
import { nothing, section } from "./fact_table";
import { SearchField } from "./search_field";

export class DetailLogs implements TabView {
  readonly root = h("div", "");
  private readonly field: SearchField;
  private readonly before = button("Previous");
  private readonly after = button("Next");
  private readonly follow = button("Follow", "", { "aria-pressed": "true" });
  private readonly following = signal(true);
  private readonly error = h("pre", "block bad-edge", {
    tabindex: 0,
    role: "group",
    "aria-label": "Exception",
  });
  private readonly output = h("pre", "block output", {
    tabindex: 0,
    role: "log",
    "aria-label": "Output",
    "aria-live": "off",
  });
  private readonly errorPart = section("Exception", this.error);
  private readonly outputPart: HTMLElement;
  private readonly cut = h("p", "aside", {}, "The end of it.");
  private readonly empty = nothing("No output was kept.");
  private text = "";
  private sought = "";
  private marks: HTMLElement[] = [];
  private at = -1;
  private live = false;

  constructor({ scope }: TabContext) {
    this.field = new SearchField(
      "Find in the output",
      scope,
      this.before,
      this.after,
      h("span", "grow"),
      this.follow,
    );
    this.outputPart = h("div", "section", {}, this.field.root, this.cut, this.output);
    this.root.append(this.errorPart, this.outputPart, this.empty);
    scope.effect(() => this.render(this.text, this.field.query.value));
    scope.effect(() =>
      setAttributes(this.follow, { "aria-pressed": this.following.value ? "true" : "false" }),
    );
    scope.listen(this.follow, "click", () => {
      this.following.value = !this.following.peek();
      this.toEnd();
    });
    scope.listen(this.before, "click", () => this.step(-1));
    scope.listen(this.after, "click", () => this.step(1));
    scope.listen(this.field.input, "keydown", (event) => {
      if (event.key === "Enter") this.step(event.shiftKey ? -1 : 1);
    });
    scope.listen(this.output, "wheel", () => this.scrolled(), { passive: true });
    scope.listen(this.output, "keydown", () => this.scrolled());
  }

  paint({ logs, live }: DetailState): void {
    setText(this.error, logs.error);
    show(this.errorPart, logs.error !== "");
    show(this.outputPart, logs.output !== "");
    show(this.cut, logs.cut);
    show(this.empty, logs.error === "" && logs.output === "");
    show(this.follow, live);
    this.live = live;
    if (logs.output !== this.text) this.render(logs.output, this.field.query.peek());
  }

  private render(text: string, query: string): void {
    const found = places(text, query);
    const again = query === this.sought;
    [this.text, this.sought, this.marks] = [text, query, []];
    const top = this.output.scrollTop;
    const pieces: (Node | string)[] = [];
    let plain = 0;
    for (const place of found) {
      const mark = h("mark", "", {}, text.slice(place, place + query.length));
      this.marks.push(mark);
      pieces.push(text.slice(plain, place), mark);
      plain = place + query.length;
    }
    this.output.replaceChildren(...pieces, text.slice(plain));
    for (const one of [this.before, this.after]) show(one, query !== "" && found.length > 0);
    setText(this.field.said, query && found.length === 0 ? "not found" : "");
    // More output while somebody reads a place that was found: the place stays.
    if (!again) this.at = -1;
    if (found.length > 0) this.step(again && this.at >= 0 ? 0 : 1);
    if (again) this.output.scrollTop = top;
    this.toEnd();
  }

  private step(by: number): void {
    const count = this.marks.length;
    if (count === 0) return;
    this.following.value = false;
    this.marks[this.at]?.classList.remove("smtw-here");
    this.at = (Math.max(this.at, by < 0 ? 0 : -1) + by + count) % count;
    const mark = this.marks[this.at];
    mark?.classList.add("smtw-here");
    // The output alone is scrolled: scrollIntoView would move the notebook too.
    if (mark) this.output.scrollTop = mark.offsetTop - this.output.clientHeight / 2;
    setText(this.field.said, `${this.at + 1} of ${count}`);
  }

  /** Who scrolls away from the end wants to read; who comes back to it wants to follow. */
  private scrolled(): void {
    requestAnimationFrame(() => {
      const { scrollTop, clientHeight, scrollHeight } = this.output;
      this.following.value = scrollTop + clientHeight >= scrollHeight - 4;
    });
  }

  private toEnd(): void {
    if (this.live && this.following.peek()) this.output.scrollTop = this.output.scrollHeight;
  }
}
