/** A chart that shows what the other views of a selection have picked, filtered and hidden. */

import { computed, type ReadonlySignal } from "@preact/signals-core";
import type { Tokens } from "../lib/theme";
import type { Model } from "../model";
import type { Scope } from "../scope";
import { type LinkedModel, Selection, selectionModel } from "../selection";
import { MetricChart } from "./metric_chart";

/** Redrawing lines is dearer than counting rows: a brush moves on meanwhile. */
const LATEST = 120;

/** Show the model's chart, linked where it refers to a selection. */
export async function mountChart(
  root: HTMLElement,
  model: Model,
  tokens: ReadonlySignal<Tokens>,
  scope: Scope,
): Promise<void> {
  const chart = new MetricChart(root, model, tokens, scope);
  const shared = await selectionModel(model as LinkedModel);
  if (shared && !scope.ended) linkChart(chart, new Selection(shared, scope), scope);
}

function linkChart(chart: MetricChart, shared: Selection, scope: Scope): void {
  const places = computed(
    () => new Map((shared.frame.value?.header.runs ?? []).map((name, row) => [name, row])),
  );
  const state = computed(() => {
    const passing = shared.passing.value;
    const names = chart.names.value;
    const dimmed = names.filter((name) => {
      const row = places.value.get(name);
      return row !== undefined && passing !== null && !passing.engine.passes(row);
    });
    const drawn = new Set(names);
    const picked = (shared.selected.value ?? []).filter((name) => drawn.has(name));
    const hidden = (shared.hidden.value ?? []).filter((name) => drawn.has(name));
    // As text: what has not changed is not drawn again.
    return JSON.stringify({ dimmed, picked, hidden, baseline: shared.baseline.value ?? "" });
  });
  let timer: ReturnType<typeof setTimeout> | undefined;
  const apply = () => {
    timer = undefined;
    const { dimmed, picked, hidden, baseline } = JSON.parse(state.peek()) as Record<string, string[]> & {
      baseline: string;
    };
    chart.emphasise({
      selected: new Set(picked),
      dimmed: new Set(dimmed),
      hidden: new Set(hidden),
      baseline,
    });
  };
  let first = true;
  scope.effect(() => {
    state.value;
    if (first) apply();
    else timer ??= setTimeout(apply, LATEST);
    first = false;
  });
  scope.add(() => clearTimeout(timer));
}
