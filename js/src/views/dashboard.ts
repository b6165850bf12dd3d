/** Parameters, charts and table of one selection in one frame, whose parts can be resized and are remembered. */

import { computed, type ReadonlySignal, type Signal, signal } from "@preact/signals-core";
import { Asking } from "../asking";
import { button, h, setText, show } from "../dom";
import { lossOf } from "../kernel";
import { recall, remember } from "../lib/memory";
import { runsShown } from "../lib/text";
import type { Tokens } from "../lib/theme";
import { bind, follow, type Model } from "../model";
import { Scope } from "../scope";
import { type LinkedModel, modelOf, type Selection } from "../selection";
import { ColumnChooser } from "./column_chooser";
import { CopyMenu } from "./copy_menu";
import { DashTabs } from "./dash_tabs";
import { emptyState } from "./empty";
import { resizeGrip } from "./grip";
import { ParamPanel } from "./param_panel";
import { QueryBox } from "./query_box";
import { splitter } from "./split";

/** Mounts a part's view: its own model, and what all of them share. */
export type PartMount = (
  root: HTMLElement,
  model: Model,
  tokens: ReadonlySignal<Tokens>,
  scope: Scope,
  shared: Selection,
) => unknown;

interface Layout {
  side: number;
  top: number;
  open: boolean;
}

const LAYOUT: Layout = { side: 240, top: 330, open: true };

export class Dashboard {
  private readonly parts: ReadonlySignal<Record<string, string> | null>;
  private readonly troubles: ReadonlySignal<Record<string, string> | null>;
  private readonly side = signal(LAYOUT.side);
  private readonly top = signal(LAYOUT.top);
  private readonly open = signal(LAYOUT.open);

  constructor(
    root: HTMLElement,
    private readonly model: LinkedModel,
    private readonly tokens: ReadonlySignal<Tokens>,
    private readonly scope: Scope,
    private readonly shared: Selection,
    private readonly views: Record<string, { label: string; mount: PartMount }>,
  ) {
    this.parts = follow(model, "_parts", scope);
    this.troubles = follow(model, "_trouble", scope);
    this.recall();
    const tab: Signal<string> = bind(model, "tab", scope);
    const tabs = new DashTabs(
      Object.entries(views)
        .filter(([name]) => name !== "table")
        .map(([name, { label }]) => ({ name, label, mount: (slot: HTMLElement) => this.fill(name, slot) })),
      tab,
      scope,
    );
    const table = h("div", "dash-table");
    const bar = this.bar();
    const panels = h("div", "dash-top", {}, tabs.panels);
    const main = h("div", "dash-main", {}, tabs.list, panels, resizeGrip(panels, this.top, scope), table);
    const side = this.sidePanel();
    const body = h("div", "dash-body", {}, side, splitter(side, this.side, scope), main);
    root.classList.add("smtw-dash");
    root.append(h("div", "box", {}, bar, body));
    scope.effect(() => {
      side.style.width = `${this.side.value}px`;
      panels.style.height = `${this.top.value}px`;
      body.classList.toggle("smtw-narrowed", !this.open.value);
    });
    this.fill("table", table);
  }

  /** Title, counts, the whole query, and what can be done with it. */
  private bar(): HTMLElement {
    const { shared, scope } = this;
    const title = h("b", "");
    const count = h("span", "quiet num", { role: "status", "aria-live": "polite" });
    const query = new QueryBox(shared, scope, true);
    const clear = button("Clear filters", "link");
    const fold = button("Parameters", "", { "aria-pressed": "true" });
    scope.listen(clear, "click", () => shared.clearFilters());
    scope.listen(fold, "click", () => {
      this.open.value = !this.open.peek();
    });
    scope.effect(() => {
      const total = shared.frame.value?.rows ?? 0;
      const kept = shared.passing.value?.rows.length ?? 0;
      const name = shared.frame.value?.header.title ?? "";
      setText(title, name);
      title.title = name;
      setText(count, !shared.frame.value ? "Loading…" : runsShown(kept, total));
      show(clear, (shared.filters.value ?? []).length > 0 || (shared.text.value ?? "") !== "");
    });
    scope.effect(() => {
      fold.setAttribute("aria-pressed", String(this.open.value));
    });
    const copy = new CopyMenu(shared, scope);
    return h("div", "bar dash-bar", {}, fold, title, count, query.root, clear, copy.root);
  }

  private sidePanel(): HTMLElement {
    const columns: Signal<string[]> = bind(this.model, "columns", this.scope);
    const panel = new ParamPanel(this.shared, columns, this.scope);
    const chooser = new ColumnChooser(columns, this.scope);
    const nothing = computed(() => this.shared.frame.value?.rows === 0);
    this.scope.effect(() =>
      chooser.offer((this.shared.frame.value?.columns ?? []).filter((one) => one.field)),
    );
    this.scope.effect(() => show(panel.root, !nothing.value));
    const head = h(
      "div",
      "dash-side-head",
      {},
      h("span", "quiet", {}, "Filter by"),
      h("span", "grow"),
      chooser.button,
    );
    return h("div", "dash-side", {}, h("div", "dash-side-in", {}, head, panel.root), chooser.root);
  }

  /**
   * Keep a part's view in `slot`: mounted once its model is there, and again when it is another one. The kernel makes
   * those of tabs when they are first shown.
   */
  private fill(name: string, slot: HTMLElement): void {
    const told = h("div", "empty", { role: "status" }, "Loading…");
    const asking = new Asking(this.model, this.scope);
    asking.wait();
    const reference = computed(() => this.parts.value?.[name]);
    const trouble = computed(() => this.troubles.value?.[name] ?? "");
    let inside: Scope | null = null;
    slot.append(told);
    this.scope.add(() => inside?.close());
    this.scope.effect(() => {
      if (reference.value || trouble.value) asking.answered();
      setText(told, trouble.value || lossOf(this.model) || asking.text("Loading…") || told.textContent || "");
    });
    this.scope.effect(() => {
      const [found, problem] = [reference.value, trouble.value];
      inside?.close();
      inside = new Scope();
      slot.replaceChildren(told);
      // What the view reads is not what this effect waits for.
      const scope = inside;
      if (found && !problem) queueMicrotask(() => this.mount(name, found, slot, scope));
    });
  }

  private async mount(name: string, reference: string, slot: HTMLElement, scope: Scope): Promise<void> {
    try {
      const model = await modelOf(this.model, reference);
      if (scope.ended) return;
      const root = h("div", "part");
      slot.replaceChildren(root);
      this.views[name]?.mount(root, model, this.tokens, scope, this.shared);
    } catch (error) {
      const text = error instanceof Error ? error.message : String(error);
      slot.replaceChildren(emptyState({ text: `This view could not be shown: ${text}`, code: "" }));
    }
  }

  /** Sizes are those of the last time, for each experiment. */
  private recall(): void {
    const key = () => `layout:${this.shared.frame.peek()?.header.title ?? ""}`;
    const layout = { ...LAYOUT, ...recall<Partial<Layout>>(key(), {}) };
    this.side.value = layout.side;
    this.top.value = layout.top;
    this.open.value = layout.open;
    let first = true;
    this.scope.effect(() => {
      const now: Layout = { side: this.side.value, top: this.top.value, open: this.open.value };
      if (!first) remember(key(), now);
      first = false;
    });
  }
}
