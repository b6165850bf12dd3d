/** The range of one axis: drawn, moved and resized by hand, or by the keys of its two ends. */

import { h, setAttributes, show } from "../dom";
import { labelOf } from "../lib/axis_ticks";
import type { Column } from "../lib/columns";
import { isWhole, type Scale, slotAt, valueAt } from "../lib/scales";
import { dragged, graspOf, type Span, within } from "../lib/span";
import type { Scope } from "../scope";

/** A hand that has moved less than that has clicked, px. */
const STILL = 3;
const REACH = 7;
const ENDS = ["low", "high"] as const;

export interface BrushState {
  column: Column;
  scale: Scale;
  flip: boolean;
  top: number;
  height: number;
  span: Span | null;
}

export interface BrushActions {
  preview(span: Span): void;
  /** `soon`: the hand may go on. */
  commit(soon?: boolean): void;
  clear(): void;
  /** A value was clicked. */
  pick(value: string): void;
}

export class AxisBrush {
  readonly root = h("div", "track");
  private readonly range = h("div", "axis-range");
  private readonly ends = ENDS.map((end) =>
    h("div", `axis-end axis-${end}`, { role: "slider", tabindex: 0, "aria-orientation": "vertical" }),
  );
  private state: BrushState | null = null;

  constructor(
    private readonly actions: BrushActions,
    scope: Scope,
  ) {
    this.root.append(this.range, ...this.ends);
    scope.listen(this.root, "pointerdown", (event) => this.grab(event));
    scope.listen(this.root, "pointermove", (event) => this.point(event));
    this.ends.forEach((end, i) => {
      scope.listen(end, "keydown", (event) => this.key(event, i));
    });
  }

  update(state: BrushState): void {
    this.state = state;
    const { column, scale, flip, top, height, span } = state;
    const numbers = scale.kind === "number" && scale.low < scale.high;
    this.root.style.top = `${top - REACH}px`;
    this.root.style.height = `${height + 2 * REACH}px`;
    const [low, high] = span ?? [0, 1];
    const y = (place: number) => REACH + height * (flip ? place : 1 - place);
    show(this.range, span !== null);
    this.range.style.top = `${Math.min(y(low), y(high))}px`;
    this.range.style.height = `${Math.max(2, Math.abs(y(high) - y(low)))}px`;
    this.ends.forEach((end, i) => {
      const place = i === 0 ? low : high;
      show(end, numbers);
      end.style.top = `${y(place)}px`;
      end.classList.toggle("smtw-axis-set", span !== null);
      if (!numbers) return;
      const value = valueAt(scale, place);
      const said = labelOf(column, value, scale.high - scale.low);
      // At an end of the axis there is no bound to name.
      end.dataset["value"] = place > 0 && place < 1 ? said : "";
      setAttributes(end, {
        "aria-label": `${column.label} ${i === 0 ? "at least" : "at most"}`,
        "aria-valuemin": scale.low,
        "aria-valuemax": scale.high,
        "aria-valuenow": Number(value.toPrecision(6)),
        "aria-valuetext": said,
      });
    });
  }

  private placeAt(event: PointerEvent): number {
    const { flip, height } = this.state as BrushState;
    const y = event.clientY - this.root.getBoundingClientRect().top - REACH;
    return flip ? y / height : 1 - y / height;
  }

  /** Show by the cursor what a press would do. */
  private point(event: PointerEvent): void {
    if (event.buttons || !this.state) return;
    const grasp = graspOf(this.state.span, this.placeAt(event), REACH / this.state.height);
    this.root.style.cursor = grasp === "new" ? "crosshair" : grasp === "move" ? "grab" : "ns-resize";
  }

  private grab(event: PointerEvent): void {
    const { state } = this;
    if (!state || event.button !== 0) return;
    event.preventDefault();
    const [start, before, from] = [this.placeAt(event), state.span, event.clientY];
    const grasp = graspOf(before, start, REACH / state.height);
    let still = true;
    this.root.setPointerCapture(event.pointerId);
    const move = (to: PointerEvent) => {
      still &&= Math.abs(to.clientY - from) < STILL;
      if (!still) this.actions.preview(dragged(grasp, before, start, this.placeAt(to)));
    };
    const end = () => {
      this.root.removeEventListener("pointermove", move);
      if (!still) this.actions.commit();
      else if (grasp === "new") this.click(start);
    };
    this.root.addEventListener("pointermove", move);
    this.root.addEventListener("lostpointercapture", end, { once: true });
  }

  /** A click takes a value of texts, and a range away where it is none of it. */
  private click(place: number): void {
    const { scale, span } = this.state as BrushState;
    if (scale.kind === "values") this.actions.pick(scale.slots[slotAt(scale, place)] ?? "");
    else if (span) this.actions.clear();
  }

  private key(event: KeyboardEvent, end: number): void {
    const { state } = this;
    if (!state) return;
    const step = this.stepOf(event.key, state);
    if (step === null || event.shiftKey || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    event.stopPropagation();
    const span: Span = [...(state.span ?? ([0, 1] as Span))];
    const [least, most] = end === 0 ? [0, span[1]] : [span[0], 1];
    span[end as 0 | 1] = Math.min(most, Math.max(least, within((span[end as 0 | 1] as number) + step)));
    this.actions.preview(span);
    this.actions.commit(true);
  }

  /** How far a key moves an end, in places; null for other keys. */
  private stepOf(key: string, { column, scale, flip }: BrushState): number | null {
    const up = flip ? -1 : 1;
    const small = isWhole(column) && !scale.log ? Math.max(0.01, 1 / (scale.high - scale.low)) : 0.01;
    const steps: Record<string, number> = {
      ArrowUp: up * small,
      ArrowRight: small,
      ArrowDown: -up * small,
      ArrowLeft: -small,
      PageUp: up * Math.max(0.1, small),
      PageDown: -up * Math.max(0.1, small),
      Home: -1,
      End: 1,
    };
    return steps[key] ?? null;
  }
}
