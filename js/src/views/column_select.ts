/** A choice of one column, grouped as in the column chooser. */

import type { ReadonlySignal, Signal } from "@preact/signals-core";
import { h } from "../dom";
import type { Column, Frame } from "../lib/columns";
import { middleCut } from "../lib/text";
import type { Scope } from "../scope";

const HEADINGS: Record<string, string> = {
  run: "Run",
  params: "Parameters",
  metrics: "Metrics",
  tags: "Tags",
};

export interface ColumnChoice {
  label: string;
  value: Signal<string>;
  frame: ReadonlySignal<Frame | null>;
  accepts(column: Column): boolean;
  /** What choosing no column is called; null where there has to be one. */
  none: string | null;
}

export function columnSelect(
  { label, value, frame, accepts, none }: ColumnChoice,
  scope: Scope,
): HTMLElement {
  const select = h("select", "field choice", { "aria-label": label });
  scope.effect(() => {
    const columns = (frame.value?.columns ?? []).filter((one) => one.kind !== "run" && accepts(one));
    const groups = new Map<string, Column[]>();
    for (const one of columns) groups.set(one.group, [...(groups.get(one.group) ?? []), one]);
    const sets = [...groups].map(([group, members]) =>
      h("optgroup", "", { label: HEADINGS[group] ?? group }, ...members.map(option)),
    );
    select.replaceChildren(...(none === null ? [] : [h("option", "", { value: "" }, none)]), ...sets);
    select.value = value.value ?? "";
  });
  scope.listen(select, "change", () => {
    value.value = select.value;
  });
  return h("label", "slider", {}, label, select);
}

const option = (column: Column): HTMLElement =>
  h("option", "", { value: column.name, title: column.name }, middleCut(column.label, 40));
