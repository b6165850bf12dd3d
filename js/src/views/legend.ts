/** The lines of a chart with their colours, runs or groups of runs; a click hides one, with shift all others. */

import type { Signal } from "@preact/signals-core";
import { button, h, setAttributes, setText, show } from "../dom";
import { type Emphasis, lineColours, roleOf, styleOf } from "../lib/emphasis";
import { groupsOf } from "../lib/groups";
import type { Series } from "../lib/series";
import { middleCut } from "../lib/text";
import type { Theme } from "../lib/theme";
import type { Scope } from "../scope";
import { swatch } from "./tip";

export interface LegendEntry {
  label: string;
  /** Indices of colour and dash. */
  c: number;
  d: number;
  /** What a click hides. */
  runs: string[];
}

/**
 * Every run once, in the order of its first series, without those hidden by other views and with what is background
 * last; or every group.
 */
export function legendEntries(
  series: readonly Series[],
  groups: Readonly<Record<string, string>> | null,
  emphasis: Emphasis,
): LegendEntry[] {
  const runs = new Map<string, Series>();
  for (const one of series) if (!runs.has(one.header.run)) runs.set(one.header.run, one);
  const shown = [...runs.values()].filter((one) => !emphasis.hidden.has(one.header.run));
  if (groups) {
    const counted = shown.filter((one) => !emphasis.dimmed.has(one.header.run));
    return groupsOf(counted, groups).map(({ label, colour: c, dash: d, members }) => ({
      label,
      c,
      d,
      runs: members.map((one) => one.header.run),
    }));
  }
  const entries = shown.map(({ header }) => {
    const { c, d, z } = styleOf(header, roleOf(header.run, emphasis, ""));
    return { label: header.run, c, d, runs: [header.run], back: z === 0 };
  });
  return [...entries.filter((one) => !one.back), ...entries.filter((one) => one.back)];
}

/** Lines that are told before somebody asks for all; and as many entries as that where there is no width yet. */
const LINES = 2;
const FIRST = 10;

export class Legend {
  readonly root = h("div", "legend", { role: "group", "aria-label": "Runs" });
  private painted = "";
  private readonly more = button("", "legend-more");
  private entries: HTMLButtonElement[] = [];
  private open = false;
  private width = 0;

  constructor(
    private readonly hidden: Signal<string[]>,
    scope: Scope,
  ) {
    const observer = new ResizeObserver(() => {
      if (this.root.clientWidth !== this.width) this.fold();
    });
    observer.observe(this.root);
    scope.add(() => observer.disconnect());
    this.more.addEventListener("click", () => {
      this.open = !this.open;
      this.fold();
    });
  }

  paint(entries: readonly LegendEntry[], theme: Theme): void {
    const hidden = new Set(this.hidden.value);
    const state = JSON.stringify([entries, [...hidden], theme]);
    if (state === this.painted) return;
    this.painted = state;
    const focused = document.activeElement;
    const focus = Array.from<Element | null>(this.entries).indexOf(focused);
    this.entries = entries.map((one) =>
      this.entry(
        one,
        entries,
        one.runs.every((run) => hidden.has(run)),
        theme,
      ),
    );
    this.root.replaceChildren(...this.entries);
    this.fold();
    if (focused === this.more) this.more.focus();
    else if (focus >= 0) this.entries[focus]?.focus();
  }

  /** Show what two lines hold, or all. */
  private fold(): void {
    const { entries, more, open } = this;
    this.width = this.root.clientWidth;
    for (const one of entries) show(one, true);
    const focused = document.activeElement === more;
    more.remove();
    const fit = this.width > 0 ? this.held() : FIRST;
    if (fit >= entries.length) return;
    this.root.append(more);
    setAttributes(more, { "aria-expanded": String(open) });
    setText(more, "fewer");
    if (!open) this.cut(fit);
    if (focused) more.focus();
  }

  /** Leave out what is beyond the first `fit`, and as many more as the button needs to stand behind them. */
  private cut(fit: number): void {
    const { entries, more } = this;
    for (const one of entries.slice(fit)) show(one, false);
    const last = entries[fit - 1]?.offsetTop ?? 0;
    for (let shown = fit; shown > 0; shown -= 1) {
      setText(more, `+${entries.length - shown} more`);
      if (this.width === 0 || more.offsetTop <= last || shown === 1) return;
      show(entries[shown - 1] as HTMLElement, false);
    }
  }

  /** How many entries the first lines hold. */
  private held(): number {
    const tops = this.entries.map((one) => one.offsetTop);
    const beyond = [...new Set(tops)][LINES];
    return beyond === undefined ? tops.length : tops.indexOf(beyond);
  }

  private entry(
    one: LegendEntry,
    all: readonly LegendEntry[],
    off: boolean,
    theme: Theme,
  ): HTMLButtonElement {
    const colours = lineColours(theme);
    const title = `${one.label}\nClick hides it, shift-click all others`;
    const entry = button("", "", { "aria-pressed": off ? "false" : "true", title });
    entry.append(swatch(colours[one.c % colours.length] ?? "currentColor", one.d), middleCut(one.label, 40));
    if (one.runs.length > 1) entry.append(h("span", "quiet num", {}, `(${one.runs.length})`));
    entry.addEventListener("click", (event) => {
      this.hidden.value = event.shiftKey ? this.only(one, all) : this.toggled(one, off);
    });
    return entry;
  }

  private toggled({ runs }: LegendEntry, off: boolean): string[] {
    const others = this.hidden.peek().filter((other) => !runs.includes(other));
    return off ? others : [...others, ...runs];
  }

  /** Hide all others; show all again when that is so already. */
  private only({ runs }: LegendEntry, all: readonly LegendEntry[]): string[] {
    const own = new Set(runs);
    const others = all.flatMap((one) => one.runs).filter((name) => !own.has(name));
    const hidden = new Set(this.hidden.peek());
    return others.every((name) => hidden.has(name)) && !runs.some((run) => hidden.has(run)) ? [] : others;
  }
}
