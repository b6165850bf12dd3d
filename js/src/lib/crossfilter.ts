/** Which rows satisfy all filters, and counts of them by bins; each change costs only what it changes. */

import { type Bins, binsOf } from "./bins";
import { type Column, type Frame, isCodes } from "./columns";
import { type Filter, markFailing, markWithoutWords, sameFilter } from "./filters";
import { changedRows } from "./ordered";

/** Key of the text filter among the columns' names. */
const TEXT = "\u0000text";

/** Of more rows than one in so many all are looked at, which is as quick. */
const FEW = 4;

interface Own {
  filter: Filter | string;
  /** 1 for each row that it leaves out. */
  fails: Uint8Array;
}

export class Crossfilter {
  /** Grows with every change. */
  version = 0;
  /** How many filters leave each row out. */
  private readonly failing: Uint8Array;
  private readonly owns = new Map<string, Own>();
  private passing: Uint32Array | null = null;
  private readonly counted = new Map<Column, { version: number; counts: Uint32Array }>();
  private seen: { filters: readonly Filter[]; text: string } = { filters: [], text: "" };

  constructor(readonly frame: Frame) {
    this.failing = new Uint8Array(frame.rows);
  }

  /** Take these filters, and the words of `text`. */
  update(filters: readonly Filter[], text: string): this {
    if (this.seen.filters === filters && this.seen.text === text) return this;
    this.seen = { filters, text };
    const wanted = new Map<string, Filter | string>(filters.map((one) => [one.column, one]));
    if (text.trim() !== "") wanted.set(TEXT, text);
    for (const [key, own] of this.owns) if (!wanted.has(key)) this.drop(key, own);
    for (const [key, filter] of wanted) this.take(key, filter);
    return this;
  }

  /** Rows that satisfy all filters, ascending. */
  rows(): Uint32Array {
    if (this.passing) return this.passing;
    const { failing } = this;
    const rows = new Uint32Array(failing.length);
    let count = 0;
    // Without a branch, which would be guessed wrong for every other row: a third of the time.
    for (let row = 0; row < failing.length; row += 1) {
      rows[count] = row;
      count += ((failing[row] as number) - 1) >>> 31;
    }
    this.passing = rows.subarray(0, count);
    return this.passing;
  }

  passes(row: number): boolean {
    return this.failing[row] === 0;
  }

  /** Rows in each bin of `column` that satisfy all filters but its own; the last count is of missing values. */
  counts(column: Column): Uint32Array {
    const known = this.counted.get(column);
    if (known?.version === this.version) return known.counts;
    const bins = binsOf(column);
    const own = this.owns.get(column.name);
    const counts = own ? this.countOthers(bins, own.fails) : this.countPassing(bins);
    this.counted.set(column, { version: this.version, counts });
    return counts;
  }

  private countPassing({ codes, size }: Bins): Uint32Array {
    const counts = new Uint32Array(size + 1);
    const rows = this.rows();
    for (let i = 0; i < rows.length; i += 1) (counts[codes[rows[i] as number] as number] as number) += 1;
    return counts;
  }

  private countOthers({ codes, size }: Bins, fails: Uint8Array): Uint32Array {
    const counts = new Uint32Array(size + 1);
    const { failing } = this;
    for (let row = 0; row < failing.length; row += 1)
      if (failing[row] === fails[row]) (counts[codes[row] as number] as number) += 1;
    return counts;
  }

  private take(key: string, filter: Filter | string): void {
    const before = this.owns.get(key);
    if (before && isSame(before.filter, filter)) return;
    if (before && typeof filter !== "string" && this.move(before, filter)) return;
    const fails = new Uint8Array(this.failing.length);
    if (typeof filter === "string") markWithoutWords(fails, this.frame, filter);
    else markFailing(fails, this.frame.byName.get(filter.column), filter);
    this.replace(before?.fails ?? null, fails);
    this.owns.set(key, { filter, fails });
  }

  /** Go from one range of a number column to another by the rows between them; false where that is not less. */
  private move(own: Own, filter: Filter): boolean {
    const column = this.frame.byName.get(filter.column);
    const from = own.filter;
    if (!column || isCodes(column) || typeof from === "string" || from.values || filter.values) return false;
    const { leave, enter } = changedRows(column, from, filter);
    const changed = [...leave, ...enter].reduce((sum, part) => sum + part.length, 0);
    if (changed > this.failing.length / FEW) return false;
    const { failing } = this;
    for (const [parts, by] of [
      [leave, 1],
      [enter, -1],
    ] as const)
      for (const rows of parts)
        for (const row of rows) {
          own.fails[row] = by === 1 ? 1 : 0;
          failing[row] = (failing[row] as number) + by;
        }
    own.filter = filter;
    this.recount(column, leave, enter);
    this.passing = null;
    return true;
  }

  /** Bring counts up to date, but those of `moved`, which its own filter does not touch. */
  private recount(moved: Column, leave: readonly Uint32Array[], enter: readonly Uint32Array[]): void {
    const { failing } = this;
    for (const [column, known] of this.counted) {
      if (known.version !== this.version) continue;
      const counts = known.counts.slice();
      this.counted.set(column, { version: this.version + 1, counts });
      if (column === moved) continue;
      const { codes } = binsOf(column);
      const fails = this.owns.get(column.name)?.fails;
      for (const rows of leave)
        for (const row of rows)
          if (failing[row] === 1 + (fails ? (fails[row] as number) : 0))
            (counts[codes[row] as number] as number) -= 1;
      for (const rows of enter)
        for (const row of rows)
          if (failing[row] === (fails ? (fails[row] as number) : 0))
            (counts[codes[row] as number] as number) += 1;
    }
    this.version += 1;
  }

  private drop(key: string, own: Own): void {
    this.replace(own.fails, null);
    this.owns.delete(key);
  }

  private replace(before: Uint8Array | null, after: Uint8Array | null): void {
    const { failing } = this;
    for (let row = 0; row < failing.length; row += 1)
      failing[row] =
        (failing[row] as number) +
        (after ? (after[row] as number) : 0) -
        (before ? (before[row] as number) : 0);
    this.passing = null;
    this.version += 1;
  }
}

function isSame(a: Filter | string, b: Filter | string): boolean {
  return typeof a === "string" || typeof b === "string" ? a === b : sameFilter(a, b);
}
