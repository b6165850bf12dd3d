/** Which rows are selected after a click or a key. */

export interface Gesture {
  /** Keep the others (ctrl/cmd). */
  toggle: boolean;
  /** Everything from the anchor to here (shift). */
  range: boolean;
}

/**
 * Names selected after `gesture` on position `at` of `order` (names in the order shown).
 *
 * A plain gesture selects this one only, or nothing when it was the only one. A range starts at `anchor`. What has no
 * name, the head of a group, is passed over.
 */
export function select(
  selected: readonly string[],
  name: (position: number) => string,
  at: number,
  anchor: number,
  gesture: Gesture,
): string[] {
  if (gesture.range) {
    const [from, to] = anchor < at ? [anchor, at] : [at, anchor];
    const span = Array.from({ length: to - from + 1 }, (_, i) => name(from + i)).filter((one) => one !== "");
    return gesture.toggle ? [...new Set([...selected, ...span])] : span;
  }
  const here = name(at);
  if (here === "") return [...selected];
  const had = selected.includes(here);
  if (gesture.toggle) return had ? selected.filter((other) => other !== here) : [...selected, here];
  return had && selected.length === 1 ? [] : [here];
}
