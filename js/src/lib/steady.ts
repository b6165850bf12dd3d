/** Long drawing in small pieces: a few milliseconds of each frame, so that the hand is never waited for. */

export const BUDGET = 6;

export class Steady {
  private step: (() => boolean) | null = null;
  private waiting = false;

  /** The clock and the frames are arguments for the tests. */
  constructor(
    private readonly now: () => number = () => performance.now(),
    private readonly later: (run: () => void) => unknown = (run) => requestAnimationFrame(run),
    private readonly budget = BUDGET,
  ) {}

  /** Call `step` until it says false; what was begun before is given up. */
  begin(step: () => boolean): void {
    this.step = step;
    this.wait();
  }

  stop(): void {
    this.step = null;
  }

  get busy(): boolean {
    return this.step !== null;
  }

  private wait(): void {
    if (this.waiting) return;
    this.waiting = true;
    this.later(() => {
      this.waiting = false;
      this.frame();
    });
  }

  private frame(): void {
    const end = this.now() + this.budget;
    while (this.step) {
      const { step } = this;
      if (!step() && this.step === step) this.step = null;
      if (this.now() >= end) break;
    }
    if (this.step) this.wait();
  }
}

/** 0 to `count` - 1, each once, so that any first part is spread over all. */
export function spread(count: number): Uint32Array {
  const order = new Uint32Array(count);
  let stride = Math.max(1, Math.round(count * 0.618));
  while (gcd(stride, count) > 1) stride += 1;
  for (let i = 0, at = 0; i < count; i += 1, at = (at + stride) % count) order[i] = at;
  return order;
}

const gcd = (a: number, b: number): number => (b === 0 ? a : gcd(b, a % b));
