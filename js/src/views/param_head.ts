/** The line above a parameter's control: its name, what it is filtered to, and the way back. */

import { button, h, setText, show } from "../dom";
import type { Column } from "../lib/columns";
import { middleCut } from "../lib/text";

const STATISTIC = /\.(last|min|max|avg|std|count)$/;

export class ParamHead {
  readonly root: HTMLElement;
  private readonly aside = h("span", "aside");
  private readonly range = h("span", "param-range num");
  private readonly clear: HTMLButtonElement;
  private readonly statistic: string;

  constructor(column: Column, clear: () => void) {
    this.statistic = column.group === "metrics" ? (STATISTIC.exec(column.name)?.[1] ?? "") : "";
    this.clear = button("×", "clear", {
      "aria-label": `Filter ${column.label} no more`,
      title: "Filter no more",
    });
    this.clear.addEventListener("click", clear);
    const name = h(
      "span",
      "param-name",
      { title: column.name },
      middleCut(column.label, 28),
      " ",
      this.aside,
    );
    this.root = h("div", "param-head", {}, name, this.range, this.clear);
    this.note("");
  }

  /** A word behind the name, besides a metric's statistic. */
  note(text: string): void {
    setText(
      this.aside,
      [this.statistic === "last" ? "last" : "", text].filter((one) => one !== "").join(", "),
    );
  }

  paint(range: string, filtered: boolean): void {
    setText(this.range, range);
    this.range.classList.toggle("smtw-quiet", !filtered);
    show(this.clear, filtered);
  }
}
