/** The order of texts as people read them: the rules of `charts/natural.py`, tested against the same cases. */

const NUMBER = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?$/i;
const DIGITS = /\d+(?:\.\d+)*/g;
const PLACES = 12;

/**
 * Rank of each text: numbers first, by value, then texts, with the numbers inside them by value ("run-2" before
 * "run-10"); texts that differ only in case share a rank.
 */
export function naturalRanks(texts: readonly string[]): Float64Array {
  const values = texts.map((text) => (NUMBER.test(text) ? Number(text) : Number.NaN));
  const keys = texts.map((text, i) => (Number.isNaN(values[i]) ? naturalKey(text) : ""));
  const compare = (a: number, b: number): number => {
    const [x, y] = [values[a] as number, values[b] as number];
    if (x === y) return 0;
    const texts = Number(Number.isNaN(x)) - Number(Number.isNaN(y));
    if (texts !== 0 || !Number.isNaN(x)) return texts || (x < y ? -1 : 1);
    const [left, right] = [keys[a] as string, keys[b] as string];
    return left < right ? -1 : left > right ? 1 : 0;
  };
  const order = Uint32Array.from(texts.keys()).sort(compare);
  const ranks = new Float64Array(texts.length);
  let rank = 0;
  order.forEach((index, i) => {
    if (i > 0 && compare(order[i - 1] as number, index) !== 0) rank += 1;
    ranks[index] = rank;
  });
  return ranks;
}

/** A plain comparison of these is by value for numbers inside texts; 20 times faster than Intl.Collator. */
function naturalKey(text: string): string {
  return text.toLowerCase().replace(DIGITS, (found) => {
    const pieces = found.split(".");
    const decimal = pieces.length === 2;
    return pieces.map((piece, i) => (decimal && i === 1 ? piece : piece.padStart(PLACES, "0"))).join(".");
  });
}
