/** A question to the kernel: it does not answer while a cell runs, and then the view says so instead of hanging. */

import { ask } from "../kernel";
import { type Model, onMessage } from "../model";
import type { Scope } from "../scope";

/** An idle kernel answers sooner. */
const PATIENCE = 700;

export class KernelQuestions {
  private readonly waiting = new Map<string, ReturnType<typeof setTimeout>>();

  constructor(
    private readonly model: Model,
    private readonly scope: Scope,
    /** Gets an answer with its key; see `ask`. */
    private readonly answered: (content: Record<string, unknown>, buffers: DataView[]) => string | null,
  ) {
    onMessage(model, scope, (content, buffers) => {
      const key = this.answered(content, buffers);
      if (key !== null) this.forget(key);
    });
    scope.add(() => {
      for (const key of [...this.waiting.keys()]) this.forget(key);
    });
  }

  /** Ask once; `busy` is called when the answer takes long. A question that is asked already is not asked again. */
  ask(key: string, content: Record<string, unknown>, busy: () => void): void {
    if (this.waiting.has(key)) return;
    this.waiting.set(
      key,
      setTimeout(() => {
        if (!this.scope.ended) busy();
      }, PATIENCE),
    );
    ask(this.model, content);
  }

  private forget(key: string): void {
    clearTimeout(this.waiting.get(key));
    this.waiting.delete(key);
  }
}
