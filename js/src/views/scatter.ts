/** Runs as points over two columns, coloured and sized by others, filtered by a rectangle. */

import { batch, computed, type ReadonlySignal, type Signal, signal } from "@preact/signals-core";
import { button, h, setAttributes, setText, show, svg } from "../dom";
import { type Colouring, colouring } from "../lib/colouring";
import { type Column, type Frame, isCodes } from "../lib/columns";
import { formatCount } from "../lib/format";
import { nearestPoint, nextPoint, type PointSpace, paretoFront, pointSpace } from "../lib/points";
import { filterOfSpan, type Scale, scaleOf, spanOfFilter, spanOfSlots, wantsLog } from "../lib/scales";
import { select } from "../lib/select";
import type { Span } from "../lib/span";
import type { Tokens } from "../lib/theme";
import { bind, type Model } from "../model";
import type { Scope } from "../scope";
import type { Selection } from "../selection";
import { colourLegend } from "./colour_legend";
import { columnSelect } from "./column_select";
import { resizeGrip } from "./grip";
import { NextFrame, widthOf } from "./layers";
import { plotCount, plotMissing, plotNotice, plotPicked } from "./plot_frame";
import { drawnRows, hiddenRows, picksOf } from "./plot_rows";
import { PlotTip } from "./plot_tip";
import { type Area, inner, leftRoom, type PlotAxis, paintAxes } from "./scatter_axes";
import { ScatterPaint, SIZES } from "./scatter_paint";
import { ScatterSurface, type SurfaceActions } from "./scatter_surface";
import { cellText } from "./table_cells";

const TOP = 28;
const BOTTOM = 42;
const RIGHT = 14;
const REACH = 12;
const LEAST_HEIGHT = 160;

interface Plan {
  frame: Frame;
  x: PlotAxis;
  y: PlotAxis;
  /** Where the points lie. */
  area: Area;
  outer: Area;
  space: PointSpace;
  /** How many rows have a point. */
  placed: number;
  width: number;
  height: number;
}

export class Scatter {
  private readonly x: Signal<string>;
  private readonly y: Signal<string>;
  private readonly color: Signal<string>;
  private readonly size: Signal<string>;
  private readonly logX: Signal<boolean>;
  private readonly logY: Signal<boolean>;
  private readonly pareto: Signal<boolean>;
  private readonly height: Signal<number>;
  private readonly hover = signal(-1);
  private readonly host = h("div", "plot-host");
  private readonly axes = svg("svg", { class: "smtw-plot-axes", "aria-hidden": "true" });
  private readonly over = h("div", "plot-over");
  private readonly legend = h("span", "plot-legend");
  private readonly note = h("span", "num");
  private readonly tip = new PlotTip(this.host);
  private readonly paint: ScatterPaint;
  private readonly surface: ScatterSurface;
  private readonly plan: ReadonlySignal<Plan | null>;
  private readonly colours: ReadonlySignal<Colouring>;
  private readonly next = new NextFrame();
  private readonly top = new NextFrame();
  private drawn: unknown[] = [];

  constructor(
    private readonly root: HTMLElement,
    model: Model,
    private readonly tokens: ReadonlySignal<Tokens>,
    private readonly scope: Scope,
    private readonly shared: Selection,
  ) {
    this.x = bind(model, "x", scope);
    this.y = bind(model, "y", scope);
    this.color = bind(model, "color", scope);
    this.size = bind(model, "size", scope);
    this.logX = bind(model, "log_x", scope);
    this.logY = bind(model, "log_y", scope);
    this.pareto = bind(model, "pareto", scope);
    this.height = bind(model, "height", scope, 400);
    this.paint = new ScatterPaint(scope);
    this.surface = new ScatterSurface(this.actions, scope);
    const width = widthOf(this.host, scope);
    this.plan = computed(() => this.planned(shared.frame.value, width.value));
    this.colours = computed(() => {
      const { column, scale } = this.coloured();
      return colouring(column, scale, tokens.value.theme);
    });
    this.build();
    this.connect();
  }

  private coloured(): { column: Column | undefined; scale: Scale | null } {
    const column = this.shared.frame.value?.byName.get(this.color.value ?? "");
    return { column, scale: column ? scaleOf(column, wantsLog(column)) : null };
  }

  private build(): void {
    const { scope, shared } = this;
    const choice = (
      label: string,
      value: Signal<string>,
      accepts: (column: Column) => boolean,
      none: string | null,
    ) => columnSelect({ label, value, frame: shared.frame, accepts, none }, scope);
    const bar = h(
      "div",
      "bar",
      {},
      ...plotCount(shared, scope),
      h("span", "grow"),
      choice("x", this.axisChoice(this.x, this.logX), fewTexts, null),
      toggle("log x", this.logX, scope),
      choice("y", this.axisChoice(this.y, this.logY), fewTexts, null),
      toggle("log y", this.logY, scope),
      choice("colour", this.color, fewTexts, "none"),
      choice("size", this.size, (column) => !isCodes(column), "none"),
      this.paretoButton(),
    );
    const picked = plotPicked(shared, scope);
    const foot = h("div", "foot", {}, this.legend, h("span", "grow"), this.note, ...picked);
    this.host.append(this.axes, this.paint.layers.root, this.surface.root, this.over);
    const grip = resizeGrip(this.host, this.height, scope);
    this.root.classList.add("smtw-scatter");
    this.root.append(h("div", "box", {}, bar, this.host, grip, foot, plotMissing(shared, scope)));
  }

  /** The column of an axis for its choice; another column gets the scale that suits it. */
  private axisChoice(column: Signal<string>, log: Signal<boolean>): Signal<string> {
    const chosen = signal(column.peek());
    this.scope.effect(() => {
      chosen.value = column.value;
    });
    this.scope.effect(() => {
      const next = chosen.value;
      if (next === column.peek()) return;
      const found = this.shared.frame.peek()?.byName.get(next);
      batch(() => {
        column.value = next;
        log.value = found !== undefined && wantsLog(found);
      });
    });
    return chosen;
  }

  private paretoButton(): HTMLElement {
    const one = toggle("Pareto front", this.pareto, this.scope);
    one.title = "Runs that no other run beats in both x and y";
    this.scope.effect(() => {
      const plan = this.plan.value;
      show(one, plan !== null && goodEnd(plan.x.column) !== null && goodEnd(plan.y.column) !== null);
    });
    return one;
  }

  private connect(): void {
    const { scope, shared } = this;
    const { seen } = this.paint.layers;
    scope.effect(() => {
      const some = (shared.frame.value?.rows ?? 1) > 0;
      this.host.style.height = some ? `${Math.max(LEAST_HEIGHT, this.height.value || 340)}px` : "96px";
    });
    scope.effect(() => this.redraw());
    scope.effect(() => {
      if (shared.passing.value && seen.value) this.later();
    });
    scope.effect(() => this.placeBrush());
    scope.effect(() => this.drawTop());
    scope.effect(() => this.paintLegend());
    scope.add(() => {
      this.next.drop();
      this.top.drop();
    });
    scope.effect(() => this.paintWords());
  }

  private planned(frame: Frame | null, width: number): Plan | null {
    const [x, y] = [frame?.byName.get(this.x.value ?? ""), frame?.byName.get(this.y.value ?? "")];
    if (!frame || !x || !y || frame.rows === 0 || width < 80) return null;
    const across = { column: x, scale: scaleOf(x, this.logX.value === true) };
    const up = { column: y, scale: scaleOf(y, this.logY.value === true) };
    const height = Math.max(LEAST_HEIGHT, this.height.value || 340);
    const left = Math.min(width / 3, leftRoom(up, height));
    const outer = { left, top: TOP, width: width - left - RIGHT, height: height - TOP - BOTTOM };
    const area = inner(outer);
    const wobble = { x: spreadOf(across.scale), y: spreadOf(up.scale) };
    const space = pointSpace(across.scale.places, up.scale.places, area, wobble);
    const placed = space.there.reduce((sum, one) => sum + one, 0);
    return { frame, x: across, y: up, area, outer, space, placed, width, height };
  }

  private redraw(): void {
    const [plan, tokens, colours] = [this.plan.value, this.tokens.value, this.colours.value];
    const hidden = this.shared.hidden.value ?? [];
    const size = this.size.value;
    if (!plan || !this.paint.layers.seen.value) return;
    const wanted = [plan, colours, tokens, hidden, size];
    // Scrolled back into the window, it is still there.
    if (wanted.every((one, i) => one === this.drawn[i])) return;
    this.drawn = wanted;
    const { frame, space } = plan;
    const look = { frame, space, colours, tokens, sizes: sizesOf(frame.byName.get(size ?? "")) };
    this.paint.restart({ ...look, hidden: hiddenRows(frame, hidden) }, plan.width, plan.height);
    setAttributes(this.axes, { width: plan.width, height: plan.height });
    paintAxes(this.axes, plan.x, plan.y, plan.outer);
    this.later();
  }

  /** Draw those that pass in the next frame, once whatever happens until then. */
  private later(): void {
    this.next.request(() => {
      const [plan, passing] = [this.plan.peek(), this.shared.passing.peek()];
      if (plan && passing?.frame === plan.frame) this.paint.pass(passing.rows);
    });
  }

  private placeBrush(): void {
    const plan = this.plan.value;
    const filters = this.shared.filters.value ?? [];
    if (!plan) return;
    const span = ({ column, scale }: PlotAxis): Span | null => {
      const filter = filters.find((one) => one.column === column.name);
      return spanOfFilter(scale, filter) ?? spanOfSlots(scale, filter);
    };
    this.surface.update(plan.area, { x: span(plan.x), y: span(plan.y) });
    setAttributes(this.surface.root, {
      "aria-label": `${plan.y.column.label} over ${plan.x.column.label}. Arrow keys walk the runs, Enter selects.`,
    });
  }

  private drawTop(): void {
    const plan = this.plan.value;
    // The rings are as large as the points.
    this.size.value;
    this.tokens.value;
    this.colours.value;
    if (!plan) return;
    const picks = { ...picksOf(this.shared, plan.frame), hover: this.hover.value };
    const front = this.pareto.value ? this.front(plan) : [];
    this.top.request(() => this.paint.top(picks, front));
  }

  private front({ frame, x, y }: Plan): number[] {
    this.shared.passing.value;
    this.shared.hidden.value;
    const best = { x: goodEnd(x.column), y: goodEnd(y.column) };
    if (isCodes(x.column) || isCodes(y.column) || !best.x || !best.y) return [];
    return paretoFront(x.column.data, y.column.data, drawnRows(this.shared, frame), { x: best.x, y: best.y });
  }

  private readonly actions: SurfaceActions = {
    preview: ({ x, y }) => {
      const plan = this.plan.peek();
      if (!plan) return;
      const set = ({ column, scale }: PlotAxis, span: Span) =>
        this.shared.preview(column.name, filterOfSpan(column, scale, ...span));
      batch(() => {
        set(plan.x, x);
        if (plan.y.column !== plan.x.column) set(plan.y, y);
      });
    },
    commit: () => this.shared.commit(),
    clear: () => this.clearBrush(),
    hover: (x, y) => this.point(this.rowAt(x, y), x, y),
    leave: () => this.point(-1, 0, 0),
    pick: (x, y, toggle) => this.pick(this.rowAt(x, y), toggle),
    walk: (step) => this.walk(step),
    take: (toggle) => this.pick(this.hover.peek(), toggle),
    escape: () => {
      if (this.hasBrush()) this.clearBrush();
      else if ((this.shared.selected.peek() ?? []).length > 0) this.shared.selected.value = [];
      else this.point(-1, 0, 0);
    },
  };

  private hasBrush(): boolean {
    const plan = this.plan.peek();
    return [plan?.x, plan?.y].some((axis) => axis && this.shared.filterOf(axis.column.name));
  }

  private clearBrush(): void {
    const plan = this.plan.peek();
    for (const axis of [plan?.x, plan?.y]) if (axis) this.shared.preview(axis.column.name, null);
    this.shared.commit();
  }

  private rowAt(x: number, y: number): number {
    const plan = this.plan.peek();
    return plan ? nearestPoint(plan.space, drawnRows(this.shared, plan.frame), x, y, REACH) : -1;
  }

  private point(row: number, x: number, y: number): void {
    this.hover.value = row;
    const plan = this.plan.peek();
    if (row < 0 || !plan) this.tip.hide();
    else this.tip.show(x, y, plan.frame.header.runs[row] ?? "", this.valuesOf(plan, row));
  }

  private valuesOf({ frame, x, y }: Plan, row: number): [string, string][] {
    const others = [this.color, this.size].map((name) => frame.byName.get(name.peek() ?? ""));
    const columns = new Set([x.column, y.column, ...others.filter((one) => one !== undefined)]);
    const now = Date.now() / 1000;
    return [...columns].map((column) => [column.label, cellText(column, row, now)]);
  }

  private walk(step: 1 | -1): string {
    const plan = this.plan.peek();
    if (!plan) return "";
    const row = nextPoint(plan.space, drawnRows(this.shared, plan.frame), this.hover.peek(), step);
    if (row < 0) return "No point";
    this.point(row, plan.space.xs[row] as number, plan.space.ys[row] as number);
    const values = this.valuesOf(plan, row).map(([label, value]) => `${label} ${value || "missing"}`);
    return [plan.frame.header.runs[row] ?? "", ...values].join(", ");
  }

  private pick(row: number, toggle: boolean): void {
    const { selected } = this.shared;
    const name = this.plan.peek()?.frame.header.runs[row];
    if (name !== undefined)
      selected.value = select(selected.peek() ?? [], () => name, 0, 0, { toggle, range: false });
    else if (!toggle && (selected.peek() ?? []).length > 0) selected.value = [];
  }

  private paintLegend(): void {
    const { column, scale } = this.coloured();
    const sized = this.shared.frame.value?.byName.get(this.size.value ?? "");
    const size = sized ? [h("span", "legend-name", { title: sized.name }, `size: ${sized.label}`)] : [];
    this.legend.replaceChildren(...colourLegend(column, scale, this.colours.value, true), ...size);
  }

  private paintWords(): void {
    const { shared } = this;
    const [frame, plan] = [shared.frame.value, this.plan.value];
    const [x, y] = [this.x.value ?? "", this.y.value ?? ""];
    const there = frame?.byName.has(x) === true && frame.byName.has(y);
    const placed = plan?.placed ?? 0;
    const lacking = plan ? plan.frame.rows - placed : 0;
    setText(this.note, placed > 0 && lacking > 0 ? `${formatCount(lacking)} without x or y` : "");
    const notice = plotNotice(shared, this.reason(frame, there, plan !== null && placed === 0));
    this.over.replaceChildren(...notice);
    show(this.over, notice.length > 0);
    show(this.surface.root, there && placed > 0);
    this.axes.style.visibility = there && plan ? "" : "hidden";
  }

  /** Why there are no points. */
  private reason(frame: Frame | null, there: boolean, none: boolean): { text: string; code: string } | null {
    if (frame && !frame.columns.some((column) => !isCodes(column) && column.group !== "run"))
      return { text: "These runs have no numbers. Log some with", code: 'run.log_metric("loss", 0.5)' };
    if (!there) return { text: "Choose columns for x and y.", code: "" };
    return none ? { text: "No run has a value for both x and y.", code: "" } : null;
  }
}

function toggle(label: string, on: Signal<boolean>, scope: Scope): HTMLButtonElement {
  const one = button(label);
  scope.effect(() => setAttributes(one, { "aria-pressed": String(on.value === true) }));
  scope.listen(one, "click", () => {
    on.value = !on.peek();
  });
  return one;
}

const fewTexts = (column: Column): boolean => !isCodes(column) || column.values.length <= 40;

/** Which end of a column is the good one; null where that is not known. */
const goodEnd = (column: Column): "min" | "max" | null =>
  column.best ?? (column.kind === "duration" ? "min" : null);

/** Points of one text are spread over part of its place. */
const spreadOf = (scale: Scale): number =>
  scale.kind === "values" ? 0.5 / Math.max(1, scale.slots.length) : 0;

function sizesOf(column: Column | undefined): Uint8Array | null {
  if (!column || isCodes(column)) return null;
  const { places } = scaleOf(column, wantsLog(column));
  return Uint8Array.from(places, (place) =>
    Number.isNaN(place) ? 0 : Math.min(SIZES - 1, Math.floor(place * SIZES)),
  );
}
