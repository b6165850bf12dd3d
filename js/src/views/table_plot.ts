/** The small picture in a header that filters: a histogram to drag over, or a bar of segments to click. */

import { h, setAttributes, svg } from "../dom";
import { binsOf } from "../lib/bins";
import { type CodeColumn, type Column, isCodes } from "../lib/columns";
import type { Crossfilter } from "../lib/crossfilter";
import type { Filter } from "../lib/filters";
import { formatCount } from "../lib/format";
import { barsPath } from "../lib/spark";
import {
  binFilter,
  binText,
  coveredBins,
  filterText,
  MOST_SEGMENTS,
  optionText,
  toggled,
} from "../lib/table_filters";
import type { Selection } from "../selection";

export interface HeadPlot {
  root: HTMLElement;
  paint(engine: Crossfilter, filter: Filter | undefined, filtered: boolean): void;
}

const WIDTH = 80;
const HEIGHT = 16;
const STILL = 3;
/** Behind each bar; behind the last one it would keep the picture from the edge that numbers stand at. */
const GAP = 1;

/** The picture of `column`; null where it would show nothing. */
export function headPlot(column: Column, shared: Selection): HeadPlot | null {
  if (column.kind === "run") return null;
  const bins = binsOf(column);
  const missing = bins.codes.includes(bins.size);
  const kinds = bins.size + (missing ? 1 : 0);
  if (isCodes(column))
    return kinds > 1 && bins.size <= MOST_SEGMENTS ? new Segments(column, missing, shared) : null;
  return bins.size > 1 ? new Histogram(column, shared) : null;
}

class Histogram implements HeadPlot {
  readonly root = h("div", "hplot", { "aria-hidden": "true" });
  private readonly band = svg("rect", { class: "smtw-hist-band", y: 0, height: HEIGHT });
  private readonly others = svg("path", { class: "smtw-hist-others" });
  private readonly inside = svg("path", { class: "smtw-hist-in" });
  private readonly all: Uint32Array;
  private readonly peak: number;
  /** The column's own filter as painted; null before the first time. */
  private mine: Filter | undefined | null = null;

  constructor(
    private readonly column: Column,
    private readonly shared: Selection,
  ) {
    const { codes, size } = binsOf(column);
    this.all = new Uint32Array(size);
    for (let row = 0; row < codes.length; row += 1) {
      const bin = codes[row] as number;
      if (bin < size) this.all[bin] = (this.all[bin] as number) + 1;
    }
    this.peak = Math.max(...this.all);
    const bars = svg("path", { class: "smtw-hist-all", d: barsPath(this.all, WIDTH, HEIGHT) });
    const picture = { viewBox: `0 0 ${WIDTH - GAP} ${HEIGHT}`, preserveAspectRatio: "none" };
    this.root.append(svg("svg", picture, this.band, bars, this.others, this.inside));
    this.listen();
  }

  paint(engine: Crossfilter, filter: Filter | undefined, filtered: boolean): void {
    const { size } = binsOf(this.column);
    const counts = engine.counts(this.column).subarray(0, size);
    const draw = (values: Uint32Array) => (filtered ? barsPath(values, WIDTH, HEIGHT, this.peak) : "");
    if (!filter) {
      this.inside.setAttribute("d", draw(counts));
      if (this.mine === undefined) return;
    }
    this.mine = filter;
    const [first, last] = filter ? (coveredBins(this.column, filter) ?? [0, -1]) : [0, size - 1];
    const inside = counts.map((count, bin) => (bin >= first && bin <= last ? count : 0));
    const outside = counts.map((count, bin) => (bin >= first && bin <= last ? 0 : count));
    setAttributes(this.inside, { d: draw(inside) });
    setAttributes(this.others, { d: draw(outside) });
    const step = WIDTH / size;
    const width = filter ? Math.max(0, (last - first + 1) * step) : 0;
    setAttributes(this.band, { x: first * step, width });
    this.root.classList.toggle("smtw-mine", filter !== undefined);
  }

  private binAt(event: PointerEvent): number {
    const { left, width } = this.root.getBoundingClientRect();
    const { size } = binsOf(this.column);
    return Math.min(size - 1, Math.max(0, Math.floor(((event.clientX - left) / (width || 1)) * size)));
  }

  private listen(): void {
    const { root, shared } = this;
    const { name } = this.column;
    root.addEventListener("pointerdown", (event) => {
      if (event.button === 0) this.drag(event);
    });
    root.addEventListener("dblclick", () => shared.setFilter(name, null));
    root.addEventListener("pointermove", (event) => {
      const bin = this.binAt(event);
      const own = shared.filterOf(name);
      const told = own ? `\nfiltered: ${filterText(this.column, own)}` : "";
      root.title = `${binText(this.column, bin)}: ${formatCount(this.all[bin] ?? 0)}${told}\nDrag to filter, double-click for all`;
    });
  }

  private drag(event: PointerEvent): void {
    const { root, shared, column } = this;
    const before = shared.filterOf(column.name) ?? null;
    const [start, x] = [this.binAt(event), event.clientX];
    let moved = false;
    root.setPointerCapture(event.pointerId);
    const move = (next: PointerEvent) => {
      moved ||= Math.abs(next.clientX - x) > STILL;
      if (moved) shared.preview(column.name, binFilter(column, start, this.binAt(next)));
    };
    let over = false;
    const end = (keep: boolean) => {
      if (over) return;
      over = true;
      root.removeEventListener("pointermove", move);
      document.removeEventListener("lostpointercapture", up);
      root.removeEventListener("pointerup", up);
      root.removeEventListener("pointercancel", cancel);
      document.removeEventListener("keydown", key, true);
      if (!keep) shared.preview(column.name, before);
      else if (!moved) shared.preview(column.name, binFilter(column, start, start));
      shared.commit();
    };
    const up = () => end(true);
    const cancel = () => end(false);
    const key = (pressed: KeyboardEvent) => {
      if (pressed.key !== "Escape") return;
      pressed.preventDefault();
      pressed.stopPropagation();
      end(false);
    };
    root.addEventListener("pointermove", move);
    root.addEventListener("pointerup", up);
    root.addEventListener("pointercancel", cancel);
    // Also when the header is made anew meanwhile, as runs are added.
    document.addEventListener("lostpointercapture", up);
    document.addEventListener("keydown", key, true);
  }
}

class Segments implements HeadPlot {
  readonly root = h("div", "hplot segments", { "aria-hidden": "true" });
  private readonly bars: {
    bin: number;
    value: string | null;
    root: HTMLElement;
    inside: HTMLElement;
    all: number;
  }[];

  constructor(
    private readonly column: CodeColumn,
    missing: boolean,
    private readonly shared: Selection,
  ) {
    const { codes, size } = binsOf(column);
    const all = new Uint32Array(size + 1);
    for (let row = 0; row < codes.length; row += 1)
      all[codes[row] as number] = (all[codes[row] as number] as number) + 1;
    const order = Array.from({ length: size }, (_, bin) => bin).sort((a, b) => (all[b] ?? 0) - (all[a] ?? 0));
    const shown = missing ? [...order, size] : order;
    this.bars = shown.map((bin) =>
      this.bar(bin, bin === size ? null : (column.values[bin] ?? ""), all[bin] ?? 0),
    );
    this.root.append(...this.bars.map((bar) => bar.root));
    this.root.addEventListener("dblclick", () => shared.setFilter(column.name, null));
  }

  private bar(bin: number, value: string | null, all: number) {
    const inside = h("span", "segment-in");
    const root = h(
      "span",
      `segment${value === null ? " segment-none" : ""}`,
      { style: `flex-grow: ${all}` },
      inside,
    );
    root.addEventListener("click", (event) => {
      if (event.detail > 1) return;
      const next = toggled(this.column.name, this.shared.filterOf(this.column.name), value, this.values());
      this.shared.setFilter(this.column.name, next);
    });
    return { bin, value, root, inside, all };
  }

  private values = (): (string | null)[] => this.bars.map((bar) => bar.value);

  paint(engine: Crossfilter, filter: Filter | undefined, filtered: boolean): void {
    const counts = engine.counts(this.column);
    for (const { bin, value, root, inside, all } of this.bars) {
      const count = counts[bin] ?? 0;
      inside.style.width = filtered && all > 0 ? `${(count / all) * 100}%` : "0";
      const off = filter !== undefined && !filter.values?.includes(value);
      root.classList.toggle("smtw-segment-off", off);
      root.title = `${optionText(this.column, value)}: ${formatCount(count)}${off ? " (filtered out)" : ""}\nClick to filter, double-click for all`;
    }
    this.root.classList.toggle("smtw-mine", filter !== undefined);
  }
}
