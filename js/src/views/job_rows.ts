/** Jobs of a run: state, time, cost, the last lines of the log; a job is stopped after a question. */

import { Asking } from "../asking";
import { button, h, setText, show } from "../dom";
import { formatClock, formatNumber } from "../lib/format";
import { type JobRow, jobSeconds, jobsText, money } from "../lib/jobs";
import { middleCut } from "../lib/text";
import { type Model, onMessage } from "../model";
import type { Scope } from "../scope";
import { paintStatus, statusPill } from "./status";

const NAME = 48;

interface Line {
  root: HTMLElement;
  pill: HTMLElement;
  facts: HTMLElement;
  told: HTMLElement;
  stop: HTMLElement;
  log: HTMLElement;
}

export class JobRows {
  readonly root = h("div", "jobs");
  private readonly list = h("ul", "job-list", { "aria-label": "Jobs" });
  private readonly foot = h("div", "aside num", { role: "status" });
  private readonly error = h("div", "bad", { role: "alert" });
  private readonly lines = new Map<string, Line>();
  private readonly asking: Asking;
  private rows: readonly JobRow[] = [];

  constructor(model: Model, scope: Scope) {
    this.asking = new Asking(model, scope);
    this.root.append(this.list, this.foot, this.error);
    onMessage(model, scope, (content) => {
      if (content["type"] !== "stopped") return;
      this.asking.answered();
      setText(this.error, String(content["error"] ?? ""));
    });
    scope.effect(() => this.paintFoot());
  }

  /** `now` in seconds since the epoch by the kernel's clock. */
  paint(rows: readonly JobRow[], now: number): void {
    this.rows = rows;
    show(this.root, rows.length > 0);
    for (const row of rows) {
      let line = this.lines.get(row.name);
      if (!line) {
        line = this.line(row);
        this.lines.set(row.name, line);
        this.list.append(line.root);
      }
      paintLine(line, row, now);
    }
    const names = new Set(rows.map((row) => row.name));
    for (const [name, line] of this.lines)
      if (!names.has(name)) {
        line.root.remove();
        this.lines.delete(name);
      }
    this.paintFoot();
  }

  private paintFoot(): void {
    setText(this.foot, this.asking.text("Stopping…") || jobsText(this.rows));
  }

  private line(row: JobRow): Line {
    const pill = statusPill();
    const facts = h("span", "quiet num");
    const told = h("span", "quiet");
    const stop = this.stop(row);
    const log = h("pre", "job-log");
    const name = h("span", "job-name", { title: row.name, dir: "auto" }, middleCut(row.name, NAME));
    const head = h("div", "job-head", {}, pill, name, facts, told, h("span", "grow"), stop);
    return {
      root: h("li", row.tuner ? "job job-child" : "job", {}, head, log),
      pill,
      facts,
      told,
      stop,
      log,
    };
  }

  /** A button, which becomes the question. */
  private stop({ kind, name }: JobRow): HTMLElement {
    const first = button("Stop job", "", { "aria-label": `Stop job ${name}` });
    const yes = button("Stop it", "job-yes");
    const no = button("Keep it");
    const question = h("span", "job-question", { role: "group", "aria-label": `Stop job ${name}?` });
    question.append("What it has computed may be lost.", yes, no);
    show(question, false);
    const ask = (asked: boolean) => {
      show(first, !asked);
      show(question, asked);
      (asked ? no : first).focus();
    };
    first.addEventListener("click", () => ask(true));
    no.addEventListener("click", () => ask(false));
    question.addEventListener("keydown", (event) => {
      if (event.key === "Escape") ask(false);
    });
    yes.addEventListener("click", () => {
      ask(false);
      setText(this.error, "");
      this.asking.ask({ type: "stop", kind, name });
    });
    return h("span", "", {}, first, question);
  }
}

function paintLine(line: Line, row: JobRow, now: number): void {
  paintStatus(line.pill, row.status);
  const metrics = row.metrics.map(([name, value]) => `${name} ${formatNumber(value)}`);
  const facts = [
    row.kind === "training" ? "" : row.kind,
    formatClock(jobSeconds(row, now)),
    row.instance,
    row.cost === null ? "" : `about ${money(row.cost)}`,
  ];
  setText(line.facts, facts.filter((text) => text !== "").join(" · "));
  setText(line.told, row.detail || metrics.join(" · "));
  show(line.stop, row.status === "InProgress");
  setText(line.log, row.lines.join("\n"));
  show(line.log, row.lines.length > 0);
}
