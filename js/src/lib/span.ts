/** Ranges that are drawn by hand along an axis, in places 0 to 1. */

export type Span = [number, number];
/** What is done to a range: draw a new one, take one of its ends, or move it. */
export type Grasp = "new" | "low" | "high" | "move";

/** What a hand takes hold of at a place; ends are held within `reach` of them. */
export function graspOf(span: Span | null, at: number, reach: number): Grasp {
  if (!span) return "new";
  const [low, high] = span;
  const [toLow, toHigh] = [Math.abs(at - low), Math.abs(at - high)];
  if (Math.min(toLow, toHigh) <= reach) return toLow < toHigh ? "low" : "high";
  return at > low && at < high ? "move" : "new";
}

/** The range when the hand that took hold at `start` has come to `at`. */
export function dragged(grasp: Grasp, span: Span | null, start: number, at: number): Span {
  const to = within(at);
  if (grasp === "new" || !span) return ordered(within(start), to);
  const [low, high] = span;
  if (grasp === "low") return ordered(to, high);
  if (grasp === "high") return ordered(low, to);
  const by = Math.min(1 - high, Math.max(-low, at - start));
  return [low + by, high + by];
}

export const within = (place: number): number => Math.min(1, Math.max(0, place));

const ordered = (a: number, b: number): Span => (a < b ? [a, b] : [b, a]);
