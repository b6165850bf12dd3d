/** The runs of a chart with their colours; a click hides one, with shift all others. */

import type { Signal } from "@preact/signals-core";
import { button, h } from "../dom";
import { coloursOf } from "../lib/palette";
import type { Series } from "../lib/series";
import { middleCut } from "../lib/text";
import type { Theme } from "../lib/theme";
import { swatch } from "./tip";

export interface LegendRun {
  run: string;
  colour: number;
  dash: number;
}

/** Every run once, in the order of its first series. */
export function legendRuns(series: readonly Series[]): LegendRun[] {
  const runs = new Map<string, LegendRun>();
  for (const { header } of series) if (!runs.has(header.run)) runs.set(header.run, header);
  return [...runs.values()];
}

export class Legend {
  readonly root = h("div", "legend", { role: "group", "aria-label": "Runs" });
  private painted = "";

  constructor(private readonly hidden: Signal<string[]>) {}

  paint(runs: readonly LegendRun[], theme: Theme): void {
    const hidden = new Set(this.hidden.value);
    const state = JSON.stringify([runs.map((one) => [one.run, one.colour, one.dash]), [...hidden], theme]);
    if (state === this.painted) return;
    this.painted = state;
    const focus = this.focused();
    const buttons = runs.map((run) => this.entry(run, runs, hidden.has(run.run), theme));
    this.root.replaceChildren(...buttons);
    if (focus >= 0) buttons[focus]?.focus();
  }

  private focused(): number {
    return Array.from<Element | null>(this.root.children).indexOf(document.activeElement);
  }

  private entry(run: LegendRun, all: readonly LegendRun[], off: boolean, theme: Theme): HTMLButtonElement {
    const colours = coloursOf(theme);
    const title = `${run.run}\nClick hides it, shift-click all others`;
    const entry = button("", "", { "aria-pressed": off ? "false" : "true", title });
    entry.append(
      swatch(colours[run.colour % colours.length] ?? "currentColor", run.dash),
      middleCut(run.run, 40),
    );
    entry.addEventListener("click", (event) => {
      this.hidden.value = event.shiftKey ? this.only(run.run, all) : this.toggled(run.run, off);
    });
    return entry;
  }

  private toggled(run: string, off: boolean): string[] {
    const others = this.hidden.peek().filter((other) => other !== run);
    return off ? others : [...others, run];
  }

  /** Hide all others; show all again when that is so already. */
  private only(run: string, all: readonly LegendRun[]): string[] {
    const others = all.map((one) => one.run).filter((name) => name !== run);
    const hidden = new Set(this.hidden.peek());
    return others.every((name) => hidden.has(name)) && !hidden.has(run) ? [] : others;
  }
}
