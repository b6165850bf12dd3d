/** The table of runs: filter, column choice, sorting and selection over one frame. */

import { computed, type ReadonlySignal, type Signal, signal } from "@preact/signals-core";
import { Asking } from "../asking";
import { button, h, setAttributes, setText, show, uniqueId } from "../dom";
import type { Frame } from "../lib/columns";
import { groupedItems, type Items, NO_ITEMS, plainItems } from "../lib/items";
import { NOTES } from "../lib/notes";
import { coloursOf } from "../lib/palette";
import { type SortKey, sortedRows } from "../lib/sort";
import { runsShown } from "../lib/text";
import type { Tokens } from "../lib/theme";
import { bind, type Model, onMessage } from "../model";
import type { Scope } from "../scope";
import type { Selection } from "../selection";
import { ColumnChooser } from "./column_chooser";
import { emptyState } from "./empty";
import { resizeGrip } from "./grip";
import { QueryBox } from "./query_box";
import { TableCopy } from "./table_copy";
import { TableEdit } from "./table_edit";
import { TableFoot } from "./table_foot";
import { TableGrid } from "./table_grid";
import { GroupChoice } from "./table_groups";
import { headHeight } from "./table_head";
import { TableLayout } from "./table_layout";
import { ColumnMenu } from "./table_menu";
import { ROW_HEIGHT } from "./table_rows";

const NONE: string[] = [];

export class RunTable {
  private readonly frame: ReadonlySignal<Frame | null>;
  private readonly sort: Signal<SortKey[]>;
  private readonly height: Signal<number>;
  private readonly groupBy: Signal<string>;
  private readonly opened = signal<ReadonlySet<string>>(new Set());
  private readonly refreshing: Asking;
  private readonly problem = signal("");
  private readonly layout: TableLayout;
  /** Rows that pass, sorted. */
  private readonly order: ReadonlySignal<Uint32Array>;
  /** Row of the baseline; -1 = none. */
  private readonly baseline: ReadonlySignal<number>;
  private readonly items: ReadonlySignal<Items>;

  private readonly title = h("b", "");
  private readonly count = h("span", "quiet num", { role: "status", "aria-live": "polite" });
  private readonly search = h("input", "field", {
    type: "search",
    placeholder: "Filter by name or text",
    "aria-label": "Filter runs",
  });
  private readonly reload = button("Refresh");
  private readonly differ = button("Differing", "", { title: "Only the parameters that differ" });
  private readonly over = h("div", "over");
  private readonly error = h("div", "note bad", { role: "alert" });
  private readonly grid: TableGrid;
  private readonly chooser: ColumnChooser;
  private readonly queryBox: QueryBox;
  private readonly groups: GroupChoice;
  private readonly menu: ColumnMenu;
  private readonly foot: TableFoot;
  private readonly edit: TableEdit;

  constructor(
    private readonly root: HTMLElement,
    model: Model,
    private readonly tokens: ReadonlySignal<Tokens>,
    private readonly scope: Scope,
    private readonly shared: Selection,
  ) {
    this.frame = shared.frame;
    this.refreshing = new Asking(shared.model, scope);
    this.sort = bind(model, "sort", scope);
    this.height = bind(model, "height", scope, 400);
    this.groupBy = bind(model, "group_by", scope);
    this.layout = new TableLayout(model, shared, scope);
    this.order = computed(() => this.sorted());
    this.baseline = computed(
      () => this.frame.value?.header.runs.indexOf(shared.baseline.value || "\0") ?? -1,
    );
    this.items = computed(() => this.listed());
    const writable = model.get("_writable") === true;
    const copy = new TableCopy(
      shared,
      () => this.layout.shown.peek(),
      () => this.order.peek(),
      root,
    );
    this.edit = new TableEdit(model, shared, writable, () => this.grid.root, scope);
    const acts = {
      archive: (runs: string[]) => this.edit.archive(runs),
      annotate: (run: string) =>
        void this.annotate(this.frame.peek()?.header.runs.indexOf(run) ?? -1, this.foot.root),
    };
    this.foot = new TableFoot(shared, copy, acts, writable, scope);
    this.menu = new ColumnMenu(shared, this.layout, this.groupBy, scope);
    this.grid = this.newGrid(model);
    this.chooser = new ColumnChooser(this.layout.chosen, scope, this.layout);
    this.groups = new GroupChoice(this.groupBy, scope);
    this.queryBox = new QueryBox(shared, scope);
    this.build();
    this.connect();
  }

  private newGrid(model: Model): TableGrid {
    const actions = {
      edit: this.edit.edit.bind(this.edit),
      annotate: (row: number, place: HTMLElement) => this.annotate(row, place),
      fold: (key: string, open: boolean) => this.fold(key, open),
      copy: () => this.foot.copyRows(),
    };
    return new TableGrid(model, this.shared, this.layout, this.sort, this.menu, actions, this.scope);
  }

  /** The notes come into sight with the first that are written here. */
  private annotate(row: number, place: HTMLElement): boolean {
    const told = this.edit.annotate(row, place);
    if (told && !this.layout.chosen.peek().includes(NOTES)) this.layout.toggle(NOTES);
    return told;
  }

  private fold(key: string, open: boolean): void {
    const next = new Set(this.opened.peek());
    if (open) next.add(key);
    else next.delete(key);
    this.opened.value = next;
  }

  private sorted(): Uint32Array {
    const passing = this.shared.passing.value;
    if (!passing) return new Uint32Array(0);
    const { frame, rows, engine } = passing;
    return sortedRows(frame, rows, (row) => engine.passes(row), this.sort.value ?? []);
  }

  private listed(): Items {
    const frame = this.frame.value;
    if (!frame) return NO_ITEMS;
    const column = frame.byName.get(this.groupBy.value ?? "");
    return column
      ? groupedItems(this.order.value, column, this.opened.value, this.baseline.value)
      : plainItems(this.order.value, this.baseline.value);
  }

  private build(): void {
    const tools = [this.groups.root, this.differ, this.queryBox.button, this.chooser.button, this.reload];
    const bar = h("div", "bar", {}, this.title, this.count, this.search, h("span", "grow"), ...tools);
    const body = h("div", "", { style: "position: relative" }, this.grid.root, this.grid.help, this.over);
    const grip = resizeGrip(this.grid.root, this.height, this.scope);
    this.grid.root.id = uniqueId("grid");
    this.root.classList.add("smtw-table");
    const notes = [this.edit.root, this.error];
    const box = h("div", "box", {}, bar, this.queryBox.root, body, grip, this.foot.root, ...notes);
    box.append(this.chooser.root, this.menu.root, this.edit.editor.root);
    this.root.append(box);
  }

  private connect(): void {
    const { scope } = this;
    scope.effect(() => {
      const frame = this.frame.value;
      // A filter that all runs pass changes marks in the header, and no row.
      if (!frame || !this.shared.passing.value) return;
      const look = {
        columns: this.layout.shown.value,
        fixed: this.layout.fixed.value,
        widths: this.layout.widths.value,
      };
      const rows = { items: this.items.value, sort: this.sort.value ?? [], baseline: this.baseline.value };
      const marks = {
        selected: this.shared.selected.value ?? NONE,
        hidden: this.shared.hidden.value ?? NONE,
        pending: this.edit.pending.value,
        trends: this.layout.trends.value ?? NONE,
      };
      this.grid.update({ frame, ...look, ...rows, ...marks, colours: coloursOf(this.tokens.value.theme) });
    });
    scope.effect(() => this.paintBar(this.frame.value, this.order.value.length));
    scope.effect(() => this.fit(this.height.value, this.items.value.codes.length));
    scope.effect(() => this.chooser.offer(this.layout.offered(this.frame.value)));
    scope.effect(() => this.groups.offer(this.frame.value));
    scope.effect(() =>
      setAttributes(this.differ, { "aria-pressed": String(this.layout.differing.value === true) }),
    );
    this.listen();
  }

  /** As high as the rows need, at most as high as asked for. */
  private fit(most: number, rows: number): void {
    const { root } = this.grid;
    const wanted = rows > 0 ? headHeight(this.frame.peek()?.rows ?? 0) + rows * ROW_HEIGHT : 150;
    const limit = most || 400;
    // How high its own scroll bar is, is asked only where it matters: the browser would lay out the page for it.
    const bars = rows > 0 && wanted < limit ? root.offsetHeight - root.clientHeight : 0;
    root.style.height = `${Math.min(limit, wanted + bars)}px`;
  }

  private set<T>(target: Signal<T>, value: T): void {
    target.value = value;
  }

  private listen(): void {
    const { scope } = this;
    scope.listen(this.search, "input", () => this.set(this.shared.text, this.search.value));
    scope.listen(this.search, "keydown", (event) => {
      if (event.key === "ArrowDown") this.grid.root.focus();
    });
    scope.listen(this.differ, "click", () => this.set(this.layout.differing, !this.layout.differing.peek()));
    scope.listen(this.reload, "click", () => this.refresh());
    onMessage(this.shared.model, scope, (content) => {
      if (content["type"] !== "refreshed") return;
      this.refreshing.answered();
      this.problem.value = String(content["error"] ?? "");
    });
    scope.effect(() => {
      this.reload.disabled = this.refreshing.waiting.value;
      setText(this.reload, this.refreshing.text("Refreshing…") || "Refresh");
      const missing = this.frame.value?.header.missing ?? "";
      const told = this.problem.value || (missing && `Incomplete. ${missing}`);
      setText(this.error, told);
      show(this.error, told !== "");
    });
  }

  private refresh(): void {
    this.problem.value = "";
    this.refreshing.ask({ type: "refresh" });
  }

  private paintBar(frame: Frame | null, shown: number): void {
    const total = frame?.rows ?? 0;
    show(this.reload, frame?.header.again === true);
    setText(this.title, frame?.header.title ?? "");
    this.title.title = frame?.header.title ?? "";
    setText(this.count, frame ? runsShown(shown, total) : "Loading…");
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
}
