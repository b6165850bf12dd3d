/** The jobs that were started under the run: asked for when the tab is shown, and again while any of them runs. */

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
  private asked = false;
  private error = "";
  private state: DetailState | null = null;
  private arrived = 0;

  constructor({ model, scope }: TabContext) {
    this.rows = new JobRows(model, scope);
    this.asking = new Asking(model, scope);
    this.root.append(h("div", "detail-bar", {}, this.again), this.told, this.none, this.rows.root);
    onMessage(model, scope, (content) => {
      if (content["type"] !== "jobs") return;
      this.error = String(content["error"] ?? "");
      this.asking.answered();
      this.paintTold();
    });
    scope.listen(this.again, "click", () => this.asking.ask({ type: "jobs" }));
    scope.effect(() => this.paintTold());
    scope.every(1000, () => this.tick());
    scope.every(AGAIN, () => {
      const rows = this.state?.jobs?.rows;
      const seen = !this.state?.live && this.root.offsetParent !== null;
      if (rows && !jobsOver(rows) && seen && !this.asking.waiting.peek()) this.asking.ask({ type: "jobs" });
    });
  }

  paint(state: DetailState): void {
    this.state = state;
    this.arrived = performance.now();
    const rows = state.jobs?.rows ?? null;
    show(this.none, rows !== null && rows.length === 0);
    show(this.again, !state.live);
    if (rows === null && !this.asked) {
      this.asked = true;
      // Not within the effect that paints: what asks also changes what is painted.
      queueMicrotask(() => this.asking.ask({ type: "jobs" }));
    }
    this.rows.paint(rows ?? [], state.now);
  }

  /** A look at jobs that are shown already says nothing unless it takes long. */
  private paintTold(): void {
    const words = this.state?.jobs?.rows ? "" : "Reading…";
    setText(this.told, this.asking.text(words) || this.error);
    show(this.told, this.told.textContent !== "");
  }

  private tick(): void {
    const rows = this.state?.jobs?.rows;
    if (this.state && rows && !jobsOver(rows))
      this.rows.paint(rows, this.state.now + (performance.now() - this.arrived) / 1000);
  }
}
