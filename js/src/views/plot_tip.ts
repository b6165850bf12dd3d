/** The box beside a run in a plot: its name and its values. Built from text nodes. */

import { h, show } from "../dom";
import { middleCut } from "../lib/text";

const DISTANCE = 14;

export class PlotTip {
  private readonly root = h("div", "tip plot-tip", { "aria-hidden": "true" });

  constructor(private readonly host: HTMLElement) {
    show(this.root, false);
    host.append(this.root);
  }

  hide(): void {
    show(this.root, false);
  }

  show(x: number, y: number, title: string, values: readonly (readonly [string, string])[]): void {
    const rows = values.map(([label, value]) =>
      h(
        "div",
        "plot-tip-row",
        {},
        h("span", "quiet", {}, middleCut(label, 28)),
        h("span", "", {}, middleCut(value || "missing", 28)),
      ),
    );
    this.root.replaceChildren(h("b", "", {}, middleCut(title, 44)), ...rows);
    show(this.root, true);
    const { offsetWidth: width, offsetHeight: height } = this.root;
    const room = this.host.scrollLeft + this.host.clientWidth;
    const left = x + DISTANCE + width <= room ? x + DISTANCE : x - DISTANCE - width;
    this.root.style.left = `${Math.max(this.host.scrollLeft, left)}px`;
    this.root.style.top = `${Math.max(0, Math.min(y + DISTANCE, this.host.clientHeight - height))}px`;
  }
}
