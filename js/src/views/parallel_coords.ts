/** Parallel coordinates: a line for each run over an axis for each column, filtered by brushing the axes. */

import { batch, computed, type ReadonlySignal, type Signal, signal } from "@preact/signals-core";
import { h, setAttributes, setText, show } from "../dom";
import { type Colouring, colouring } from "../lib/colouring";
import { type Column, type Frame, isCodes } from "../lib/columns";
import { formatCount } from "../lib/format";
import { type LineSpace, moved, nearestLine } from "../lib/lines";
import { scaleOf, wantsLog } from "../lib/scales";
import { select } from "../lib/select";
import type { Tokens } from "../lib/theme";
import { bind, type Model } from "../model";
import { Scope } from "../scope";
import type { Selection } from "../selection";
import { colourLegend } from "./colour_legend";
import { ColumnChooser } from "./column_chooser";
import { columnSelect } from "./column_select";
import { resizeGrip } from "./grip";
import { NextFrame, widthOf } from "./layers";
import { type AxisActions, type AxisState, ParallelAxis } from "./parallel_axis";
import { MOST_LINES, ParallelPaint } from "./parallel_paint";
import { plotCount, plotMissing, plotNotice, plotPicked } from "./plot_frame";
import { drawnRows, hiddenRows, picksOf } from "./plot_rows";
import { PlotTip } from "./plot_tip";
import { cellText } from "./table_cells";

const TOP = 40;
const MISSING = 22;
const LEAST_ROOM = 74;
const SIDE = 46;
const REACH = 8;
const LEAST_HEIGHT = 160;

interface Plan {
  frame: Frame;
  axes: Omit<AxisState, "filter">[];
  space: LineSpace;
  width: number;
  height: number;
}

export class ParallelCoords {
  private readonly axes: Signal<string[]>;
  private readonly color: Signal<string>;
  private readonly log: Signal<string[]>;
  private readonly flip: Signal<string[]>;
  private readonly height: Signal<number>;
  private readonly hover = signal(-1);
  private readonly host = h("div", "plot-host");
  private readonly stage = h("div", "plot-stage");
  private readonly over = h("div", "plot-over");
  private readonly legend = h("span", "plot-legend");
  private readonly note = h("span", "num");
  private readonly shown = new Map<string, { axis: ParallelAxis; scope: Scope }>();
  private readonly paint: ParallelPaint;
  private readonly tip = new PlotTip(this.host);
  private readonly plan: ReadonlySignal<Plan | null>;
  private readonly colours: ReadonlySignal<Colouring>;
  private readonly chooser: ColumnChooser;
  private drawn: unknown[] = [];
  private readonly top = new NextFrame();

  constructor(
    private readonly root: HTMLElement,
    model: Model,
    private readonly tokens: ReadonlySignal<Tokens>,
    private readonly scope: Scope,
    private readonly shared: Selection,
  ) {
    this.axes = bind(model, "axes", scope);
    this.color = bind(model, "color", scope);
    this.log = bind(model, "log", scope);
    this.flip = bind(model, "flip", scope);
    this.height = bind(model, "height", scope, 400);
    this.paint = new ParallelPaint(scope);
    const width = widthOf(this.host, scope);
    this.plan = computed(() => this.planned(shared.frame.value, width.value));
    this.colours = computed(() => {
      const column = shared.frame.value?.byName.get(this.color.value ?? "");
      const scale = column ? scaleOf(column, (this.log.value ?? []).includes(column.name)) : null;
      return colouring(column, scale, tokens.value.theme);
    });
    this.chooser = new ColumnChooser(this.chosen(), scope);
    setText(this.chooser.button, "Axes");
    setAttributes(this.chooser.root, { "aria-label": "Axes" });
    this.build();
    this.connect();
  }

  /** The axes for the chooser; one that is added gets the scale that suits it. */
  private chosen(): Signal<string[]> {
    const chosen = signal(this.axes.peek());
    this.scope.effect(() => {
      chosen.value = this.axes.value;
    });
    this.scope.effect(() => {
      const next = chosen.value;
      const before = this.axes.peek();
      if (next === before) return;
      const added = next.filter((name) => {
        const column = this.shared.frame.peek()?.byName.get(name);
        return column && !before.includes(name) && wantsLog(column);
      });
      batch(() => {
        this.axes.value = next;
        if (added.length > 0) this.log.value = [...new Set([...(this.log.peek() ?? []), ...added])];
      });
    });
    return chosen;
  }

  private build(): void {
    const { scope, shared } = this;
    const colour = columnSelect(
      { label: "colour", value: this.color, frame: shared.frame, accepts: fewTexts, none: "none" },
      scope,
    );
    const bar = h(
      "div",
      "bar",
      {},
      ...plotCount(shared, scope),
      h("span", "grow"),
      colour,
      this.chooser.button,
    );
    const picked = plotPicked(shared, scope);
    const foot = h("div", "foot", {}, this.legend, h("span", "grow"), this.note, ...picked);
    this.stage.append(this.paint.layers.root);
    this.host.append(this.stage, this.over);
    const grip = resizeGrip(this.host, this.height, scope);
    this.root.classList.add("smtw-parallel");
    this.root.append(
      h("div", "box", {}, bar, this.host, grip, foot, plotMissing(shared, scope), this.chooser.root),
    );
  }

  private connect(): void {
    const { scope, shared } = this;
    scope.effect(() => {
      const some = (shared.frame.value?.rows ?? 1) > 0;
      this.host.style.height = some ? `${Math.max(LEAST_HEIGHT, this.height.value || 320)}px` : "96px";
    });
    scope.effect(() => this.chooser.offer(shared.frame.value?.columns ?? []));
    scope.effect(() => this.place());
    scope.effect(() => this.redraw());
    scope.effect(() => {
      const passing = shared.passing.value;
      if (passing && this.paint.layers.seen.value)
        this.paint.pass(passing.rows, (row) => passing.engine.passes(row));
    });
    scope.effect(() => this.drawTop());
    scope.effect(() => this.paintLegend());
    scope.effect(() => this.paintWords());
    scope.listen(this.stage, "pointermove", (event) => this.point(event));
    scope.listen(this.stage, "pointerleave", () => this.leave());
    scope.listen(this.stage, "click", (event) => this.click(event));
    scope.add(() => this.top.drop());
    scope.add(() => {
      for (const { scope: own } of this.shown.values()) own.close();
    });
  }

  private planned(frame: Frame | null, outer: number): Plan | null {
    const columns = (this.axes.value ?? [])
      .map((name) => frame?.byName.get(name))
      .filter((column) => column !== undefined);
    if (!frame || frame.rows === 0 || columns.length === 0 || outer < 40) return null;
    const width = Math.max(outer, 2 * SIDE + LEAST_ROOM * (columns.length - 1));
    const height = Math.max(LEAST_HEIGHT, this.height.value || 320);
    const each = columns.length > 1 ? (width - 2 * SIDE) / (columns.length - 1) : width - 2 * SIDE;
    const [log, flip] = [this.log.value ?? [], this.flip.value ?? []];
    const space = { top: TOP, height: height - TOP - MISSING - 22, missing: MISSING };
    const axes = columns.map((column, index) => {
      const isLog = log.includes(column.name) && !isCodes(column);
      const scale = scaleOf(column, isLog);
      const x = columns.length > 1 ? SIDE + each * index : width / 2;
      const own = { column, scale, log: isLog, flip: flip.includes(column.name), index, x };
      const gaps = scale.places.some(Number.isNaN);
      return { ...own, ...space, count: columns.length, room: Math.min(each, 200), gaps };
    });
    const lines = axes.map(({ x, scale, flip: turned }) => ({ x, places: scale.places, flip: turned }));
    return { frame, axes, space: { ...space, axes: lines }, width, height };
  }

  /** Bring the axes on the page into line with the plan; the one in use keeps the focus. */
  private place(): void {
    const plan = this.plan.value;
    const filters = this.shared.filters.value ?? [];
    const wanted = new Set(plan?.axes.map(({ column }) => column.name));
    for (const [name, { axis, scope }] of this.shown) {
      if (wanted.has(name)) continue;
      axis.root.remove();
      scope.close();
      this.shown.delete(name);
    }
    this.stage.style.width = plan ? `${plan.width}px` : "";
    plan?.axes.forEach((state) => {
      const { name } = state.column;
      const known = this.shown.get(name) ?? this.newAxis(name);
      known.axis.update({ ...state, filter: filters.find((one) => one.column === name) });
    });
    const order = plan?.axes.map(({ column }) => this.shown.get(column.name)?.axis.root as Element) ?? [];
    const there = [...this.stage.children].slice(1);
    if (order.every((root, i) => root === there[i])) return;
    const focused = (this.root.getRootNode() as Document | ShadowRoot).activeElement as HTMLElement | null;
    this.stage.append(...order);
    if (focused && this.stage.contains(focused)) focused.focus({ preventScroll: true });
  }

  private newAxis(name: string): { axis: ParallelAxis; scope: Scope } {
    const scope = new Scope();
    const made = { axis: new ParallelAxis(this.actions, scope), scope };
    this.shown.set(name, made);
    return made;
  }

  private readonly actions: AxisActions = {
    preview: (column, filter) => this.shared.preview(column, filter),
    commit: (soon) => (soon ? this.shared.commitSoon() : this.shared.commit()),
    setLog: (column, on) => switchName(this.log, column, on),
    setFlip: (column, on) => switchName(this.flip, column, on),
    move: (column, to) => {
      this.axes.value = moved(this.axes.peek(), column, to);
    },
    drop: (column, x) => {
      const others = this.plan.peek()?.axes.filter((axis) => axis.column.name !== column) ?? [];
      this.axes.value = moved(this.axes.peek(), column, others.filter((axis) => axis.x < x).length);
    },
    remove: (column) => {
      this.axes.value = this.axes.peek().filter((name) => name !== column);
      this.chooser.button.focus();
    },
  };

  private redraw(): void {
    const plan = this.plan.value;
    const [colours, tokens, hidden] = [this.colours.value, this.tokens.value, this.shared.hidden.value ?? []];
    const { seen } = this.paint.layers;
    if (!plan || !seen.value) return;
    const wanted = [plan, colours, tokens, hidden];
    // Scrolled back into the window, it is still there.
    if (wanted.every((one, i) => one === this.drawn[i])) return;
    this.drawn = wanted;
    const passing = this.shared.passing.peek();
    const look = {
      frame: plan.frame,
      space: plan.space,
      colours,
      tokens,
      hidden: hiddenRows(plan.frame, hidden),
    };
    const rows = passing?.frame === plan.frame ? passing.rows : new Uint32Array(0);
    this.paint.restart(look, rows, plan.width, plan.height);
  }

  /** Draw picked runs in the next frame: by then the axes are those of now. */
  private drawTop(): void {
    const plan = this.plan.value;
    this.colours.value;
    this.tokens.value;
    const picks = plan ? { ...picksOf(this.shared, plan.frame), hover: this.hover.value } : null;
    if (picks) this.top.request(() => this.paint.top(picks));
  }

  private rowAt(event: MouseEvent): number {
    const plan = this.plan.peek();
    if (!plan) return -1;
    const box = this.stage.getBoundingClientRect();
    const rows = drawnRows(this.shared, plan.frame);
    return nearestLine(plan.space, rows, event.clientX - box.left, event.clientY - box.top, REACH);
  }

  private point(event: PointerEvent): void {
    if (event.buttons || (event.target as Element).closest("button, .smtw-axis-menu")) {
      this.leave();
      return;
    }
    const row = this.rowAt(event);
    this.hover.value = row;
    const plan = this.plan.peek();
    if (row < 0 || !plan) {
      this.tip.hide();
      return;
    }
    const now = Date.now() / 1000;
    const values = plan.axes.map(({ column }) => [column.label, cellText(column, row, now)] as const);
    const box = this.host.getBoundingClientRect();
    const x = event.clientX - box.left + this.host.scrollLeft;
    this.tip.show(x, event.clientY - box.top, plan.frame.header.runs[row] ?? "", values);
  }

  private leave(): void {
    this.hover.value = -1;
    this.tip.hide();
  }

  private click(event: MouseEvent): void {
    if ((event.target as Element).closest(".smtw-axis")) return;
    const row = this.rowAt(event);
    const { selected } = this.shared;
    const name = this.plan.peek()?.frame.header.runs[row];
    const toggle = event.ctrlKey || event.metaKey;
    if (name !== undefined)
      selected.value = select(selected.peek() ?? [], () => name, 0, 0, { toggle, range: false });
    else if (!toggle && (selected.peek() ?? []).length > 0) selected.value = [];
  }

  private paintLegend(): void {
    const column = this.shared.frame.value?.byName.get(this.color.value ?? "");
    const scale = column ? scaleOf(column, (this.log.value ?? []).includes(column.name)) : null;
    this.legend.replaceChildren(...colourLegend(column, scale, this.colours.value, false));
  }

  private paintWords(): void {
    const { shared } = this;
    const [frame, passing] = [shared.frame.value, shared.passing.value];
    const count = passing?.rows.length ?? 0;
    setText(this.note, count > MOST_LINES ? `${formatCount(MOST_LINES)} lines drawn` : "");
    const axes = (this.axes.value ?? []).filter((name) => frame?.byName.has(name));
    const empty = { text: "No axes. Choose columns under Axes.", code: "" };
    const notice = plotNotice(shared, axes.length > 0 ? null : empty);
    this.over.replaceChildren(...notice);
    show(this.over, notice.length > 0);
    show(this.stage, frame !== null && frame.rows > 0 && axes.length > 0);
  }
}

/** Colours tell numbers and a few texts apart. */
const fewTexts = (column: Column): boolean => !isCodes(column) || column.values.length <= 40;

function switchName(names: Signal<string[]>, name: string, on: boolean): void {
  const others = (names.peek() ?? []).filter((other) => other !== name);
  names.value = on ? [...others, name] : others;
}
