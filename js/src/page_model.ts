/** A widget model without a kernel: its state in an object, heard by all views of the page. */

import { COPY, refusal } from "./lib/refusal";

type Handler = (...args: unknown[]) => void;

export class PageModel {
  private readonly handlers = new Map<string, Set<Handler>>();

  /** As a notebook's: other models by their ids. */
  readonly widget_manager = {
    get_model: async (id: string): Promise<PageModel> => {
      const found = this.others.get(id);
      if (!found) throw new Error(`no model ${id}`);
      return found;
    },
  };

  constructor(
    protected readonly state: Record<string, unknown>,
    private readonly others: ReadonlyMap<string, PageModel> = new Map(),
  ) {}

  get(name: string): unknown {
    return this.state[name];
  }

  set(name: string, value: unknown): void {
    if (this.state[name] === value) return;
    this.state[name] = value;
    this.emit(`change:${name}`);
  }

  save_changes(): void {
    // There is nobody to tell.
  }

  /** Nobody answers either, and who asks is told so. */
  send(content: unknown): void {
    const answer = refusal(content, COPY);
    if (answer) queueMicrotask(() => this.emit("msg:custom", answer, []));
  }

  on(name: string, handler: (...args: never[]) => void): void {
    const known = this.handlers.get(name) ?? new Set();
    known.add(handler as Handler);
    this.handlers.set(name, known);
  }

  off(name: string, handler: (...args: never[]) => void): void {
    this.handlers.get(name)?.delete(handler as Handler);
  }

  /** How many handlers there are: what is left when every view is gone has leaked. */
  get heard(): number {
    return [...this.handlers.values()].reduce((sum, known) => sum + known.size, 0);
  }

  protected emit(name: string, ...args: unknown[]): void {
    for (const handler of [...(this.handlers.get(name) ?? [])]) handler(...args);
  }
}
