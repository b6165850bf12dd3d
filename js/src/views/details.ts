/** Finer points of a zoomed range, asked from the kernel; it answers when it is idle, until then the pyramid serves. */

import { signal } from "@preact/signals-core";
import { ask } from "../kernel";
import { type Axis, isMetric } from "../lib/axis";
import { alignedBytes } from "../lib/columns";
import { decodeSeries, type Series, type SeriesSet } from "../lib/series";
import { type Model, onMessage } from "../model";
import type { Scope } from "../scope";

/** A zoom that rests this long is worth asking for. */
const REST = 300;

interface Answer {
  question: string;
  series: Map<string, Series>;
}

export class Details {
  private readonly answer = signal<Answer | null>(null);
  private asked = "";
  private timer: ReturnType<typeof setTimeout> | undefined;

  constructor(
    private readonly model: Model,
    scope: Scope,
  ) {
    scope.add(() => clearTimeout(this.timer));
    onMessage(model, scope, (content, buffers) => {
      if (content["type"] !== "detail" || content["id"] !== this.asked) return;
      const set = content["series"] as SeriesSet;
      const bytes = alignedBytes(buffers[0] ?? null);
      const series = decodeSeries(set, new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength));
      this.answer.value = { question: this.asked, series: new Map(series.map((one) => [one.key, one])) };
    });
  }

  /** `series` with the finer ones of this range where the kernel has sent them. */
  apply(series: Series[], axis: Axis, domain: readonly [number, number] | null): Series[] {
    const answer = this.answer.value;
    if (!answer || !domain || answer.question !== question(axis, domain)) return series;
    return series.map((one) => answer.series.get(one.key) ?? one);
  }

  /** Ask for the finer points of `coarse` in `domain`; says whether an answer is awaited. */
  want(
    coarse: readonly Series[],
    axis: Axis,
    domain: readonly [number, number] | null,
    width: () => number,
  ): boolean {
    // Along another metric finer points would lie on x values that are no finer.
    if (coarse.length === 0 || !domain || isMetric(axis)) return false;
    const id = question(axis, domain);
    if (this.answer.peek()?.question === id) return false;
    if (this.asked !== id) {
      this.asked = id;
      clearTimeout(this.timer);
      const series = coarse.map((one) => ({ run: one.header.run, metric: one.header.metric }));
      this.timer = setTimeout(
        () => ask(this.model, { type: "detail", id, series, x: axis, range: domain, width: width() }),
        REST,
      );
    }
    return true;
  }
}

const question = (axis: Axis, domain: readonly [number, number]): string =>
  `${axis} ${domain[0]} ${domain[1]}`;
