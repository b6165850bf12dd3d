/** How fast work goes, and how long the rest of it will take. */

/** Where the work is, as the kernel pushes it; times in seconds since the epoch by the kernel's clock. */
export interface Work {
  done: number;
  /** Null where it is not known. */
  total: number | null;
  label?: string;
  /** When `done` was reported. */
  at?: number;
  /** The first report and when it came. */
  first?: number;
  began?: number;
}

/** Weight of the newest stretch at most: one slow step does not change the forecast by half. */
const NEWEST = 0.3;
/** Seconds over which older stretches fade. */
const MEMORY = 15;
/** Seconds before which there is too little to go by. */
const LEAST = 2;

export class Pace {
  private rate = Number.NaN;
  private last: Work | null = null;

  /** Take a report in; one that goes back, or counts something else, starts anew. */
  add(work: Work | null): void {
    const last = this.last;
    const at = work?.at;
    if (!work || at === undefined || work.began === undefined) {
      this.last = work;
      this.rate = Number.NaN;
      return;
    }
    const same = last && last.total === work.total && last.label === work.label && last.began === work.began;
    if (!same || work.done < last.done) {
      this.rate = overall(work);
    } else if (work.done > last.done && at > (last.at ?? at)) {
      const passed = at - (last.at ?? at);
      const newest = (work.done - last.done) / passed;
      const weight = Math.min(NEWEST, 1 - Math.exp(-passed / MEMORY));
      this.rate = Number.isNaN(this.rate) ? overall(work) : this.rate + weight * (newest - this.rate);
    } else {
      return;
    }
    this.last = work;
  }

  /** Seconds left at `now` (kernel's clock); null while there is too little to go by, or when it is overdue. */
  left(now: number): number | null {
    const work = this.last;
    if (!work || work.total === null || work.at === undefined || work.began === undefined) return null;
    if (!(this.rate > 0) || work.done >= work.total || now - work.began < LEAST) return null;
    const left = (work.total - work.done) / this.rate - (now - work.at);
    return left > 0 ? left : null;
  }
}

/** Work in a second since the first report; NaN while that is the only one. */
function overall(work: Work): number {
  const passed = (work.at ?? 0) - (work.began ?? 0);
  return passed > 0 ? (work.done - (work.first ?? 0)) / passed : Number.NaN;
}
