/** Small curves beside metrics: asked of the kernel for the rows in view, a few at a time, and kept. */

import { svg } from "../dom";
import { ask } from "../kernel";
import { alignedBytes, doubles } from "../lib/columns";
import { sparkPath } from "../lib/spark";
import { type Model, onMessage } from "../model";
import type { Scope } from "../scope";

const SIZE = { width: 56, height: 15 };
const WAIT = 120;
const AT_ONCE = 100;

const keyOf = (metric: string, run: string): string => `${metric}\n${run}`;

export class TableSparks {
  private readonly paths = new Map<string, string>();
  private readonly asked = new Set<string>();
  private wanted: { metric: string; run: string }[] = [];
  private timer: ReturnType<typeof setTimeout> | undefined;

  constructor(
    private readonly model: Model,
    private readonly arrived: () => void,
    scope: Scope,
  ) {
    onMessage(model, scope, (content, buffers) => {
      if (content["type"] === "sparks") this.take(content, buffers[0] ?? null);
    });
    scope.add(() => clearTimeout(this.timer));
  }

  /** The curve of `metric` in `run`; "" while it is not known, or where there is none. */
  path(metric: string, run: string): string {
    const key = keyOf(metric, run);
    if (!this.asked.has(key)) {
      this.asked.add(key);
      this.wanted.push({ metric, run });
      this.timer ??= setTimeout(() => this.ask(), WAIT);
    }
    return this.paths.get(key) ?? "";
  }

  /** Runs have been read again: ask for what is shown once more, and show what is known meanwhile. */
  renew(): void {
    this.asked.clear();
  }

  /** Those that came into view last first: rows that were only passed by can wait. */
  private ask(): void {
    this.timer = undefined;
    const metric = this.wanted[this.wanted.length - 1]?.metric;
    if (metric === undefined) return;
    const mine = this.wanted.filter((one) => one.metric === metric).slice(-AT_ONCE);
    const now = new Set(mine);
    this.wanted = this.wanted.filter((one) => !now.has(one));
    ask(this.model, { type: "sparks", metric, runs: mine.map((one) => one.run) });
    if (this.wanted.length > 0) this.timer = setTimeout(() => this.ask(), WAIT);
  }

  private take(content: Record<string, unknown>, buffer: DataView | null): void {
    const runs = content["runs"] as string[];
    const counts = content["counts"] as number[];
    const bytes = alignedBytes(buffer);
    let offset = 0;
    runs.forEach((run, i) => {
      const count = counts[i] ?? 0;
      const x = doubles(bytes, offset, count);
      const y = doubles(bytes, offset + count * 8, count);
      offset += count * 16;
      this.paths.set(keyOf(String(content["metric"]), run), sparkPath(x, y, SIZE.width, SIZE.height));
    });
    this.arrived();
  }
}

/** Draw `path` at the left of a cell. */
export function paintSpark(cell: HTMLElement, path: string, colour: string | null): void {
  let picture = cell.querySelector("svg");
  if (!picture) {
    const box = `0 -1 ${SIZE.width} ${SIZE.height + 2}`;
    picture = svg("svg", { viewBox: box, class: "smtw-trend", "aria-hidden": "true" }, svg("path", {}));
    cell.prepend(picture);
  }
  picture.style.setProperty("--smtw-colour", colour ?? "var(--smtw-quiet)");
  picture.firstElementChild?.setAttribute("d", path);
}

/** The metric of a column beside whose values curves are drawn: that of its last values. */
export const trendOf = (column: string): string | null => /^metrics\.(.+)\.last$/.exec(column)?.[1] ?? null;
