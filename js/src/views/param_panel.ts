/** The controls of the parameter grid, one for each column shown; only those in sight are counted and painted. */

import type { ReadonlySignal } from "@preact/signals-core";
import { h } from "../dom";
import { type Column, type Frame, isCodes } from "../lib/columns";
import { Scope } from "../scope";
import type { Selection } from "../selection";
import { ParamChips } from "./param_chips";
import { ParamSlider } from "./param_slider";

interface Control {
  name: string;
  kind: string;
  view: ParamSlider | ParamChips;
  scope: Scope;
  inSight: boolean;
}

export class ParamPanel {
  readonly root = h("div", "params", { role: "group", "aria-label": "Parameters" });
  private controls: Control[] = [];
  private frame: Frame | null = null;
  private pending = false;
  private readonly sight: IntersectionObserver;

  constructor(
    private readonly shared: Selection,
    private readonly columns: ReadonlySignal<string[]>,
    private readonly scope: Scope,
  ) {
    this.sight = new IntersectionObserver((entries) => this.seen(entries), { rootMargin: "100px" });
    scope.add(() => this.sight.disconnect());
    scope.add(() => this.keep([], null));
    scope.effect(() => this.keep(this.columns.value ?? [], this.shared.frame.value));
    scope.effect(() => {
      this.shared.passing.value;
      this.later();
    });
  }

  /** Have a control for each of these columns of the frame that there is something to choose in. */
  private keep(names: readonly string[], frame: Frame | null): void {
    const found = names.map((name) => frame?.byName.get(name)).filter((column) => column !== undefined);
    const known = new Map(this.controls.map((control) => [control.name, control]));
    const next = found.map((column) => this.controlOf(column, known.get(column.name), frame !== this.frame));
    for (const control of this.controls) if (!next.includes(control)) this.drop(control);
    this.frame = frame;
    if (next.length !== this.controls.length || next.some((control, i) => control !== this.controls[i])) {
      this.controls = next;
      this.root.replaceChildren(...next.map((control) => control.view.root));
    }
    this.later();
  }

  private controlOf(column: Column, known: Control | undefined, fresh: boolean): Control {
    const kind = isCodes(column) ? "chips" : "slider";
    if (known?.kind === kind) {
      if (fresh) known.view.take(column);
      return known;
    }
    const scope = new Scope();
    const view = isCodes(column)
      ? new ParamChips(column, this.shared, scope)
      : new ParamSlider(column, this.shared, scope);
    this.sight.observe(view.root);
    return { name: column.name, kind, view, scope, inSight: false };
  }

  private drop(control: Control): void {
    this.sight.unobserve(control.view.root);
    control.scope.close();
  }

  private seen(entries: readonly IntersectionObserverEntry[]): void {
    for (const entry of entries) {
      const control = this.controls.find((one) => one.view.root === entry.target);
      if (control) control.inSight = entry.isIntersecting;
    }
    this.later();
  }

  /** Once a frame, however often filters change. */
  private later(): void {
    if (this.pending || this.scope.ended) return;
    this.pending = true;
    requestAnimationFrame(() => {
      this.pending = false;
      this.paint();
    });
  }

  private paint(): void {
    const passing = this.shared.passing.peek();
    if (!passing || this.scope.ended) return;
    for (const { name, view, inSight } of this.controls) {
      const column = inSight ? passing.frame.byName.get(name) : undefined;
      if (column) view.paint(this.shared.filterOf(name), passing.engine.counts(column));
    }
  }
}
