/** A page's model whose kernel is played by the caller: what is sent and saved is kept. */

import { PageModel } from "../src/page_model";

export class FakeModel extends PageModel {
  readonly sent: unknown[] = [];
  readonly saved: Record<string, unknown>[] = [];

  override save_changes(): void {
    this.saved.push({ ...this.state });
  }

  override send(content: unknown): void {
    this.sent.push(content);
  }

  /** Play the kernel: change several traits in one message, or send a custom message. */
  push(values: Record<string, unknown>): void {
    Object.assign(this.state, values);
    for (const name of Object.keys(values)) this.emit(`change:${name}`);
  }

  message(content: unknown, buffers: DataView[] = []): void {
    this.emit("msg:custom", content, buffers);
  }

  /** Play the notebook after a restart of the kernel. */
  lose(): void {
    this.emit("comm_live_update");
  }
}
