/** The best point of a sweep so far: its value, its run, its parameters, and how far it is ahead. */

import { button, h, setText, show } from "../dom";
import { type Column, type Frame, isCodes, textAt } from "../lib/columns";
import { formatFull, formatNumber } from "../lib/format";
import type { Goal, Points, Scores } from "../lib/sweep";
import { middleCut } from "../lib/text";
import type { Scope } from "../scope";

const CHIPS = 8;
const MINUS = "\u2212";

export interface BestState {
  points: Points;
  scores: Scores;
  column: Column | undefined;
  goal: Goal;
  baseline: string;
}

export class SweepBest {
  readonly root: HTMLElement;
  private readonly value = h("div", "sweep-value num");
  private readonly ahead = h("div", "sweep-ahead num");
  private readonly run = button("", "link sweep-run");
  private readonly chips = h("div", "chips");
  private readonly none = h("div", "quiet");
  private name = "";

  constructor(pick: (name: string) => void, scope: Scope) {
    const found = h("div", "", {}, this.value, this.ahead, this.run, this.chips);
    this.root = h("div", "sweep-best", { role: "group", "aria-label": "Best so far" });
    this.root.append(h("div", "aside", {}, "Best so far"), found, this.none);
    scope.listen(this.run, "click", () => pick(this.name));
  }

  paint({ points, scores, column, goal, baseline }: BestState): void {
    const { frame } = points;
    const row = points.rows[scores.best];
    const value = scores.values[scores.best];
    const there = row !== undefined && value !== undefined;
    show(this.value.parentElement as HTMLElement, there);
    show(this.none, !there);
    setText(this.none, column ? "No point has completed yet." : "No metric yet.");
    if (!there) return;
    this.name = frame.header.runs[row] ?? "";
    setText(this.value, formatNumber(value));
    this.value.title = formatFull(value);
    setText(this.run, middleCut(this.name, 36));
    this.run.title = `${this.name}\nClick picks the run`;
    const told = aheadOf(value, points, scores, column, goal, baseline);
    setText(this.ahead, told.text);
    this.ahead.className = `smtw-sweep-ahead smtw-num smtw-${told.look}`;
    const all = differing(frame)
      .map((one) => chip(one, row))
      .filter((one) => one !== null);
    const more = all.length > CHIPS ? [h("span", "aside", {}, `and ${all.length - CHIPS} more`)] : [];
    this.chips.replaceChildren(...all.slice(0, CHIPS), ...more);
  }
}

/** How far the best is from the baseline, or from the middle of the completed points. */
function aheadOf(
  value: number,
  points: Points,
  { median }: Scores,
  column: Column | undefined,
  goal: Goal,
  baseline: string,
): { text: string; look: string } {
  const { frame } = points;
  const row = baseline ? frame.header.runs.indexOf(baseline) : -1;
  const other = row >= 0 && column && !isCodes(column) ? (column.data[row] as number) : Number.NaN;
  const known = Number.isFinite(other);
  const by = value - (known ? other : median);
  const to = known ? `the baseline ${middleCut(baseline, 24)}` : "the median";
  if (!Number.isFinite(by)) return { text: "", look: "quiet" };
  if (by === 0) return { text: known ? `the same as ${to}` : "", look: "quiet" };
  const good = by > 0 === (goal === "max");
  const size = `${by < 0 ? MINUS : "+"}${formatNumber(Number(Math.abs(by).toPrecision(4)))}`;
  return { text: `${size}, ${good ? "better" : "worse"} than ${to}`, look: good ? "good" : "bad" };
}

const known = new WeakMap<Frame, Column[]>();

/** Parameters that are not the same in all runs. */
export function differing(frame: Frame): Column[] {
  let found = known.get(frame);
  if (!found) {
    found = frame.columns.filter((column) => column.group === "params" && differs(column));
    known.set(frame, found);
  }
  return found;
}

function differs(column: Column): boolean {
  const data = isCodes(column) ? column.codes : column.data;
  return data.some((value) => !Object.is(value, data[0]));
}

/** A parameter's value in a run; empty when it has none. */
export function valueText(column: Column, row: number): string {
  if (isCodes(column)) return textAt(column, row);
  const value = column.data[row] as number;
  return Number.isNaN(value) ? "" : formatNumber(value);
}

function chip(column: Column, row: number): HTMLElement | null {
  const value = valueText(column, row);
  if (value === "") return null;
  const title = `${column.label} = ${value}`;
  const name = h("span", "quiet", {}, middleCut(column.label, 24));
  return h("span", "sweep-chip", { title }, name, " ", h("b", "", {}, middleCut(value, 24)));
}
