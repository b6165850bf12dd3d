/** The jobs that were started under the run: asked for when the tab is shown, and again while any of them runs. */

import { signal } from "@preact/signals-core";
import { Asking } from "../asking";
import { button, h, setText, show } from "../dom";
import type { DetailState } from "../lib/detail";
import { jobsOver } from "../lib/jobs";
import { onMessage } from "../model";
import type { TabContext, TabView } from "./detail_tab";
import { nothing } from "./fact_table";
import { JobRows } from "./job_rows";

const AGAIN = 5000;

export class DetailJobs implements TabView {
  readonly root = h("div", "");
  private readonly rows: JobRows;
  private readonly told = h("p", "quiet nothing", { role: "status" });
  private readonly none = nothing("No job was started under this run.");
  private readonly again = button("Refresh");
  private readonly asking: Asking;
  private readonly problem = signal("");
  private asked = false;
  private state: DetailState | null = null;
  private arrived = 0;

  constructor(context: TabContext) {
    const { model, scope } = context;
    this.rows = new JobRows(model, scope);
    this.root.append(h("div", "detail-bar", {}, this.again), this.told, this.none, this.rows.root);
    this.asking = new Asking(model, scope);
    onMessage(model, scope, (content) => {
      if (content["type"] !== "jobs") return;
      this.asking.answered();
      this.problem.value = String(content["error"] ?? "");
    });
    scope.effect(() => {
      const waits = this.state === null || !this.state.jobs?.rows ? "Reading…" : "";
      setText(this.told, this.asking.text(waits) || this.problem.value);
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
    this.asked = true;
    this.asking.ask({ type: "jobs" });
  }
}
