/** Colours of rows: an even ramp for numbers, the palette for a few texts. */

import { type CodeColumn, type Column, isCodes } from "./columns";
import { coloursOf } from "./palette";
import type { Scale } from "./scales";
import type { Theme } from "./theme";

export const STEPS = 24;
export const MOST_TEXTS = 6;
/** Of rows without a value, and of texts beyond the palette: 3:1 on both grounds. */
const REST = "#888888";

/** Viridis from its dark to its light end; of each ground the part that stands out from it. */
const VIRIDIS = [
  0x440154, 0x482475, 0x414487, 0x355f8d, 0x2a788e, 0x21918c, 0x22a884, 0x44bf70, 0x7ad151, 0xbddf26,
  0xfde725,
];
const PART = { light: [0, 0.66], dark: [0.38, 1] } as const;

export interface Colouring {
  kind: "number" | "values" | "none";
  /** The last one is of rows without a value. */
  colours: string[];
  /** Index into the colours of each row; null when all have the first. */
  of: Uint8Array | null;
  /** Of texts: what each colour stands for. */
  labels: string[];
}

/** `STEPS` colours from the lowest value to the highest; the end that is good stands out most. */
export function ramp(theme: Theme, best: "min" | "max" = "max"): string[] {
  const [dark, light] = PART[theme];
  // On white what is darkest stands out, on black what is lightest.
  const [low, high] = (theme === "dark") === (best === "max") ? [dark, light] : [light, dark];
  return Array.from({ length: STEPS }, (_, i) => viridis(low + ((high - low) * i) / (STEPS - 1)));
}

function viridis(place: number): string {
  const at = Math.min(VIRIDIS.length - 1.001, Math.max(0, place * (VIRIDIS.length - 1)));
  const [from, to] = [VIRIDIS[Math.floor(at)] as number, VIRIDIS[Math.floor(at) + 1] as number];
  const share = at % 1;
  const mixed = [16, 8, 0].map((shift) => {
    const [a, b] = [(from >> shift) & 255, (to >> shift) & 255];
    return Math.round(a + (b - a) * share)
      .toString(16)
      .padStart(2, "0");
  });
  return `#${mixed.join("")}`;
}

/** How rows are coloured by a column; by none, all alike. */
export function colouring(column: Column | undefined, scale: Scale | null, theme: Theme): Colouring {
  if (!column || !scale)
    return { kind: "none", colours: [coloursOf(theme)[0] as string], of: null, labels: [] };
  if (isCodes(column)) return byText(column, theme);
  const of = new Uint8Array(scale.places.length);
  for (let row = 0; row < of.length; row += 1) {
    const place = scale.places[row] as number;
    of[row] = Number.isNaN(place) ? STEPS : Math.min(STEPS - 1, Math.floor(place * STEPS));
  }
  return { kind: "number", colours: [...ramp(theme, column.best), REST], of, labels: [] };
}

/** The most frequent texts have the palette's colours, the others one that they share. */
function byText({ codes, values }: CodeColumn, theme: Theme): Colouring {
  const counts = new Uint32Array(values.length);
  for (const code of codes) if (code >= 0) counts[code] = (counts[code] as number) + 1;
  const often = [...values.keys()].sort((a, b) => (counts[b] as number) - (counts[a] as number));
  const shown = often.slice(0, MOST_TEXTS).sort((a, b) => a - b);
  const place = new Map(shown.map((code, i) => [code, i]));
  const of = Uint8Array.from(codes, (code) => place.get(code) ?? shown.length);
  const labels = shown.map((code) => values[code] as string);
  const rest = of.includes(shown.length) ? [often.length > MOST_TEXTS ? "other" : "missing"] : [];
  const colours = [...coloursOf(theme).slice(0, shown.length), REST];
  return { kind: "values", colours, of, labels: [...labels, ...rest] };
}
