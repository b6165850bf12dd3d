/** Which columns the table shows, in which order and how wide; what somebody chose is remembered. */

import { computed, type ReadonlySignal, type Signal, signal } from "@preact/signals-core";
import { type Remembered, recallColumns, rememberColumns } from "../lib/column_memory";
import type { Column, Frame } from "../lib/columns";
import { onlyDiffering } from "../lib/differing";
import { NOTES, notesColumn } from "../lib/notes";
import { bind, type Model } from "../model";
import type { Scope } from "../scope";
import type { Selection } from "../selection";

export const LEAST_WIDTH = 44;
const MOST_WIDTH = 900;
const SETTLED = 150;

export class TableLayout {
  readonly chosen: Signal<string[]>;
  readonly pinned: Signal<string[]>;
  readonly differing: Signal<boolean>;
  /** Metrics with a curve beside their last values. */
  readonly trends: Signal<string[]>;
  /** Whether the kernel can tell curves. */
  readonly hasTrends: boolean;
  readonly widths = signal<Record<string, number>>({});
  /** The run's name, then the pinned columns, then the others. */
  readonly shown: ReadonlySignal<Column[]>;
  /** How many of them stay at the left. */
  readonly fixed: ReadonlySignal<number>;
  private readonly experiment: string;
  private readonly writable: boolean;
  private readonly settled: Signal<Uint32Array | null> = signal(null);

  constructor(
    model: Model,
    private readonly shared: Selection,
    scope: Scope,
  ) {
    this.chosen = bind(model, "columns", scope);
    this.pinned = bind(model, "pinned", scope);
    this.differing = bind(model, "differing", scope);
    this.trends = bind(model, "sparklines", scope);
    this.writable = model.get("_writable") === true;
    this.hasTrends = this.writable;
    this.experiment = String(model.get("_experiment") ?? "");
    this.restore(model);
    let last: Column[] = [];
    this.shown = computed(() => {
      const next = this.columns(shared.frame.value);
      if (next.length !== last.length || next.some((column, i) => column !== last[i])) last = next;
      return last;
    });
    this.fixed = computed(() => {
      const pinned = new Set(this.pinned.value ?? []);
      const others = this.shown.value.findIndex((column, i) => i > 0 && !pinned.has(column.name));
      return others < 0 ? this.shown.value.length : others;
    });
    this.settle(scope);
  }

  /** Widths, and the columns that were chosen before, unless Python or somebody in this page has chosen since. */
  private restore(model: Model): void {
    const known = recallColumns(this.experiment);
    if (!known) return;
    this.widths.value = known.widths;
    if (model.get("_chosen") === true) return;
    const frame = this.shared.frame.peek();
    const there = known.columns.filter(
      (name) => frame?.byName.has(name) || (name === NOTES && this.writable),
    );
    if (there.length === 0) return;
    this.chosen.value = there;
    this.pinned.value = known.pinned;
  }

  /** Differences are looked for when the filters have come to rest: columns that come and go would be in the way. */
  private settle(scope: Scope): void {
    let timer: ReturnType<typeof setTimeout> | undefined;
    scope.effect(() => {
      const passing = this.shared.passing.value;
      if (!this.differing.value || !passing) return;
      clearTimeout(timer);
      const take = () => {
        this.settled.value = passing.rows;
      };
      if (this.settled.peek()) timer = setTimeout(take, SETTLED);
      else take();
    });
    scope.add(() => clearTimeout(timer));
  }

  private columns(frame: Frame | null): Column[] {
    if (!frame) return [];
    const run = frame.columns.find((column) => column.kind === "run");
    const pinned = new Set(this.pinned.value ?? []);
    const chosen = (this.chosen.value ?? [])
      .map((name) => (name === NOTES && this.writable ? notesColumn(frame) : frame.byName.get(name)))
      .filter((column) => column !== undefined && column !== run) as Column[];
    const rows = this.settled.value;
    const wanted = this.differing.value && rows ? onlyDiffering(chosen, frame.columns, rows) : chosen;
    const first = wanted.filter((column) => pinned.has(column.name));
    const others = wanted.filter((column) => !pinned.has(column.name));
    return [...(run ? [run] : []), ...first, ...others];
  }

  /** Show `names`. */
  choose(names: string[]): void {
    this.chosen.value = names;
    this.keep();
  }

  /** The columns that can be shown. */
  offered(frame: Frame | null): Column[] {
    if (!frame) return [];
    return this.writable && !frame.byName.has(NOTES) ? [...frame.columns, notesColumn(frame)] : frame.columns;
  }

  toggle(name: string): void {
    const chosen = this.chosen.peek();
    this.choose(chosen.includes(name) ? chosen.filter((one) => one !== name) : [...chosen, name]);
  }

  pin(name: string): void {
    const pinned = this.pinned.peek() ?? [];
    this.pinned.value = pinned.includes(name) ? pinned.filter((one) => one !== name) : [...pinned, name];
    if (!this.chosen.peek().includes(name)) this.chosen.value = [...this.chosen.peek(), name];
    this.keep();
  }

  /** Draw the curve of a metric beside its last values, or no more. */
  trend(metric: string): void {
    const trends = this.trends.peek() ?? [];
    const on = !trends.includes(metric);
    this.trends.value = on ? [...trends, metric] : trends.filter((one) => one !== metric);
    const column = `metrics.${metric}.last`;
    if (on && !this.chosen.peek().includes(column)) this.toggle(column);
  }

  /** Put the column at place `from` of those shown to place `to`; the run's name stays first. */
  move(from: number, to: number): void {
    const names = this.shown.peek().map((column) => column.name);
    const [name] = names.splice(from, 1);
    if (from < 1 || to < 1 || to > names.length || name === undefined) return;
    names.splice(to, 0, name);
    const hidden = this.chosen.peek().filter((one) => !names.includes(one));
    this.choose([...names.slice(1), ...hidden]);
  }

  /** Null: as wide as it needs. */
  resize(name: string, width: number | null): void {
    const { [name]: _, ...others } = this.widths.peek();
    const wide = width === null ? {} : { [name]: clampWidth(width) };
    this.widths.value = { ...others, ...wide };
    this.keep();
  }

  private keep(): void {
    const state: Remembered = {
      columns: this.chosen.peek(),
      pinned: this.pinned.peek() ?? [],
      widths: this.widths.peek(),
    };
    rememberColumns(this.experiment, state);
  }
}

export const clampWidth = (width: number): number =>
  Math.round(Math.min(MOST_WIDTH, Math.max(LEAST_WIDTH, width)));
