/** The parameter grid: a control for each parameter that filters the runs, and what they come to as a query. */

import { computed, type ReadonlySignal, type Signal } from "@preact/signals-core";
import { button, h, setText, show } from "../dom";
import type { Frame } from "../lib/columns";
import { runsShown } from "../lib/text";
import type { Tokens } from "../lib/theme";
import { bind, type Model } from "../model";
import type { Scope } from "../scope";
import type { Selection } from "../selection";
import { ColumnChooser } from "./column_chooser";
import { CopyMenu } from "./copy_menu";
import { emptyState } from "./empty";
import { ParamPanel } from "./param_panel";

export class ParamGrid {
  private readonly title = h("b", "");
  private readonly count = h("span", "quiet num", { role: "status", "aria-live": "polite" });
  private readonly clear = button("Clear", "link");
  private readonly query = h("div", "query-line code", {
    tabindex: 0,
    role: "textbox",
    "aria-readonly": "true",
    "aria-label": "Query",
  });
  private readonly empty = h("div", "");

  constructor(
    root: HTMLElement,
    model: Model,
    _: ReadonlySignal<Tokens>,
    scope: Scope,
    private readonly shared: Selection,
  ) {
    const columns: Signal<string[]> = bind(model, "columns", scope);
    const panel = new ParamPanel(shared, columns, scope);
    const chooser = new ColumnChooser(columns, scope);
    const copy = new CopyMenu(shared, scope);
    panel.root.classList.add("smtw-params-wide");
    const bar = h(
      "div",
      "bar",
      {},
      this.title,
      this.count,
      h("span", "grow"),
      this.clear,
      copy.root,
      chooser.button,
    );
    root.classList.add("smtw-grid");
    root.append(h("div", "box", {}, bar, panel.root, this.empty, this.query, chooser.root));
    scope.listen(this.clear, "click", () => shared.clearFilters());
    const nothing = computed(() => isEmpty(shared.frame.value, columns.value ?? []));
    scope.effect(() => chooser.offer((shared.frame.value?.columns ?? []).filter((column) => column.field)));
    scope.effect(() => this.paint());
    scope.effect(() => {
      columns.value;
      show(this.empty, nothing.value);
      show(panel.root, !nothing.value);
      const told = shared.frame.value?.header.empty;
      const none = { text: "No column is chosen.", code: "" };
      this.empty.replaceChildren(emptyState(shared.frame.value?.rows === 0 && told ? told : none));
    });
  }

  private paint(): void {
    const { frame, passing, query } = this.shared;
    const total = frame.value?.rows ?? 0;
    const kept = passing.value?.rows.length ?? 0;
    const text = query.value;
    setText(this.title, frame.value?.header.title ?? "");
    setText(this.count, !frame.value ? "Loading…" : runsShown(kept, total));
    setText(this.query, text);
    show(this.query, text !== "");
    show(this.clear, (this.shared.filters.value ?? []).length > 0 || this.shared.text.value !== "");
  }
}

/** Whether there is nothing to filter: no run, or no column. */
function isEmpty(frame: Frame | null, columns: readonly string[]): boolean {
  return frame !== null && (frame.rows === 0 || !columns.some((name) => frame.byName.has(name)));
}
