/** Whether a view still reaches its kernel, and what is said when it does not. */

import { computed, type ReadonlySignal, signal } from "@preact/signals-core";
import { h } from "./dom";
import { refusal } from "./lib/refusal";
import { type Model, tellHandlers } from "./model";
import type { Scope } from "./scope";

/** What is no more; "" while all is well. */
export type Loss = "" | "restarted" | "ended" | "unreachable";

/** What is shown and answered. */
const WORDS: Record<Exclude<Loss, "">, string> = {
  restarted: "The kernel was restarted: run the cell again to go on.",
  ended: "The kernel has ended: start one and run the cell again to go on.",
  unreachable: "The kernel cannot be reached. This view goes on when it is back.",
};
const LOAD = "%load_ext sm_track_widgets";

/** Marks the views of models without a kernel; set by @jupyter-widgets/base before its `comm_live_update`. */
const DISCONNECTED = "jupyter-widgets-disconnected";

interface Connected<T> {
  connect(slot: (sender: unknown, value: T) => void): unknown;
  disconnect(slot: (sender: unknown, value: T) => void): unknown;
}

/** What we use of JupyterLab's kernel connection, where the widget manager has one. */
interface Kernel {
  status?: string;
  connectionStatus?: string;
  isDisposed?: boolean;
  statusChanged?: Connected<string>;
  connectionStatusChanged?: Connected<string>;
  disposed?: Connected<unknown>;
}

type Managed = Model & { widget_manager?: { kernel?: Kernel | null } };

const losses = new WeakMap<Model, ReadonlySignal<Loss>>();

/** Ask the kernel; where it is gone, the view hears so at once. */
export function ask(model: Model, content: Record<string, unknown>): void {
  let loss = losses.get(model)?.peek() ?? "";
  if (loss === "" || loss === "unreachable") {
    try {
      model.send(content);
      return;
    } catch {
      loss ||= "unreachable"; // A comm without a kernel throws.
    }
  }
  const answer = refusal(content, WORDS[loss]);
  if (answer) queueMicrotask(() => tellHandlers(model, answer));
}

/** What is said of the kernel of `model`; "" while all is well. */
export function lossOf(model: Model): string {
  const loss = losses.get(model)?.value ?? "";
  return loss && WORDS[loss];
}

/** `other` is of the same kernel as `model`. */
export function sameKernel(other: Model, model: Model): void {
  const loss = losses.get(model);
  if (loss) losses.set(other, loss);
}

/** Follow whether the model of the view in `el` has its kernel, and say it above the view when it has not. */
export function watchKernel(model: Model, el: HTMLElement, root: HTMLElement, scope: Scope): void {
  const over = signal<Loss>("");
  const away = signal(false);
  const loss = computed<Loss>(() => over.value || (away.value ? "unreachable" : ""));
  losses.set(model, loss);
  const closed = () =>
    queueMicrotask(() => {
      if (el.classList.contains(DISCONNECTED)) over.value ||= "restarted";
    });
  model.on("comm_live_update", closed);
  scope.add(() => model.off("comm_live_update", closed));
  closed();
  const kernel = (model as Managed).widget_manager?.kernel;
  if (kernel) watchStatus(kernel, over, away, scope);
  const strip = h("div", "lost", { role: "status" });
  scope.effect(() => {
    if (loss.value === "") strip.remove();
    else {
      strip.replaceChildren(...told(loss.value));
      root.prepend(strip);
    }
  });
}

function watchStatus(kernel: Kernel, over: { value: Loss }, away: { value: boolean }, scope: Scope): void {
  const status = (_: unknown, now: string | undefined) => {
    if (now === "restarting" || now === "autorestarting") over.value = "restarted";
    else if (now === "dead" || now === "terminating") over.value ||= "ended";
  };
  const reach = (_: unknown, now: string | undefined) => {
    away.value = now === "disconnected";
  };
  const end = () => {
    over.value ||= "ended";
  };
  if (kernel.status === "dead" || kernel.isDisposed) end();
  reach(kernel, kernel.connectionStatus);
  follow(kernel.statusChanged, status, scope);
  follow(kernel.connectionStatusChanged, reach, scope);
  follow(kernel.disposed, end, scope);
}

function follow<T>(
  source: Connected<T> | undefined,
  slot: (sender: unknown, value: T) => void,
  scope: Scope,
): void {
  if (!source?.connect) return;
  source.connect(slot);
  scope.add(() => source.disconnect(slot));
}

function told(loss: Exclude<Loss, "">): (Node | string)[] {
  if (loss !== "restarted") return [WORDS[loss]];
  const words = WORDS[loss].replace(/\.$/, "");
  return [`${words}, after the one with `, h("code", "", {}, LOAD), "."];
}
