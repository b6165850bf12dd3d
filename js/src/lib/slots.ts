/** Which elements of a pool show which rows: one that shows a row already keeps it. */

/** Nothing that still holds; no row and no group has it. */
export const NONE = Number.MIN_SAFE_INTEGER;

/** An element of `slots` for each of `wanted`, that with the same code where there is one; there are enough of them. */
export function reuse<T extends { code: number }>(slots: readonly T[], wanted: ArrayLike<number>): T[] {
  const known = new Map<number, T>();
  for (const slot of slots) if (slot.code !== NONE) known.set(slot.code, slot);
  const taken: (T | undefined)[] = Array.from(wanted, (code) => {
    const slot = known.get(code);
    known.delete(code);
    return slot;
  });
  const used = new Set(taken);
  let free = 0;
  const others = slots.filter((slot) => !used.has(slot));
  return taken.map((slot) => slot ?? (others[free++] as T));
}
