/** At most so many runs of a slow job, the last request never lost. */

export interface Coalesced {
  /** Ask for a run; many requests before it starts are one. `soon` does not wait for the interval. */
  request(soon?: boolean): void;
  close(): void;
}

/**
 * Run `job` on request, never twice at once and, unless asked soon, not within `interval` ms of the last start.
 *
 * `now` and `later` are the clock and the timer, arguments for the tests.
 */
export function coalesce(
  job: () => Promise<void>,
  interval: number,
  now: () => number = () => performance.now(),
  later: (run: () => void, ms: number) => unknown = setTimeout,
): Coalesced {
  let running = false;
  let wanted = false;
  let urgent = false;
  let waiting = false;
  let closed = false;
  let last = Number.NEGATIVE_INFINITY;

  const start = () => {
    if (running || !wanted || closed) return;
    const wait = urgent ? 0 : last + interval - now();
    if (wait > 0) {
      if (!waiting) later(wake, wait);
      waiting = true;
      return;
    }
    wanted = false;
    urgent = false;
    running = true;
    last = now();
    void job().finally(() => {
      running = false;
      start();
    });
  };
  const wake = () => {
    waiting = false;
    start();
  };
  return {
    request(soon = false) {
      wanted = true;
      urgent ||= soon;
      start();
    },
    close() {
      closed = true;
    },
  };
}
