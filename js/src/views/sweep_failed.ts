/** The points of a sweep that failed, with what went wrong. */

import { button, h, setText, show } from "../dom";
import { isCodes, textAt } from "../lib/columns";
import { KINDS, type Points } from "../lib/sweep";
import { middleCut, plural } from "../lib/text";

const MOST = 100;
/** A message of one line that is no longer has nothing more to show. */
const SHORT = 90;

export class SweepFailed {
  readonly root: HTMLElement;
  private readonly head = h("div", "sweep-failed-head");
  private readonly list = h("ul", "sweep-failed-list");
  private shown = "";

  constructor(private readonly pick: (name: string) => void) {
    this.root = h(
      "div",
      "sweep-fails",
      { role: "group", "aria-label": "Failed points" },
      this.head,
      this.list,
    );
  }

  /** What is open stays open as long as the same points have failed. */
  paint(points: Points): void {
    const failed = Array.from(points.rows).filter((_, at) => KINDS[points.kinds[at] as number] === "failed");
    const texts = failed
      .slice(-MOST)
      .reverse()
      .map((row) => [points.frame.header.runs[row] ?? "", messageOf(points, row)]);
    const key = JSON.stringify([failed.length, texts]);
    if (key === this.shown) return;
    this.shown = key;
    show(this.root, failed.length > 0);
    setText(this.head, `${plural(failed.length, "point")} failed`);
    const rest = failed.length - texts.length;
    const more = rest > 0 ? [h("li", "aside", {}, `and ${rest.toLocaleString("en-US")} older ones`)] : [];
    this.list.replaceChildren(...texts.map(([name = "", text = ""]) => this.entry(name, text)), ...more);
  }

  private entry(name: string, text: string): HTMLElement {
    const run = button(middleCut(name, 32), "link", { title: `${name}\nClick picks the run` });
    run.addEventListener("click", () => this.pick(name));
    return h(
      "li",
      "sweep-fail",
      {},
      h("span", "sweep-cross", { "aria-hidden": "true" }, "\u00d7"),
      run,
      messageView(text),
    );
  }
}

/** The first line; the whole message below it when it is opened. */
function messageView(text: string): HTMLElement {
  const [first = "", ...others] = text.trim().split("\n");
  if (text.trim() === "") return h("span", "quiet", {}, "no message");
  if (others.length === 0 && first.length <= SHORT) return h("span", "sweep-why", {}, first);
  const line = h("summary", "sweep-why", { title: text.slice(0, 2000) }, first);
  return h("details", "", {}, line, h("pre", "", {}, text));
}

/** What a run's end was told with. */
export function messageOf({ frame }: Points, row: number): string {
  const column = frame.byName.get("message");
  return column && isCodes(column) ? textAt(column, row) : "";
}
