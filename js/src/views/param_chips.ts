/** A text column's control: a chip for each value with the number of runs, which a click wants or wants no more. */

import { button, h, setAttributes, setText, show } from "../dom";
import { type Bins, binsOf } from "../lib/bins";
import { type CodeColumn, type Column, isCodes } from "../lib/columns";
import type { Filter } from "../lib/filters";
import { formatCount } from "../lib/format";
import { statusLabel } from "../lib/status";
import { middleCut } from "../lib/text";
import type { Scope } from "../scope";
import type { Selection } from "../selection";
import { ParamHead } from "./param_head";

const FIRST = 8;
const MOST = 200;

interface Chip {
  /** Place in the counts; the last is of missing values. */
  code: number;
  value: string | null;
  root: HTMLButtonElement;
  count: HTMLElement;
  /** How often, and whether wanted, as painted. */
  painted: string;
}

export class ParamChips {
  readonly root: HTMLElement;
  private readonly head: ParamHead;
  private readonly box = h("div", "chips");
  private readonly more = button("", "link aside");
  private column: CodeColumn;
  private bins: Bins;
  private chips: Chip[] = [];
  private open = false;

  constructor(
    column: Column,
    private readonly shared: Selection,
    scope: Scope,
  ) {
    if (!isCodes(column)) throw new TypeError(`${column.name} has no values to choose from`);
    this.column = column;
    this.bins = binsOf(column);
    this.head = new ParamHead(column, () => shared.setFilter(column.name, null));
    this.root = h("div", "param", { role: "group", "aria-label": column.name }, this.head.root, this.box);
    scope.listen(this.more, "click", () => {
      this.open = !this.open;
      this.fill();
    });
    this.take(column);
  }

  take(column: Column): void {
    if (!isCodes(column)) return;
    this.column = column;
    this.bins = binsOf(column);
    const counts = new Uint32Array(this.bins.size + 1);
    for (const code of this.bins.codes) (counts[code] as number) += 1;
    const focused = this.chips.find((chip) => chip.root === document.activeElement)?.value;
    // The commonest first, missing values last.
    const order = [...column.values.keys()].sort((a, b) => (counts[b] as number) - (counts[a] as number));
    this.chips = order.slice(0, MOST).map((code) => this.newChip(code, column.values[code] ?? ""));
    // What is wanted and gone can still be given up.
    for (const value of this.shared.filterOf(column.name)?.values ?? [])
      if (typeof value === "string" && !column.values.includes(value))
        this.chips.push(this.newChip(-1, value));
    if (counts[this.bins.size]) this.chips.push(this.newChip(this.bins.size, null));
    this.fill();
    if (focused !== undefined) this.chips.find((chip) => chip.value === focused)?.root.focus();
  }

  paint(filter: Filter | undefined, counts: Uint32Array): void {
    const wanted = new Set(filter?.values ?? []);
    for (const chip of this.chips) {
      const { code, root } = chip;
      const on = wanted.has(chip.value);
      const state = `${counts[code]} ${on}`;
      if (chip.painted === state) continue;
      chip.painted = state;
      setText(chip.count, formatCount(counts[code] ?? 0));
      setAttributes(root, { "aria-pressed": on ? "true" : "false" });
      root.classList.toggle("smtw-none", counts[code] === 0 && !on);
    }
    const all = this.column.values.length + (this.chips.at(-1)?.value === null ? 1 : 0);
    this.head.paint(filter ? `${wanted.size} of ${all}` : "", filter !== undefined);
  }

  private fill(): void {
    const rest = this.chips.length - FIRST;
    // One more is shown rather than hidden behind a button.
    const shown = this.open || rest <= 1 ? this.chips : this.chips.slice(0, FIRST);
    const focused = document.activeElement === this.more;
    this.box.replaceChildren(...shown.map((chip) => chip.root), this.more);
    show(this.more, rest > 1);
    setText(this.more, this.open ? "fewer" : `${rest} more`);
    setAttributes(this.more, { "aria-expanded": String(this.open) });
    if (focused) this.more.focus();
  }

  private newChip(code: number, value: string | null): Chip {
    const said = value === null ? "missing" : this.column.kind === "status" ? statusLabel(value) : value;
    const count = h("em", "num");
    const root = button("", `chip${value === null ? " missing" : ""}`, {
      title: said.length > 24 ? said : null,
    });
    root.append(h("span", "", {}, middleCut(said, 24)), count);
    root.addEventListener("click", () => this.toggle(value));
    return { code, value, root, count, painted: "" };
  }

  private toggle(value: string | null): void {
    const before = this.shared.filterOf(this.column.name)?.values ?? [];
    const next = before.includes(value) ? before.filter((one) => one !== value) : [...before, value];
    this.shared.setFilter(
      this.column.name,
      next.length > 0 ? { column: this.column.name, values: next } : null,
    );
  }
}
