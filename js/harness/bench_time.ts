/** When something is on the screen, and what the main thread spent on it. */

/** After the next frame has been painted. */
export function painted(): Promise<number> {
  return new Promise((resolve) => {
    requestAnimationFrame(() => {
      const channel = new MessageChannel();
      channel.port1.onmessage = () => resolve(performance.now());
      channel.port2.postMessage(null);
    });
  });
}

export interface Cost {
  /** In the change itself. */
  sync: number;
  /** In the frame's scripts. */
  frame: number;
  /** Of the browser: style, layout and paint, as far as they are done on the main thread. */
  browser: number;
}

/** Make a change and tell what it cost up to the painted frame; waiting for the screen is not counted. */
export async function costOf(change: () => void): Promise<Cost> {
  await painted();
  let first = 0;
  const before = new Promise<void>((resolve) => {
    requestAnimationFrame(() => {
      first = performance.now();
      resolve();
    });
  });
  const start = performance.now();
  change();
  const sync = performance.now() - start;
  const after = new Promise<[number, number]>((resolve) => {
    requestAnimationFrame(() => {
      const last = performance.now();
      const channel = new MessageChannel();
      channel.port1.onmessage = () => resolve([last, performance.now()]);
      channel.port2.postMessage(null);
    });
  });
  await before;
  const [last, end] = await after;
  return { sync, frame: last - first, browser: end - last };
}

let drawn = 0;
let drawnFirst = 0;

/** Note when canvases are drawn on. */
export function watchCanvases(): void {
  const { prototype } = CanvasRenderingContext2D;
  for (const name of ["stroke", "fill", "fillText", "clearRect"] as const) {
    const own = prototype[name] as (...args: unknown[]) => unknown;
    Object.assign(prototype, {
      [name](this: CanvasRenderingContext2D, ...args: unknown[]) {
        drawn = performance.now();
        drawnFirst ||= drawn;
        return own.apply(this, args);
      },
    });
  }
}

/** Milliseconds from `change` to the first frame with something drawn on a canvas. */
export async function pictured(change: () => unknown): Promise<number> {
  const start = performance.now();
  drawnFirst = 0;
  await change();
  while (drawnFirst === 0 && performance.now() - start < 20_000)
    await new Promise((resolve) => setTimeout(resolve, 2));
  return (await painted()) - start;
}

/** Milliseconds from `change` to the last thing that it changed in `root`, seen to be quiet for `quiet` ms. */
export async function settled(root: Element, change: () => unknown, quiet = 300): Promise<number> {
  let last = 0;
  const observer = new MutationObserver(() => {
    last = performance.now();
  });
  observer.observe(root, { subtree: true, childList: true, attributes: true, characterData: true });
  const start = performance.now();
  drawn = 0;
  await change();
  for (;;) {
    await new Promise((resolve) => setTimeout(resolve, 25));
    await painted();
    const seen = Math.max(last, drawn);
    if (performance.now() - Math.max(seen, start) < quiet) continue;
    observer.disconnect();
    return seen === 0 ? Number.NaN : seen - start;
  }
}

/** Call `each` in every frame for `ms`, and return how far apart the frames were. */
export function frames(ms: number, each: (passed: number) => void): Promise<number[]> {
  return new Promise((resolve) => {
    const gaps: number[] = [];
    let last = 0;
    let start = 0;
    const next = (now: number) => {
      if (last) gaps.push(now - last);
      last = now;
      start ||= now;
      each(now - start);
      if (now - start < ms) requestAnimationFrame(next);
      else resolve(gaps);
    };
    requestAnimationFrame(next);
  });
}
