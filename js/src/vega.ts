/** The Vega chunk: one copy per page and version, whichever view brings it. */

import { ask } from "./kernel";
import { alignedBytes } from "./lib/columns";
import { formatPassed } from "./lib/format";
import { logTicks, timeLabel } from "./lib/ticks";
import type { Model } from "./model";
import { onMessage } from "./model";
import type { Scope } from "./scope";

export type Vega = typeof import("./vega_chunk");

/** How long a view without a chunk waits for another view's before it asks the kernel. */
const PATIENCE = 1000;

interface Shared {
  promise: Promise<Vega>;
  provide(bytes: Uint8Array): void;
  provided: boolean;
}

/**
 * The chunk of this model's version: from its own bytes, from another view of the page, or asked from the kernel.
 *
 * The promise is kept on the page under the chunk's hash, so that ten charts load it once and two versions of the
 * package do not meet.
 */
export function loadVega(model: Model, scope: Scope): Promise<Vega> {
  const shared = sharedChunk(String(model.get("_chunk_hash") ?? ""));
  offerChunk(model);
  onMessage(model, scope, (content, buffers) => {
    if (content["type"] === "chunk" && buffers[0]) shared.provide(alignedBytes(buffers[0]));
  });
  if (!shared.provided) {
    const timer = setTimeout(() => {
      if (!shared.provided) ask(model, { type: "need_chunk" });
    }, PATIENCE);
    scope.add(() => clearTimeout(timer));
  }
  return shared.promise;
}

/** Give the page the chunk that this model carries, if it does: the chart itself may never be shown. */
export function offerChunk(model: Model): void {
  const bytes = alignedBytes((model.get("_chunk") as DataView | null) ?? null);
  if (bytes.byteLength > 0) sharedChunk(String(model.get("_chunk_hash") ?? "")).provide(bytes);
}

function sharedChunk(hash: string): Shared {
  const page = globalThis as Record<symbol, unknown>;
  const key = Symbol.for(`sm_track_widgets.vega.${hash}`);
  const known = page[key] as Shared | undefined;
  if (known) return known;
  let settle: (chunk: Promise<Vega>) => void = () => {};
  const shared: Shared = {
    promise: new Promise<Vega>((resolve) => {
      settle = resolve;
    }),
    provided: false,
    provide(bytes) {
      if (shared.provided) return;
      shared.provided = true;
      const loading = importChunk(bytes);
      // A chunk that does not load is forgotten, so that the next view may try again.
      loading.catch(() => delete page[key]);
      settle(loading);
    },
  };
  page[key] = shared;
  return shared;
}

async function importChunk(bytes: Uint8Array): Promise<Vega> {
  const plain = new Blob([bytes as BlobPart]).stream().pipeThrough(new DecompressionStream("gzip"));
  const source = await new Response(plain).blob();
  const url = URL.createObjectURL(new Blob([source], { type: "text/javascript" }));
  try {
    const chunk = (await import(url)) as Vega;
    addFunctions(chunk);
    return chunk;
  } finally {
    URL.revokeObjectURL(url);
  }
}

/** What axes of our specs call by name. */
function addFunctions(chunk: Vega): void {
  const ends = (domain: unknown) => (domain as unknown[]).map(Number) as [number, number];
  chunk.expressionFunction("smtwDuration", (value: unknown) => formatPassed(Number(value)));
  chunk.expressionFunction("smtwTime", (value: unknown, domain: unknown) => {
    const [low, high] = ends(domain);
    return timeLabel(Number(value), high - low);
  });
  chunk.expressionFunction("smtwLogTicks", (domain: unknown, size: unknown) => {
    const [low, high] = ends(domain);
    return logTicks(low, high, Math.max(2, Math.round(Number(size))));
  });
}
