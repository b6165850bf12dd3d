/** The jobs that were started under the run: asked for when the tab is shown, and again while any of them runs. */

import { button, h, setText, show } from "../dom";
import type { DetailState } from "../lib/detail";
import { jobsOver } from "../lib/jobs";
import type { TabContext, TabView } from "./detail_tab";
import { nothing } from "./fact_table";
import { JobRows } from "./job_rows";
import { KernelQuestions } from "./kernel_question";

const AGAIN = 5000;

export class DetailJobs implements TabView {
  readonly root = h("div", "");
  private readonly rows: JobRows;
  private readonly told = h("p", "quiet nothing", { role: "status" });
  private readonly none = nothing("No job was started under this run.");
  private readonly again = button("Refresh");
  private readonly questions: KernelQuestions;
  private asked = false;
  private state: DetailState | null = null;
  private arrived = 0;

  constructor(context: TabContext) {
    const { model, scope } = context;
    this.rows = new JobRows(model, scope);
    this.root.append(h("div", "detail-bar", {}, this.again), this.told, this.none, this.rows.root);
    this.questions = new KernelQuestions(model, scope, (content) => {
      if (content["type"] !== "jobs") return null;
      setText(this.told, String(content["error"] ?? ""));
      return "jobs";
    });
    scope.listen(this.again, "click", () => this.ask());
    scope.every(1000, () => this.tick());
    scope.every(AGAIN, () => {
      const rows = this.state?.jobs?.rows;
      if (rows && !jobsOver(rows) && !this.state?.live && this.root.offsetParent !== null) this.ask();
    });
  }

  paint(state: DetailState): void {
    this.state = state;
    this.arrived = performance.now();
    const rows = state.jobs?.rows ?? null;
    show(this.none, rows !== null && rows.length === 0);
    show(this.again, !state.live);
    if (rows === null) {
      if (!this.asked) this.ask();
    } else if (this.told.textContent === "Reading…") setText(this.told, "");
    this.rows.paint(rows ?? [], state.now);
  }

  private tick(): void {
    const rows = this.state?.jobs?.rows;
    if (this.state && rows && !jobsOver(rows))
      this.rows.paint(rows, this.state.now + (performance.now() - this.arrived) / 1000);
  }

  private ask(): void {
    if (!this.asked) setText(this.told, "Reading…");
    this.asked = true;
    this.questions.ask("jobs", { type: "jobs" }, () => setText(this.told, "Kernel is busy…"));
  }
}
