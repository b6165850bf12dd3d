/** A widget model without a kernel: state in a map, messages collected, kernel's side played by the caller. */

type Handler = (...args: unknown[]) => void;

export class FakeModel {
  readonly sent: unknown[] = [];
  readonly saved: Record<string, unknown>[] = [];
  private readonly handlers = new Map<string, Set<Handler>>();

  /** As a notebook's: other models by their ids. */
  readonly widget_manager = {
    get_model: async (id: string): Promise<FakeModel> => {
      const found = this.others.get(id);
      if (!found) throw new Error(`no model ${id}`);
      return found;
    },
  };

  constructor(
    private readonly state: Record<string, unknown>,
    private readonly others: ReadonlyMap<string, FakeModel> = new Map(),
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
    this.saved.push({ ...this.state });
  }

  send(content: unknown): void {
    this.sent.push(content);
  }

  on(name: string, handler: (...args: never[]) => void): void {
    const known = this.handlers.get(name) ?? new Set();
    known.add(handler as Handler);
    this.handlers.set(name, known);
  }

  off(name: string, handler: (...args: never[]) => void): void {
    this.handlers.get(name)?.delete(handler as Handler);
  }

  /** Play the kernel: change several traits in one message, or send a custom message. */
  push(values: Record<string, unknown>): void {
    Object.assign(this.state, values);
    for (const name of Object.keys(values)) this.emit(`change:${name}`);
  }

  message(content: unknown, buffers: DataView[] = []): void {
    this.emit("msg:custom", content, buffers);
  }

  private emit(name: string, ...args: unknown[]): void {
    for (const handler of [...(this.handlers.get(name) ?? [])]) handler(...args);
  }
}
