/**
 * What linked views share in the page: the model of the kernel's `Selection`.
 *
 * Each widget has a copy of this module of its own, so nothing is shared through it. All views have the one model,
 * though: what one sets there the others hear at once, kernel or not; and what is made of its data (decoded columns,
 * counts) is kept on its header, so that it is made once. Not on the model object: marimo wraps it for each view.
 */

import { computed, type ReadonlySignal, type Signal } from "@preact/signals-core";
import { sameKernel } from "./kernel";
import { decodeFrame, type Frame, type FrameHeader } from "./lib/columns";
import { Crossfilter } from "./lib/crossfilter";
import { type Filter, sameFilter, withFilter } from "./lib/filters";
import { wholeQuery } from "./lib/query_text";
import { bind, follow, type Model } from "./model";
import type { Scope } from "./scope";

/** A key that is held down repeats sooner, ms. */
const RESTS = 250;
const MADE = Symbol.for("sm_track_widgets.made");

interface Made {
  data: DataView | null;
  frame: Frame | null;
  engine: Crossfilter | null;
}

type Keeper = FrameHeader & { [MADE]?: Made };

/** A model of a widget that has a view of a selection. */
export interface LinkedModel extends Model {
  widget_manager?: { get_model(id: string): Promise<Model> };
}

const REFERENCE = "IPY_MODEL_";

/** The model of the selection that `model` refers to; null for views that have none. */
export async function selectionModel(model: LinkedModel): Promise<Model | null> {
  const reference = model.get("_selection");
  return typeof reference === "string" && reference.startsWith(REFERENCE) ? modelOf(model, reference) : null;
}

/** The model that a trait's value `reference` stands for. */
export async function modelOf(model: LinkedModel, reference: string): Promise<Model> {
  if (!model.widget_manager) throw new Error("this notebook does not link widgets");
  const found = await model.widget_manager.get_model(reference.slice(REFERENCE.length));
  sameKernel(found, model);
  return found;
}

/** Rows that satisfy all filters. */
export interface Passing {
  frame: Frame;
  rows: Uint32Array;
  engine: Crossfilter;
  version: number;
}

export class Selection {
  readonly frame: ReadonlySignal<Frame | null>;
  readonly passing: ReadonlySignal<Passing | null>;
  /** The whole query, as it changes with every move of the mouse. */
  readonly query: ReadonlySignal<string>;
  readonly filters: Signal<Filter[]>;
  readonly text: Signal<string>;
  readonly selected: Signal<string[]>;
  readonly hidden: Signal<string[]>;
  readonly baseline: Signal<string>;
  private timer: ReturnType<typeof setTimeout> | undefined;

  constructor(
    readonly model: Model,
    scope: Scope,
  ) {
    const header = follow<FrameHeader | null>(model, "_header", scope);
    const data = follow<DataView | null>(model, "_data", scope);
    const asked = follow<string>(model, "_scope", scope);
    this.filters = follow<Filter[]>(model, "filters", scope);
    this.text = bind<string>(model, "filter", scope, 200);
    this.selected = bind<string[]>(model, "selected", scope);
    this.hidden = bind<string[]>(model, "hidden", scope);
    this.baseline = bind<string>(model, "baseline", scope);
    scope.add(() => {
      if (this.timer !== undefined) this.commit();
    });
    let last: Frame | null = null;
    this.frame = computed(() => {
      last = frameOf(header.value, data.value) ?? last;
      return last;
    });
    this.passing = computed(() => {
      const frame = this.frame.value;
      if (!frame) return null;
      const engine = engineOf(frame).update(this.filters.value ?? [], this.text.value ?? "");
      return { frame, rows: engine.rows(), engine, version: engine.version };
    });
    this.query = computed(() =>
      wholeQuery(this.frame.value, asked.value ?? "", this.filters.value ?? [], this.text.value ?? ""),
    );
  }

  filterOf(column: string): Filter | undefined {
    return (this.filters.value ?? []).find((one) => one.column === column);
  }

  /** Filter `column`, or no more when `next` is null. The kernel hears of it at the end of the gesture: see `commit`. */
  preview(column: string, next: Filter | null): void {
    const before = (this.model.get("filters") as Filter[]) ?? [];
    if (
      sameFilter(
        before.find((one) => one.column === column),
        next ?? undefined,
      )
    )
      return;
    this.model.set("filters", withFilter(before, column, next));
  }

  /** Tell the kernel of the filters as they are now. */
  commit(): void {
    clearTimeout(this.timer);
    this.timer = undefined;
    this.model.save_changes();
  }

  /** Tell it when the hand rests: a key that is held down is one gesture, and the kernel reads for each. */
  commitSoon(): void {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.commit(), RESTS);
  }

  setFilter(column: string, next: Filter | null): void {
    this.preview(column, next);
    this.commit();
  }

  clearFilters(): void {
    this.model.set("filters", []);
    this.model.set("filter", "");
    this.commit();
  }
}

/** The decoded frame of header and bytes, made once for all views; null while only one of them has arrived. */
function frameOf(header: FrameHeader | null, data: DataView | null): Frame | null {
  if (!header?.columns) return null;
  const keeper = header as Keeper;
  const known = keeper[MADE];
  if (known && known.data === data) return known.frame;
  let frame: Frame | null = null;
  try {
    frame = decodeFrame(header, data);
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
  }
  keeper[MADE] = { data, frame, engine: null };
  return frame;
}

function engineOf(frame: Frame): Crossfilter {
  const made = (frame.header as Keeper)[MADE];
  if (!made || made.frame !== frame) return new Crossfilter(frame);
  made.engine ??= new Crossfilter(frame);
  return made.engine;
}
