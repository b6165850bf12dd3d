/** Which parameters move a metric: a bar for importance, and one from the middle for the correlation's direction. */

import type { ReadonlySignal, Signal } from "@preact/signals-core";
import { Asking } from "../asking";
import { button, h, setAttributes, setText, show } from "../dom";
import { formatCount, formatFull } from "../lib/format";
import { type ImportanceResult, type ImportanceRow, peak, share, signedText } from "../lib/importance";
import { middleCut, plural } from "../lib/text";
import { bind, follow, type Model, onMessage } from "../model";
import type { Scope } from "../scope";
import { emptyState } from "./empty";

const STATISTICS = ["last", "min", "max", "avg", "std", "count"];
const NAME = 40;

export class Importance {
  private readonly result: ReadonlySignal<ImportanceResult>;
  private readonly target: ReadonlySignal<string>;
  private readonly stat: ReadonlySignal<string>;
  private readonly query: ReadonlySignal<string>;
  private readonly selected: Signal<string[]>;
  private readonly asking: Asking;

  private readonly title = h("b", "");
  private readonly targets = h("select", "field imp-target", { "aria-label": "Metric that is explained" });
  private readonly stats = h("select", "field imp-stat", { "aria-label": "Which of its values" });
  private readonly told = h("span", "quiet num", { role: "status" });
  private readonly asked = h("code", "imp-query");
  private readonly reload = button("Refresh");
  private readonly body = h("div", "imp-body");
  private readonly picked = h("span", "num", { role: "status" });
  private readonly clear = button("Clear", "link");
  private readonly left = h("span", "");
  private readonly notes = h("div", "imp-notes");
  private readonly error = h("div", "note bad", { role: "alert" });

  constructor(root: HTMLElement, model: Model, _: unknown, scope: Scope) {
    this.result = follow<ImportanceResult>(model, "_result", scope);
    this.target = follow<string>(model, "target", scope);
    this.stat = follow<string>(model, "stat", scope);
    this.query = follow<string>(model, "query", scope);
    this.selected = bind(model, "selected", scope);
    this.asking = new Asking(model, scope);
    this.stats.append(...STATISTICS.map((name) => h("option", "", { value: name }, name)));
    const what = h("label", "imp-what quiet", {}, "what moves", this.targets);
    const bar = h("div", "bar", {}, this.title, what, this.stats, this.told, h("span", "grow"), this.reload);
    const foot = h("div", "foot", {}, this.picked, this.clear, h("span", "grow"), this.left);
    root.classList.add("smtw-importance");
    root.append(h("div", "box", {}, bar, this.asked, this.body, this.notes, foot, this.error));
    this.connect(model, scope);
  }

  private connect(model: Model, scope: Scope): void {
    const measure = (more: Record<string, unknown>) => {
      setText(this.error, "");
      show(this.error, false);
      this.asking.ask({ type: "measure", target: this.targets.value, stat: this.stats.value, ...more });
    };
    for (const choice of [this.targets, this.stats]) scope.listen(choice, "change", () => measure({}));
    scope.listen(this.reload, "click", () => measure({ again: true }));
    scope.listen(this.clear, "click", () => {
      this.selected.value = [];
    });
    onMessage(model, scope, (content) => {
      if (content["type"] !== "measured") return;
      this.asking.answered();
      const problem = String(content["error"] ?? "");
      setText(this.error, problem);
      show(this.error, problem !== "");
      // What was asked for and refused is not what is shown.
      if (problem) this.paintChoices();
    });
    show(this.error, false);
    scope.effect(() => this.paintChoices());
    scope.effect(() => this.paintHead());
    scope.effect(() => this.paintRows());
    scope.effect(() => this.paintFoot());
  }

  private paintChoices(): void {
    const { targets } = this.result.value;
    const target = this.target.value;
    const names = targets.includes(target) || !target ? targets : [target, ...targets];
    const options = names.map((name) => h("option", "", { value: name, title: name }, middleCut(name, NAME)));
    this.targets.replaceChildren(...options);
    this.targets.value = target;
    this.stats.value = this.stat.value;
  }

  private paintHead(): void {
    const { title, headline, again } = this.result.value;
    const waiting = this.asking.text("Measuring…");
    setText(this.title, title);
    show(this.title, title !== "");
    setText(this.told, waiting || headline);
    setText(this.asked, this.query.value);
    show(this.asked, this.query.value !== "");
    this.reload.disabled = this.asking.waiting.value;
    show(this.reload, again);
    setAttributes(this.body, { "aria-busy": this.asking.waiting.value ? "true" : "false" });
  }

  private paintRows(): void {
    const found = this.result.value;
    const notes = found.notes.map((note) => h("div", "", {}, note));
    this.notes.replaceChildren(...notes);
    show(this.notes, notes.length > 0);
    const chosen = new Set(this.selected.value);
    if (found.rows.length === 0) {
      this.body.replaceChildren(emptyState({ text: "There is nothing to compare.", code: "" }));
      return;
    }
    const focus = Array.from<Element | null>(this.body.querySelectorAll("button")).indexOf(
      focusedIn(this.body),
    );
    const rows = found.rows.map((row) => this.row(row, found, chosen.has(row.name)));
    this.body.replaceChildren(h("table", "imp", {}, head(found.forest), h("tbody", "", {}, ...rows)));
    if (focus >= 0) this.body.querySelectorAll("button")[focus]?.focus();
  }

  private row(row: ImportanceRow, found: ImportanceResult, isChosen: boolean): HTMLElement {
    const title = `${row.name}\nClick selects it`;
    const name = button(middleCut(row.name, NAME), "link imp-name", {
      title,
      "aria-pressed": isChosen ? "true" : "false",
    });
    const line = h("tr", isChosen ? "imp-chosen" : "", {}, h("th", "", { scope: "row" }, name));
    if (found.forest) line.append(importanceCell(row, peak(found.rows)));
    line.append(correlationCell(row), h("td", "right quiet imp-runs", {}, formatCount(row.n)));
    line.addEventListener("click", () => {
      const others = this.selected.peek().filter((one) => one !== row.name);
      this.selected.value = isChosen ? others : [...others, row.name];
    });
    return line;
  }

  private paintFoot(): void {
    const count = this.selected.value.length;
    setText(this.picked, count === 0 ? "None selected" : `${plural(count, "parameter")} selected`);
    show(this.clear, count > 0);
    const left = this.result.value.left_out;
    setText(this.left, left.length === 0 ? "" : `${plural(left.length, "parameter")} left out`);
    this.left.title = left.map((one) => `${one.name}: ${one.why}`).join("\n");
  }
}

function focusedIn(element: HTMLElement): Element | null {
  return (element.getRootNode() as Document | ShadowRoot).activeElement;
}

function head(forest: boolean): HTMLElement {
  const cell = (text: string, title: string, classes = "") => h("th", classes, { scope: "col", title }, text);
  const importance = "Drop of R² in unseen runs when the parameter is shuffled; the thin line is its spread";
  const correlation =
    "Of ranks: to the right the metric grows with the parameter, to the left it falls. A category has no direction";
  const cells = [
    cell("parameter", ""),
    ...(forest ? [cell("importance", importance)] : []),
    cell("correlation", correlation),
    cell("runs", "Runs that have the parameter and the metric", "right imp-runs"),
  ];
  return h("thead", "", {}, h("tr", "", {}, ...cells));
}

function importanceCell(row: ImportanceRow, most: number): HTMLElement {
  const value = row.importance ?? 0;
  const bar = h("span", "imp-bar", { "aria-hidden": "true" });
  bar.style.width = `${(share(value, most) * 100).toFixed(1)}%`;
  const track = h("span", "imp-track", { "aria-hidden": "true" }, bar);
  const spread = row.std ?? 0;
  if (spread > 0) {
    const line = h("span", "imp-spread", {});
    const [from, to] = [share(value - spread, most), share(value + spread, most)];
    line.style.left = `${(from * 100).toFixed(1)}%`;
    line.style.width = `${((to - from) * 100).toFixed(1)}%`;
    track.append(line);
  }
  const title = `${formatFull(row.importance)} ± ${formatFull(row.std)}`;
  const text = h("span", "imp-value", { title }, Math.max(0, value).toFixed(3));
  return h("td", "", {}, h("div", "imp-cell", {}, track, text));
}

function correlationCell(row: ImportanceRow): HTMLElement {
  const value = row.correlation ?? 0;
  const bar = h("span", `imp-lean${row.kind === "number" ? "" : " imp-hollow"}`);
  bar.style.width = `${(Math.abs(value) * 50).toFixed(1)}%`;
  if (value < 0) bar.style.right = "50%";
  else bar.style.left = "50%";
  const track = h("span", "imp-track imp-signed", { "aria-hidden": "true" }, bar);
  const kind = row.kind === "number" ? "" : "A category: the correlation ratio, which has no direction";
  const text = h("span", "imp-value", { title: kind || formatFull(row.correlation) }, signedText(row));
  return h("td", "", {}, h("div", "imp-cell", {}, track, text));
}
