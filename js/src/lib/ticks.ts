/** Where axes have their marks and what these say, where Vega's own choice is not good enough. */

/** About `count` marks of a log axis from `low` to `high`: powers of ten, or 1-2-5 steps within few decades. */
export function logTicks(low: number, high: number, count: number): number[] {
  if (!(low > 0) || !(high > low)) return [];
  const first = Math.floor(Math.log10(low));
  const last = Math.ceil(Math.log10(high));
  const decades = Math.log10(high / low);
  const stride = Math.max(1, Math.ceil(decades / Math.max(2, count)));
  const digits = decades > count / 2 ? [1] : [1, 2, 5];
  const ticks: number[] = [];
  for (let power = first; power <= last; power += stride)
    for (const digit of digits) ticks.push(digit * 10 ** power);
  const inside = ticks.filter((tick) => tick >= low * 0.999 && tick <= high * 1.001);
  return inside.length >= 2 ? inside : evenTicks(low, high, count);
}

/** About `count` round numbers from `low` to `high`. */
export function evenTicks(low: number, high: number, count: number): number[] {
  const rough = (high - low) / Math.max(2, count);
  const unit = 10 ** Math.floor(Math.log10(rough));
  const step = unit * ([1, 2, 5, 10].find((nice) => nice * unit >= rough) ?? 10);
  const ticks: number[] = [];
  for (let i = Math.ceil(low / step); i * step <= high; i += 1)
    ticks.push(Number((i * step).toPrecision(12)));
  return ticks;
}

const MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
const DAY = 86_400_000;

/** What a mark of the time axis says, in UTC: as fine as the `span` shown (ms) asks for. */
export function timeLabel(time: number, span: number): string {
  const date = new Date(time);
  if (Number.isNaN(date.getTime())) return "";
  const clock = date.toISOString().slice(11, 19);
  const day = `${MONTHS[date.getUTCMonth()]} ${date.getUTCDate()}`;
  if (span > 2 * DAY) return clock === "00:00:00" || span > 20 * DAY ? day : `${day} ${clock.slice(0, 5)}`;
  if (clock === "00:00:00") return day;
  return clock.endsWith(":00") ? clock.slice(0, 5) : clock;
}
