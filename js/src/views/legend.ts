/** The lines of a chart with their colours, runs or groups of runs; a click hides one, with shift all others. */

import type { Signal } from "@preact/signals-core";
import { button, h } from "../dom";
import { type Emphasis, lineColours, roleOf, styleOf } from "../lib/emphasis";
import { groupsOf } from "../lib/groups";
import type { Series } from "../lib/series";
import { middleCut } from "../lib/text";
import type { Theme } from "../lib/theme";
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

export class Legend {
  readonly root = h("div", "legend", { role: "group", "aria-label": "Runs" });
  private painted = "";

  constructor(private readonly hidden: Signal<string[]>) {}

  paint(entries: readonly LegendEntry[], theme: Theme): void {
    const hidden = new Set(this.hidden.value);
    const state = JSON.stringify([entries, [...hidden], theme]);
    if (state === this.painted) return;
    this.painted = state;
    const focus = this.focused();
    const buttons = entries.map((one) =>
      this.entry(
        one,
        entries,
        one.runs.every((run) => hidden.has(run)),
        theme,
      ),
    );
    this.root.replaceChildren(...buttons);
    if (focus >= 0) buttons[focus]?.focus();
  }

  private focused(): number {
    return Array.from<Element | null>(this.root.children).indexOf(document.activeElement);
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
