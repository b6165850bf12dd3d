/** A question to the kernel, which does not answer while a cell runs: the page says so instead of hanging. */

import { type ReadonlySignal, signal } from "@preact/signals-core";
import { ask } from "./kernel";
import type { Model } from "./model";
import type { Scope } from "./scope";

const BUSY_AFTER = 1500;

export class Asking {
  private readonly open = signal(false);
  private readonly late = signal(false);
  private timer: ReturnType<typeof setTimeout> | undefined;

  constructor(
    private readonly model: Model,
    scope: Scope,
  ) {
    scope.add(() => clearTimeout(this.timer));
  }

  get waiting(): ReadonlySignal<boolean> {
    return this.open;
  }

  /** "Kernel is busy…" when the answer is late, `words` while it is awaited, else "". */
  text(words: string): string {
    if (!this.open.value) return "";
    return this.late.value ? "Kernel is busy…" : words;
  }

  ask(content: Record<string, unknown>): void {
    this.wait();
    ask(this.model, content);
  }

  /** Wait for what the kernel does without being asked. */
  wait(): void {
    clearTimeout(this.timer);
    this.open.value = true;
    this.late.value = false;
    this.timer = setTimeout(() => {
      this.late.value = true;
    }, BUSY_AFTER);
  }

  answered(): void {
    clearTimeout(this.timer);
    this.open.value = false;
    this.late.value = false;
  }
}
