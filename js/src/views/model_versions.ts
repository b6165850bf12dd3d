/** Versions of a model: their approval, decided with a question, and two of them side by side. */

import type { ReadonlySignal, Signal } from "@preact/signals-core";
import { Asking } from "../asking";
import { button, h, setAttributes, setText, show } from "../dom";
import { formatFull, formatMoment, formatNumber } from "../lib/format";
import { type ModelData, type ModelVersion, metricNames, modelsHeadline, picked } from "../lib/models";
import { middleCut } from "../lib/text";
import { bind, follow, type Model, onMessage } from "../model";
import type { Scope } from "../scope";
import { emptyState } from "./empty";
import { Decision } from "./model_decision";
import { modelFacts, modelPair } from "./model_pair";
import { paintStatus, statusPill } from "./status";

const METRICS = 5;
const NAME = 28;
const COMMIT = 10;

export class ModelVersions {
  private readonly data: ReadonlySignal<ModelData>;
  private readonly selected: Signal<number[]>;
  private readonly asking: Asking;
  private readonly decision: Decision;

  private readonly title = h("b", "");
  private readonly told = h("span", "quiet num", { role: "status" });
  private readonly reload = button("Refresh");
  private readonly body = h("div", "models-body", { tabindex: 0, role: "group", "aria-label": "Versions" });
  private readonly below = h("div", "models-below");
  private readonly error = h("div", "note bad", { role: "alert" });

  constructor(root: HTMLElement, model: Model, _: unknown, scope: Scope) {
    this.data = follow<ModelData>(model, "_data", scope);
    this.selected = bind(model, "selected", scope);
    this.asking = new Asking(model, scope);
    this.decision = new Decision(scope, (version, status, note) => {
      this.say("");
      this.asking.ask({ type: "decide", version, status, note });
    });
    const bar = h("div", "bar", {}, this.title, this.told, h("span", "grow"), this.reload);
    root.classList.add("smtw-models");
    root.append(h("div", "box", {}, bar, this.decision.root, this.body, this.below, this.error));
    scope.listen(this.reload, "click", () => {
      this.say("");
      this.asking.ask({ type: "refresh" });
    });
    onMessage(model, scope, (content) => {
      if (content["type"] !== "decided" && content["type"] !== "refreshed") return;
      this.asking.answered();
      this.say(String(content["error"] ?? ""));
    });
    this.say("");
    scope.effect(() => this.paintHead());
    scope.effect(() => this.paintRows());
    scope.effect(() => this.paintBelow());
  }

  private say(problem: string): void {
    setText(this.error, problem);
    show(this.error, problem !== "");
  }

  private paintHead(): void {
    const { group, versions, again } = this.data.value;
    setText(this.title, group);
    setText(this.told, this.asking.text("Asking…") || modelsHeadline(versions));
    this.reload.disabled = this.asking.waiting.value;
    show(this.reload, again);
    setAttributes(this.body, { "aria-busy": this.asking.waiting.value ? "true" : "false" });
  }

  private paintRows(): void {
    const { group, versions, again } = this.data.value;
    if (versions.length === 0) {
      const code = `%sm_register RUN --model-group ${group}`;
      this.body.replaceChildren(emptyState({ text: "No versions yet.", code }));
      return;
    }
    const focused = (this.body.getRootNode() as Document | ShadowRoot).activeElement;
    const key = focused && this.body.contains(focused) ? focused.getAttribute("data-key") : null;
    const metrics = metricNames(versions).slice(0, METRICS);
    const cell = (text: string, classes = "") => h("th", classes, { scope: "col", title: text }, text);
    const heads = metrics.map((name) => cell(middleCut(name, 20), "num-cell"));
    const head = h(
      "tr",
      "",
      {},
      cell("version"),
      cell("status"),
      cell("run"),
      cell("registered"),
      ...heads,
      cell("commit", "models-commit"),
      again ? h("th", "models-decide", {}, h("span", "hidden-text", {}, "decide")) : null,
    );
    const chosen = this.selected.value;
    const rows = versions.map((one) => this.row(one, metrics, chosen.includes(one.version), again));
    this.body.replaceChildren(
      h("table", "models", {}, h("thead", "", {}, head), h("tbody", "", {}, ...rows)),
    );
    if (key) this.body.querySelector<HTMLElement>(`[data-key="${key}"]`)?.focus();
  }

  private row(one: ModelVersion, metrics: readonly string[], chosen: boolean, again: boolean): HTMLElement {
    const pick = button(String(one.version), "link models-pick", {
      "aria-pressed": chosen ? "true" : "false",
      "aria-label": `Version ${one.version}`,
      title: "Click picks it; two are compared",
      "data-key": `pick-${one.version}`,
    });
    const choose = () => {
      this.selected.value = picked(this.selected.peek(), one.version);
    };
    pick.addEventListener("click", choose);
    const pill = statusPill();
    paintStatus(pill, one.status);
    if (one.note) pill.title = one.note;
    const run = h(
      "span",
      "",
      { title: `${one.run}\n${one.experiment}`, dir: "auto" },
      middleCut(one.run, NAME),
    );
    const numbers = metrics.map((name) =>
      h("td", "num-cell", { title: formatFull(one.metrics[name]) }, formatNumber(one.metrics[name])),
    );
    const line = h(
      "tr",
      chosen ? "models-chosen" : "",
      {},
      h("th", "", { scope: "row" }, pick),
      h("td", "", {}, pill),
      h("td", "", {}, run),
      h("td", "num", {}, formatMoment(one.created)),
      ...numbers,
      h("td", "code models-commit", { title: one.commit }, one.commit.slice(0, COMMIT)),
      again ? h("td", "models-decide", {}, ...this.decide(one)) : null,
    );
    line.addEventListener("click", (event) => {
      if (!(event.target as Element).closest("button")) choose();
    });
    return line;
  }

  private decide(one: ModelVersion): HTMLElement[] {
    const offer = (label: string, status: string) => {
      const asked = button(label, "", {
        "aria-label": `${label} version ${one.version}`,
        "data-key": `${label}-${one.version}`,
      });
      asked.addEventListener("click", () => this.decision.open(one, status, asked));
      return one.status === status ? [] : [asked];
    };
    return [...offer("Approve", "Approved"), ...offer("Reject", "Rejected")];
  }

  private paintBelow(): void {
    const { versions, best } = this.data.value;
    const numbers = [...this.selected.value].sort((a, b) => a - b);
    const found = numbers.flatMap((number) => versions.filter((one) => one.version === number));
    const [base, other] = found;
    show(this.below, base !== undefined);
    if (base && other) this.below.replaceChildren(modelPair(base, other, best));
    else if (base) this.below.replaceChildren(modelFacts(base));
  }
}
