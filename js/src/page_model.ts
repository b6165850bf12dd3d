/** A widget model without a kernel: its state in an object, heard by all views of the page. */

import { COPY, refusal } from "./lib/refusal";

type Handler = (...args: unknown[]) => void;

/** What tells questions apart; `widgets/kept_answers.py` has the same. */
const NAMING = ["type", "metric", "name", "direction"];

/** A message that answers a question of the page's views. */
export interface Kept {
  key: string[];
  content: Record<string, unknown>;
  buffers: DataView[];
}

export class PageModel {
  private readonly handlers = new Map<string, Set<Handler>>();
  private readonly answers: Map<string, Kept>;

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
    kept: readonly Kept[] = [],
  ) {
    this.answers = new Map(kept.map((one) => [one.key.join("\n"), one]));
  }

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

  /** What the page has an answer to is answered; who asks anything else is told that nobody can. */
  send(content: unknown): void {
    const key = NAMING.map((name) => String((content as Record<string, unknown>)[name] ?? "")).join("\n");
    const kept = this.answers.get(key);
    // All curves of a metric come at once, whichever were asked for.
    if (kept?.content["type"] === "sparks") this.answers.delete(key);
    const answer = kept?.content ?? refusal(content, COPY);
    if (answer) queueMicrotask(() => this.emit("msg:custom", answer, kept?.buffers ?? []));
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
