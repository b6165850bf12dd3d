/** A sweep at a glance: how far it is, the best so far, every point's value, and what failed. */

import { computed, type ReadonlySignal, type Signal } from "@preact/signals-core";
import { Asking } from "../asking";
import { button, h, setAttributes, setText, show } from "../dom";
import type { Column } from "../lib/columns";
import { formatCount, formatNumber } from "../lib/format";
import { statusLabel } from "../lib/status";
import { type Goal, KINDS, type Points, pointsOf, type Scores, scoresOf } from "../lib/sweep";
import { middleCut } from "../lib/text";
import type { Tokens } from "../lib/theme";
import { bind, follow, type Model, onMessage } from "../model";
import type { Scope } from "../scope";
import type { Selection } from "../selection";
import { emptyState } from "./empty";
import { differing, SweepBest, valueText } from "./sweep_best";
import { messageOf, SweepFailed } from "./sweep_failed";
import { SweepHistory } from "./sweep_history";
import { SweepProgress } from "./sweep_progress";

const TOLD = 5;

export class SweepBoard {
  private readonly metric: Signal<string>;
  private readonly goal: ReadonlySignal<string>;
  private readonly log: Signal<boolean>;
  private readonly total: ReadonlySignal<number>;
  private readonly points: ReadonlySignal<Points | null>;

  private readonly title = h("b", "");
  private readonly reload = button("Refresh");
  private readonly metrics = h("select", "field sweep-metric", { "aria-label": "Metric" });
  private readonly aim = h("span", "aside");
  private readonly logButton = button("log y");
  private readonly empty = h("div", "");
  private readonly body: HTMLElement;
  private readonly error = h("div", "note bad", { role: "alert" });
  private readonly progress = new SweepProgress();
  private readonly history: SweepHistory;
  private readonly best: SweepBest;
  private readonly failed: SweepFailed;
  private readonly asking: Asking;
  private scores: Scores | null = null;
  private inSight = true;
  private pending = false;

  constructor(
    root: HTMLElement,
    model: Model,
    _: ReadonlySignal<Tokens>,
    private readonly scope: Scope,
    private readonly shared: Selection,
  ) {
    this.metric = bind(model, "metric", scope);
    this.goal = follow(model, "goal", scope);
    this.log = bind(model, "log_y", scope);
    this.total = follow(model, "_total", scope);
    const group = follow<string>(model, "group", scope);
    this.points = computed(() =>
      shared.frame.value ? pointsOf(shared.frame.value, group.value ?? "") : null,
    );
    this.asking = new Asking(shared.model, scope);
    this.history = new SweepHistory(this, scope);
    this.best = new SweepBest((name) => this.pickName(name, false), scope);
    this.failed = new SweepFailed((name) => this.pickName(name, false));
    this.body = this.build(root);
    this.connect();
  }

  private build(root: HTMLElement): HTMLElement {
    const bar = h("div", "bar", {}, this.title, this.progress.text, h("span", "grow"), this.reload);
    const tools = h("div", "sweep-tools", {}, this.metrics, this.aim, h("span", "grow"), this.logButton);
    const right = h("div", "sweep-right", {}, tools, this.history.root, this.progress.key);
    const body = h("div", "sweep-body", {}, this.best.root, right);
    root.classList.add("smtw-sweep");
    root.append(h("div", "box", {}, bar, this.progress.bar, this.empty, body, this.failed.root, this.error));
    show(this.error, false);
    return body;
  }

  private connect(): void {
    const { scope, shared } = this;
    scope.listen(this.metrics, "change", () => {
      this.metric.value = this.metrics.value;
    });
    scope.listen(this.logButton, "click", () => {
      this.log.value = !this.log.value;
    });
    scope.listen(this.reload, "click", () => this.asking.ask({ type: "refresh" }));
    onMessage(shared.model, scope, (content) => {
      if (content["type"] !== "refreshed") return;
      this.asking.answered();
      const problem = String(content["error"] ?? "");
      setText(this.error, problem);
      show(this.error, problem !== "");
    });
    const sight = new IntersectionObserver((entries) => {
      this.inSight = entries.at(-1)?.isIntersecting ?? true;
      if (this.inSight) this.later();
    });
    sight.observe(this.body);
    scope.add(() => sight.disconnect());
    scope.effect(() => this.paintHead());
    scope.effect(() => this.paintTools());
    scope.effect(() => {
      const state = [shared.passing, shared.selected, shared.baseline, this.goal, this.points];
      for (const one of [...state, this.metric, this.log]) one.value;
      this.later();
    });
    // The time left goes on while nothing arrives.
    scope.every(5000, () => this.paintHead());
  }

  private paintHead(): void {
    const points = this.points.value;
    const header = points?.frame.header;
    setText(this.title, header?.title ?? "");
    show(this.title, !!header?.title);
    show(this.reload, header?.again === true);
    this.reload.disabled = this.asking.waiting.value;
    setText(this.reload, this.asking.text("Refreshing…") || "Refresh");
    const nothing = !points || points.rows.length === 0;
    show(this.body, !nothing);
    show(this.empty, nothing);
    show(this.progress.bar, !nothing);
    if (!points) setText(this.progress.text, "Loading…");
    else this.progress.paint(points, Math.max(this.total.value ?? 0, 0));
    const none = { text: "No point of this sweep yet.", code: "" };
    if (nothing && points)
      this.empty.replaceChildren(emptyState((!points.frame.rows && header?.empty) || none));
    if (points) this.failed.paint(points);
  }

  private paintTools(): void {
    const columns = (this.points.value?.frame.columns ?? []).filter(isMetric);
    const chosen = this.metric.value;
    this.metrics.replaceChildren(
      ...columns.map(({ name, label }) =>
        h("option", "", { value: name, title: name }, middleCut(label, 40)),
      ),
    );
    this.metrics.value = chosen;
    show(this.metrics, columns.length > 0);
    setAttributes(this.logButton, { "aria-pressed": this.log.value ? "true" : "false" });
  }

  private paintAim(points: Points, { passes }: Scores, column: Column | undefined, goal: Goal): void {
    const kept = passes.reduce((sum, one) => sum + one, 0);
    const all = points.rows.length;
    const some = kept < all ? `${formatCount(kept)} of ${formatCount(all)} points satisfy the filters` : "";
    const aim = column ? `${goal === "min" ? "lowest" : "highest"} is best` : "";
    setText(this.aim, [aim, some].filter((part) => part !== "").join(" · "));
  }

  private column(): Column | undefined {
    return this.points.value?.frame.byName.get(this.metric.value ?? "");
  }

  private goalOf(column: Column | undefined): Goal {
    const asked = this.goal.value;
    return asked === "min" || asked === "max" ? asked : (column?.best ?? "max");
  }

  /** Once a frame, however often filters change, and only in sight. */
  private later(): void {
    if (this.pending || this.scope.ended) return;
    this.pending = true;
    requestAnimationFrame(() => {
      this.pending = false;
      if (this.inSight && !this.scope.ended) this.paint();
    });
  }

  private paint(): void {
    const points = this.points.peek();
    const passing = this.shared.passing.peek();
    if (!points || !passing || passing.frame !== points.frame) return;
    const column = this.column();
    const goal = this.goalOf(column);
    const scores = scoresOf(points, column, goal, (row) => passing.engine.passes(row));
    this.scores = scores;
    const selected = new Set(this.shared.selected.peek() ?? []);
    const label = column?.label ?? "";
    this.history.update({ points, scores, log: this.log.peek() === true, label, selected });
    this.progress.paintLine(scores.best >= 0);
    this.paintAim(points, scores, column, goal);
    this.best.paint({ points, scores, column, goal, baseline: this.shared.baseline.peek() ?? "" });
  }

  // -- what the history asks ---------------------------------------------------------------------------------

  pick(position: number, add: boolean): void {
    this.pickName(this.nameAt(position), add);
  }

  clear(): void {
    if ((this.shared.selected.value ?? []).length > 0) this.shared.selected.value = [];
  }

  about(position: number): HTMLElement[] {
    const [points, row] = this.at(position);
    if (!points || row === undefined) return [];
    const told = differing(points.frame)
      .map((column) => [column.label, valueText(column, row)] as const)
      .filter(([, value]) => value !== "")
      .slice(0, TOLD);
    const line = (name: string, value: string) =>
      h(
        "div",
        "sweep-tip-row",
        {},
        h("span", "quiet", {}, middleCut(name, 24)),
        h("span", "num", {}, middleCut(value, 28)),
      );
    const why = this.why(points, row, position);
    return [
      h("b", "", {}, middleCut(this.nameAt(position), 36)),
      h(
        "div",
        "quiet num",
        {},
        `${this.state(points, row, position)} · point ${(position + 1).toLocaleString("en-US")}`,
      ),
      line(this.column()?.label ?? "", this.valueAt(position)),
      ...told.map(([name, value]) => line(name, value)),
      ...(why ? [h("div", "bad", {}, middleCut(why, 80))] : []),
    ];
  }

  said(position: number): string {
    const [points, row] = this.at(position);
    if (!points || row === undefined) return "";
    const what = `${this.nameAt(position)}, ${this.state(points, row, position)}`;
    const value = `${this.column()?.label ?? ""} ${this.valueAt(position) || "none"}`;
    return [what, value, this.why(points, row, position)].filter((part) => part !== "").join(", ");
  }

  private at(position: number): [Points | null, number | undefined] {
    const points = this.points.peek();
    return [points, points?.rows[position]];
  }

  private state(points: Points, row: number, position: number): string {
    const column = points.frame.byName.get("status");
    const word = column ? statusLabel(valueText(column, row)) : "";
    return word || (KINDS[points.kinds[position] as number] === "done" ? "Completed" : "");
  }

  private why(points: Points, row: number, position: number): string {
    const failed = KINDS[points.kinds[position] as number] === "failed";
    return failed ? (messageOf(points, row).trim().split("\n")[0] ?? "") : "";
  }

  private valueAt(position: number): string {
    const value = this.scores?.values[position];
    return value === undefined || Number.isNaN(value) ? "" : formatNumber(value);
  }

  private nameAt(position: number): string {
    const [points, row] = this.at(position);
    return points?.frame.header.runs[row ?? -1] ?? "";
  }

  private pickName(name: string, add: boolean): void {
    const before = this.shared.selected.value ?? [];
    if (!add) this.shared.selected.value = [name];
    else
      this.shared.selected.value = before.includes(name)
        ? before.filter((one) => one !== name)
        : [...before, name];
  }
}

function isMetric({ group, name, kind }: Column): boolean {
  return (
    kind === "number" &&
    group === "metrics" &&
    !name.startsWith("metrics.system/") &&
    !/\.(std|count)$/.test(name)
  );
}
