/** How far a sweep is: a bar of what came of its points, and what the marks mean. */

import { h, setAttributes, setText, show, svg } from "../dom";
import { formatCount } from "../lib/format";
import { KINDS, type PointKind, type Points, progressText } from "../lib/sweep";

const WORDS: Record<PointKind, string> = {
  done: "completed",
  running: "running",
  stopped: "stopped",
  failed: "failed",
};
/** The bar's order: what has ended from the left, then what is under way. */
const ORDER: PointKind[] = ["done", "stopped", "failed", "running"];

export class SweepProgress {
  readonly text = h("span", "num sweep-told", { role: "status" });
  readonly bar = h("div", "sweep-bar");
  readonly key = h("div", "sweep-key aside");
  private readonly line = h("span", "sweep-entry");
  private readonly parts = new Map<PointKind, HTMLElement>();
  private readonly words = new Map<PointKind, HTMLElement>();

  constructor() {
    for (const kind of ORDER) {
      const part = h("div", `sweep-part sweep-part-${kind}`);
      this.parts.set(kind, part);
      this.bar.append(part);
    }
    for (const kind of KINDS) {
      const word = h("span", "num");
      const entry = h("span", "sweep-entry", {}, glyph(kind), word);
      this.words.set(kind, word);
      this.key.append(entry);
    }
    const line = svg("line", { x1: 0, x2: 16, y1: 6, y2: 6, class: "smtw-sweep-stairs" });
    const picture = svg("svg", { width: 16, height: 12, "aria-hidden": "true" }, line);
    this.line.append(picture, h("span", "", {}, "best so far"));
    this.key.append(this.line);
  }

  /** Whether there is a best, and a line that has to be explained. */
  paintLine(there: boolean): void {
    show(this.line, there);
  }

  paint(points: Points, total: number): void {
    const told = progressText(points, total, Date.now() / 1000);
    setText(this.text, told);
    const all = Math.max(total, points.rows.length, 1);
    for (const [kind, part] of this.parts) {
      const count = points.counts[kind];
      part.style.width = `${(100 * count) / all}%`;
      part.title = `${formatCount(count)} ${WORDS[kind]}`;
      show(part, count > 0);
    }
    for (const [kind, word] of this.words) {
      setText(word, `${formatCount(points.counts[kind])} ${WORDS[kind]}`);
      show(word.parentElement as HTMLElement, points.counts[kind] > 0);
    }
    setAttributes(this.bar, {
      role: total ? "progressbar" : "img",
      "aria-label": total ? "Points of the sweep" : told,
      "aria-valuemin": total ? 0 : null,
      "aria-valuemax": total || null,
      "aria-valuenow": total ? points.rows.length - points.counts.running : null,
      "aria-valuetext": total ? told : null,
    });
  }
}

function glyph(kind: PointKind): SVGSVGElement {
  const path = {
    done: "M6 6h0",
    running: "M6 1.5l4.5 4.5-4.5 4.5-4.5-4.5z",
    stopped: "M6 6h0",
    failed: "M3 3l6 6m0-6l-6 6",
  };
  const mark = svg("path", { d: path[kind], class: `smtw-sweep-${kind}` });
  const hole = kind === "stopped" ? svg("path", { d: "M6 6h0", class: "smtw-sweep-hole" }) : null;
  return svg("svg", { width: 12, height: 12, "aria-hidden": "true" }, mark, hole);
}
