/** What stands around a plot of runs: whose they are and how many, what is picked, and why nothing is drawn. */

import { button, h, setText, show } from "../dom";
import { formatCount } from "../lib/format";
import { runsShown } from "../lib/text";
import type { Scope } from "../scope";
import type { Selection } from "../selection";
import { emptyState } from "./empty";

/** The title, and how many of the runs pass. */
export function plotCount(shared: Selection, scope: Scope): HTMLElement[] {
  const title = h("b", "");
  const count = h("span", "quiet num", { role: "status" });
  const clear = button("Clear filters", "link");
  scope.listen(clear, "click", () => shared.clearFilters());
  scope.effect(() => {
    const [frame, passing] = [shared.frame.value, shared.passing.value];
    const [total, shown] = [frame?.rows ?? 0, passing?.rows.length ?? 0];
    setText(title, frame?.header.title ?? "");
    title.title = frame?.header.title ?? "";
    setText(count, !frame ? "Loading…" : runsShown(shown, total));
    show(clear, (shared.filters.value ?? []).length > 0 || (shared.text.value ?? "") !== "");
  });
  return [title, count, clear];
}

/** How many runs are picked. */
export function plotPicked(shared: Selection, scope: Scope): HTMLElement[] {
  const picked = h("span", "num", { role: "status" });
  const clear = button("Clear", "link", { "aria-label": "Clear the selection" });
  scope.listen(clear, "click", () => {
    shared.selected.value = [];
  });
  scope.effect(() => {
    const names = shared.selected.value ?? [];
    setText(picked, names.length === 0 ? "" : `${formatCount(names.length)} selected`);
    show(clear, names.length > 0);
  });
  return [picked, clear];
}

/** What could not be read. */
export function plotMissing(shared: Selection, scope: Scope): HTMLElement {
  const note = h("div", "note bad", { role: "alert" });
  scope.effect(() => {
    const missing = shared.frame.value?.header.missing ?? "";
    setText(note, missing && `Incomplete. ${missing}`);
    show(note, missing !== "");
  });
  return note;
}

/** Why a plot shows nothing; `own` is the plot's reason, after those that all have. */
export function plotNotice(shared: Selection, own: { text: string; code: string } | null): Node[] {
  const [frame, passing] = [shared.frame.value, shared.passing.value];
  if (!frame) return Array.from({ length: 5 }, () => h("div", "skeleton", { "aria-hidden": "true" }));
  if (frame.rows === 0) return [emptyState(frame.header.empty ?? { text: "No runs yet.", code: "" })];
  if (own) return [emptyState(own)];
  if (!passing || passing.rows.length > 0) return [];
  return [h("div", "plot-none", { role: "note" }, "No run satisfies the filters.")];
}
