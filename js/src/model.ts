/** The one place where views meet the widget model: typed two-way bindings that end with their scope. */

import { batch, type Signal, signal } from "@preact/signals-core";
import type { Scope } from "./scope";

/** What we use of an anywidget model; the harness has its own. */
export interface Model {
  get(name: string): unknown;
  set(name: string, value: unknown): void;
  save_changes(): void;
  send(content: unknown): void;
  on(name: string, handler: (...args: never[]) => void): void;
  off(name: string, handler: (...args: never[]) => void): void;
}

/** A message from the kernel with its binary parts. */
export type MessageHandler = (content: Record<string, unknown>, buffers: DataView[]) => void;

/** What brings each followed signal of a model up to date. */
const readers = new WeakMap<Model, Set<() => void>>();

/**
 * A signal that follows the model's `name`; the kernel is the only writer.
 *
 * One message may set several traits, and their change events come one after the other. All signals are read at the
 * first of them, together, so that nobody sees a header with the bytes of the header before.
 */
export function follow<T>(model: Model, name: string, scope: Scope): Signal<T> {
  let seen = model.get(name) as T;
  const state = signal(seen);
  const read = () => {
    const now = model.get(name) as T;
    // What the page has set and not yet written stays: another trait's change is no news of this one.
    if (now === seen) return;
    seen = now;
    state.value = now;
  };
  const all = readers.get(model) ?? new Set();
  readers.set(model, all.add(read));
  const changed = () => {
    batch(() => {
      for (const one of all) one();
    });
  };
  model.on(`change:${name}`, changed);
  scope.add(() => {
    model.off(`change:${name}`, changed);
    all.delete(read);
  });
  return state;
}

/**
 * A signal that follows the model's `name` and writes what is put into it back: at once, or for what changes with every
 * key or pixel at most once per `delay` ms.
 *
 * A value equal to the model's is not written, so that the kernel's own change does not come back to it.
 */
export function bind<T>(model: Model, name: string, scope: Scope, delay = 0): Signal<T> {
  const state = follow<T>(model, name, scope);
  let timer: ReturnType<typeof setTimeout> | undefined;
  const save = () => {
    timer = undefined;
    model.save_changes();
  };
  scope.effect(() => {
    const value = state.value;
    if (same(value, model.get(name))) return;
    model.set(name, value);
    if (delay === 0) save();
    else timer ??= setTimeout(save, delay);
  });
  scope.add(() => {
    if (timer === undefined) return;
    clearTimeout(timer);
    save();
  });
  return state;
}

const handlers = new WeakMap<Model, Set<MessageHandler>>();

/** Call `handler` for every custom message. */
export function onMessage(model: Model, scope: Scope, handler: MessageHandler): void {
  const listener = handler as (...args: never[]) => void;
  const all = handlers.get(model) ?? new Set();
  handlers.set(model, all.add(handler));
  model.on("msg:custom", listener);
  scope.add(() => {
    model.off("msg:custom", listener);
    all.delete(handler);
  });
}

/** Let this page's views of `model` hear a message that no kernel sent. */
export function tellHandlers(model: Model, content: Record<string, unknown>): void {
  for (const handler of [...(handlers.get(model) ?? [])]) handler(content, []);
}

function same(a: unknown, b: unknown): boolean {
  return a === b || JSON.stringify(a) === JSON.stringify(b);
}
