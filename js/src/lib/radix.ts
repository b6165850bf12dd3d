/** A stable sort of many rows by numbers, digit by digit: a fifth of the time of comparing them. */

const BITS = 16;
const DIGITS = 1 << BITS;
/** A double's sign in its upper half. */
const SIGN = 0x80000000;

/** Put `rows` into the order of their `values`; NaN last either way, equal values keep their order. */
export function radixSort(rows: Uint32Array, values: Float64Array, descending: boolean): Uint32Array {
  const [low, high] = keysOf(rows, values, descending);
  let from = Uint32Array.from(rows.keys());
  let to = new Uint32Array(rows.length);
  for (const [half, shift] of [
    [low, 0],
    [low, BITS],
    [high, 0],
    [high, BITS],
  ] as const)
    if (pass(from, to, half, shift)) [from, to] = [to, from];
  return from.map((place) => rows[place] as number);
}

/** The lower and upper half of a whole number for each row that sorts as its value does. */
function keysOf(rows: Uint32Array, values: Float64Array, descending: boolean): [Uint32Array, Uint32Array] {
  const low = new Uint32Array(rows.length);
  const high = new Uint32Array(rows.length);
  const value = new Float64Array(1);
  const [lower, upper] = halves(value);
  for (let i = 0; i < rows.length; i += 1) {
    // Minus zero becomes zero.
    value[0] = (values[rows[i] as number] as number) + 0;
    if (Number.isNaN(value[0])) {
      low[i] = high[i] = 0xffffffff;
      continue;
    }
    // Negative numbers sort the other way round, and before all others.
    const negative = upper() >= SIGN;
    const flip = negative !== descending;
    low[i] = flip ? ~lower() : lower();
    high[i] = (flip ? ~upper() : upper()) ^ (negative ? 0 : SIGN);
  }
  return [low, high];
}

function halves(value: Float64Array): [() => number, () => number] {
  const words = new Uint32Array(value.buffer);
  const little = new Uint8Array(Uint16Array.of(1).buffer)[0] === 1;
  return [() => words[little ? 0 : 1] as number, () => words[little ? 1 : 0] as number];
}

/** Sort by one digit; false when all rows have the same one, and nothing was moved. */
function pass(from: Uint32Array, to: Uint32Array, keys: Uint32Array, shift: number): boolean {
  const starts = new Uint32Array(DIGITS);
  for (const key of keys) (starts[(key >>> shift) & (DIGITS - 1)] as number) += 1;
  if (keys.length === 0 || starts[((keys[0] as number) >>> shift) & (DIGITS - 1)] === keys.length)
    return false;
  let sum = 0;
  for (let digit = 0; digit < DIGITS; digit += 1) {
    const count = starts[digit] as number;
    starts[digit] = sum;
    sum += count;
  }
  for (const place of from) {
    const digit = ((keys[place] as number) >>> shift) & (DIGITS - 1);
    to[starts[digit] as number] = place;
    (starts[digit] as number) += 1;
  }
  return true;
}
