/** The table of runs: filter, column choice, sorting and selection over one frame. */

import { computed, type ReadonlySignal, type Signal, signal } from "@preact/signals-core";
import { button, h, setText, show, uniqueId } from "../dom";
import { ask } from "../kernel";
import type { Column, Frame } from "../lib/columns";
import { formatCount, formatMoment, formatRelative } from "../lib/format";
import { coloursOf } from "../lib/palette";
import { type SortKey, sortRows } from "../lib/sort";
import { plural } from "../lib/text";
import type { Tokens } from "../lib/theme";
import { bind, type Model, onMessage } from "../model";
import type { Scope } from "../scope";
import type { Selection } from "../selection";
import { ColumnChooser } from "./column_chooser";
import { emptyState } from "./empty";
import { resizeGrip } from "./grip";
import { QueryBox } from "./query_box";
import { TableGrid } from "./table_grid";
import { headHeight } from "./table_head";
import { ROW_HEIGHT } from "./table_rows";

const BUSY_AFTER = 1500;

export class RunTable {
  private readonly frame: ReadonlySignal<Frame | null>;
  private readonly chosen: Signal<string[]>;
  private readonly sort: Signal<SortKey[]>;
  private readonly height: Signal<number>;
  private readonly refreshing = signal(false);
  private readonly problem = signal("");

  private readonly title = h("b", "");
  private readonly count = h("span", "quiet num", { role: "status", "aria-live": "polite" });
  private readonly search = h("input", "field", {
    type: "search",
    placeholder: "Filter by name or text",
    "aria-label": "Filter runs",
  });
  private readonly reload = button("Refresh");
  private readonly picked = h("span", "num", { role: "status" });
  private readonly clear = button("Clear", "link");
  private readonly age = h("span", "num");
  private readonly over = h("div", "over");
  private readonly error = h("div", "note bad", { role: "alert" });
  private readonly grid: TableGrid;
  private readonly chooser: ColumnChooser;
  private readonly queryBox: QueryBox;

  constructor(
    private readonly root: HTMLElement,
    model: Model,
    private readonly tokens: ReadonlySignal<Tokens>,
    private readonly scope: Scope,
    private readonly shared: Selection,
  ) {
    this.frame = shared.frame;
    this.chosen = bind(model, "columns", scope);
    this.sort = bind(model, "sort", scope);
    this.height = bind(model, "height", scope, 400);
    this.grid = new TableGrid(
      { sort: (keys) => this.set(this.sort, keys), select: (names) => this.set(shared.selected, names) },
      scope,
    );
    this.chooser = new ColumnChooser(this.chosen, scope);
    this.queryBox = new QueryBox(shared, scope);
    this.build();
    this.connect();
  }

  private set<T>(target: Signal<T>, value: T): void {
    target.value = value;
  }

  private build(): void {
    const bar = h(
      "div",
      "bar",
      {},
      this.title,
      this.count,
      this.search,
      h("span", "grow"),
      this.queryBox.button,
      this.chooser.button,
      this.reload,
    );
    const body = h("div", "", { style: "position: relative" }, this.grid.root, this.over);
    const foot = h("div", "foot", {}, this.picked, this.clear, h("span", "grow"), this.age);
    const grip = resizeGrip(this.grid.root, this.height, this.scope);
    this.grid.root.id = uniqueId("grid");
    this.root.classList.add("smtw-table");
    this.root.append(
      h("div", "box", {}, bar, this.queryBox.root, body, grip, foot, this.error, this.chooser.root),
    );
  }

  private connect(): void {
    const { scope } = this;
    const columns = computed(() => shownColumns(this.frame.value, this.chosen.value ?? []));
    const order = computed(() => {
      const passing = this.shared.passing.value;
      return passing ? sortRows(passing.frame, passing.rows, this.sort.value ?? []) : new Uint32Array(0);
    });
    scope.effect(() => {
      const frame = this.frame.value;
      if (!frame) return;
      const colours = coloursOf(this.tokens.value.theme);
      const state = { frame, columns: columns.value, order: order.value, colours };
      this.grid.update({ ...state, sort: this.sort.value ?? [], selected: this.shared.selected.value ?? [] });
    });
    scope.effect(() => this.paintBar(this.frame.value, order.value.length));
    scope.effect(() => this.fit(this.height.value, order.value.length));
    scope.effect(() => this.paintFoot());
    scope.effect(() => this.chooser.offer(this.frame.value?.columns ?? []));
    scope.every(5000, () => this.paintAge());
    this.listen();
  }

  /** As high as the rows need, at most as high as asked for. */
  private fit(most: number, rows: number): void {
    const { root } = this.grid;
    const bars = root.offsetHeight - root.clientHeight;
    const wanted = rows > 0 ? headHeight(this.frame.peek()?.rows ?? 0) + rows * ROW_HEIGHT + bars : 150;
    root.style.height = `${Math.min(most || 400, wanted)}px`;
  }

  private listen(): void {
    const { scope } = this;
    scope.listen(this.search, "input", () => this.set(this.shared.text, this.search.value));
    scope.listen(this.search, "keydown", (event) => {
      if (event.key === "ArrowDown") this.grid.root.focus();
    });
    scope.listen(this.clear, "click", () => this.set(this.shared.selected, []));
    scope.listen(this.reload, "click", () => this.refresh());
    onMessage(this.shared.model, scope, (content) => {
      if (content["type"] !== "refreshed") return;
      this.refreshing.value = false;
      this.problem.value = String(content["error"] ?? "");
    });
    scope.effect(() => {
      this.reload.disabled = this.refreshing.value;
      setText(this.reload, this.refreshing.value ? "Refreshing…" : "Refresh");
      const missing = this.frame.value?.header.missing ?? "";
      const told = this.problem.value || (missing && `Incomplete. ${missing}`);
      setText(this.error, told);
      show(this.error, told !== "");
    });
  }

  private refresh(): void {
    this.refreshing.value = true;
    this.problem.value = "";
    ask(this.shared.model, { type: "refresh" });
    setTimeout(() => {
      if (this.refreshing.value) setText(this.reload, "Kernel is busy…");
    }, BUSY_AFTER);
  }

  private paintBar(frame: Frame | null, shown: number): void {
    const total = frame?.rows ?? 0;
    const all = plural(total, "run");
    show(this.reload, frame?.header.again === true);
    setText(this.title, frame?.header.title ?? "");
    this.title.title = frame?.header.title ?? "";
    setText(this.count, frame ? (shown === total ? all : `${formatCount(shown)} of ${all}`) : "Loading…");
    const text = this.shared.text.value ?? "";
    if (this.search.value !== text) this.search.value = text;
    this.grid.root.setAttribute("aria-label", `Runs ${frame?.header.title ?? ""}`.trim());
    this.over.replaceChildren(...this.overlay(frame, shown));
  }

  private overlay(frame: Frame | null, shown: number): Node[] {
    if (!frame) return Array.from({ length: 6 }, () => h("div", "skeleton", { "aria-hidden": "true" }));
    if (shown > 0) return [];
    if (frame.rows === 0) return [emptyState(frame.header.empty ?? { text: "No runs yet.", code: "" })];
    const clear = button("Clear the filters", "link");
    clear.addEventListener("click", () => this.shared.clearFilters());
    const text = this.shared.text.value;
    const told = text ? `No run matches “${text}”.` : "No run satisfies the filters.";
    const box = emptyState({ text: told, code: "" });
    box.append(" ", clear);
    return [box];
  }

  private paintFoot(): void {
    const count = this.shared.selected.value?.length ?? 0;
    setText(this.picked, count === 0 ? "None selected" : `${formatCount(count)} selected`);
    show(this.clear, count > 0);
    this.frame.value;
    this.paintAge();
  }

  private paintAge(): void {
    const fetched = this.frame.peek()?.header.fetched;
    setText(this.age, fetched === undefined ? "" : `refreshed ${formatRelative(fetched, Date.now() / 1000)}`);
    this.age.title = fetched === undefined ? "" : `${formatMoment(fetched)} UTC`;
  }
}

/** The run's name first, then the chosen columns that the frame has. */
function shownColumns(frame: Frame | null, chosen: readonly string[]): Column[] {
  if (!frame) return [];
  const run = frame.columns.find((column) => column.kind === "run");
  const others = chosen.map((name) => frame.byName.get(name)).filter((column) => column !== undefined);
  return [...(run ? [run] : []), ...others.filter((column) => column !== run)];
}
