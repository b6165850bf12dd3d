/** Everything a view sets up and must take down again. */

import { effect } from "@preact/signals-core";

export class Scope {
  private readonly undo: (() => void)[] = [];
  private closed = false;

  /** Call `undo` at the end; at once when the end has come. */
  add(undo: () => void): void {
    if (this.closed) undo();
    else this.undo.push(undo);
  }

  /** Run `body` now and whenever a signal it read changes. */
  effect(body: () => void): void {
    this.add(effect(body));
  }

  /** Listen to a DOM event. */
  listen<K extends keyof HTMLElementEventMap>(
    target: EventTarget,
    type: K,
    handler: (event: HTMLElementEventMap[K]) => void,
    options?: AddEventListenerOptions,
  ): void {
    target.addEventListener(type, handler as EventListener, options);
    this.add(() => target.removeEventListener(type, handler as EventListener, options));
  }

  /** Call `body` every `ms`. */
  every(ms: number, body: () => void): void {
    const timer = setInterval(body, ms);
    this.add(() => clearInterval(timer));
  }

  get ended(): boolean {
    return this.closed;
  }

  close(): void {
    this.closed = true;
    for (const undo of this.undo.splice(0).reverse()) undo();
  }
}
