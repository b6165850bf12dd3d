/** One axis of parallel coordinates: its label, its marks, the range brushed on it, and its keys. */

import { h, setAttributes, setText, show } from "../dom";
import { type Tick, ticksOf } from "../lib/axis_ticks";
import type { Column } from "../lib/columns";
import type { Filter } from "../lib/filters";
import { filterOfSpan, type Scale, spanOfFilter, toggled, wanted } from "../lib/scales";
import type { Span } from "../lib/span";
import { statusLabel } from "../lib/status";
import { middleCut } from "../lib/text";
import type { Scope } from "../scope";
import { AxisBrush } from "./axis_brush";
import { AxisHead } from "./axis_head";

const ROOM = 22;

export interface AxisState {
  column: Column;
  scale: Scale;
  log: boolean;
  flip: boolean;
  index: number;
  count: number;
  x: number;
  /** px that it has for itself. */
  room: number;
  top: number;
  height: number;
  missing: number;
  /** Whether any run has no value on it. */
  gaps: boolean;
  filter: Filter | undefined;
}

export interface AxisActions {
  preview(column: string, filter: Filter | null): void;
  commit(soon?: boolean): void;
  setLog(column: string, on: boolean): void;
  setFlip(column: string, on: boolean): void;
  /** Move it to a place among the axes. */
  move(column: string, to: number): void;
  /** Let go of it at a pixel. */
  drop(column: string, x: number): void;
  remove(column: string): void;
}

export class ParallelAxis {
  readonly root = h("div", "axis", { role: "group" });
  private readonly marks = h("div", "axis-marks");
  private readonly gap = h("button", "axis-value axis-gap", { type: "button" }, "missing");
  private readonly head: AxisHead;
  private readonly brush: AxisBrush;
  private state: AxisState | null = null;
  private painted = "";

  constructor(
    private readonly actions: AxisActions,
    scope: Scope,
  ) {
    this.head = new AxisHead(this.root, actions, scope);
    this.brush = new AxisBrush(
      {
        preview: (span) => this.preview(span),
        commit: (soon) => actions.commit(soon),
        clear: () => this.clear(),
        pick: (slot) => this.toggle(slot),
      },
      scope,
    );
    this.root.append(this.head.label, this.marks, this.brush.root, this.gap, this.head.menu);
    scope.listen(this.gap, "click", () => this.toggle(null));
    scope.listen(this.root, "keydown", (event) => {
      if (event.key !== "Escape" || !this.state?.filter || this.head.isOpen) return;
      event.preventDefault();
      event.stopPropagation();
      this.clear();
    });
  }

  update(state: AxisState): void {
    const before = this.state?.scale;
    this.state = state;
    const { column, scale, x, top, height } = state;
    this.root.style.left = `${x}px`;
    this.root.classList.toggle("smtw-axis-filtered", state.filter !== undefined);
    setAttributes(this.root, { "aria-label": column.name });
    this.head.update(state);
    const look = JSON.stringify([state.flip, top, height, state.room, state.gaps]);
    if (look !== this.painted || !before || !sameScale(before, scale)) this.paint(state);
    this.painted = look;
    this.paintWanted(state);
    const span = spanOfFilter(scale, state.filter);
    this.brush.update({ column, scale, flip: state.flip, top, height, span });
  }

  private paint(state: AxisState): void {
    const { column, scale, top, height } = state;
    const count = Math.max(2, Math.floor(height / (scale.kind === "values" ? ROOM : 46)));
    const line = h("div", "axis-line");
    line.style.top = `${top}px`;
    line.style.height = `${height}px`;
    const ticks = ticksOf(column, scale, count).map((tick) => this.mark(state, tick));
    const none = Number.isNaN(scale.low) || (scale.kind === "values" && scale.slots.length === 0);
    const empty = none ? [h("span", "axis-tick", { style: `top: ${top + height / 2}px` }, "no values")] : [];
    this.marks.replaceChildren(line, ...ticks, ...empty);
    this.gap.style.top = `${top + height + state.missing}px`;
    show(this.gap, state.gaps);
  }

  private mark({ column, scale, flip, top, height, room }: AxisState, { place, label }: Tick): HTMLElement {
    const y = top + height * (flip ? place : 1 - place);
    const said = column.kind === "status" ? statusLabel(label) : label;
    const text = middleCut(said, Math.max(4, Math.floor((room - 12) / 6.2)));
    if (scale.kind !== "values")
      return h("span", "axis-tick", { style: `top: ${y}px`, "aria-hidden": "true" }, text);
    const button = h("button", "axis-value", { type: "button", style: `top: ${y}px`, title: said }, text);
    button.dataset["value"] = label;
    button.addEventListener("click", () => this.toggle(label));
    return button;
  }

  /** Mark the values that the filter wants. */
  private paintWanted({ filter }: AxisState): void {
    for (const button of this.marks.querySelectorAll<HTMLElement>("button"))
      setAttributes(button, {
        "aria-pressed": filter ? String(wanted(filter, button.dataset["value"] ?? "")) : "false",
        class: `smtw-axis-value${wanted(filter, button.dataset["value"] ?? "") ? "" : " smtw-axis-out"}`,
      });
    const gap = filter?.values?.includes(null) ?? false;
    setAttributes(this.gap, { "aria-pressed": String(gap) });
    this.gap.classList.toggle("smtw-axis-out", filter !== undefined && !gap);
    setText(this.gap, "missing");
  }

  private preview(span: Span): void {
    const { column, scale } = this.state as AxisState;
    this.actions.preview(column.name, filterOfSpan(column, scale, ...span));
  }

  private clear(): void {
    const { column } = this.state as AxisState;
    this.actions.preview(column.name, null);
    this.actions.commit();
  }

  private toggle(value: string | null): void {
    const { column, scale, filter } = this.state as AxisState;
    this.actions.preview(column.name, toggled(column, scale, filter, value));
    this.actions.commit();
  }
}

/** Whether marks are the same: their places follow from the ends alone. */
function sameScale(a: Scale, b: Scale): boolean {
  if (a === b) return true;
  return a.log === b.log && a.low === b.low && a.high === b.high && a.slots.join("\n") === b.slots.join("\n");
}
