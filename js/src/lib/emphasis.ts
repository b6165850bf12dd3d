/** How each run is drawn: in its colour, in front or behind, by what other views have picked. */

import { coloursOf } from "./palette";
import type { Theme } from "./theme";

/** Runs by name; what is in none of the sets is drawn as it is. */
export interface Emphasis {
  selected: ReadonlySet<string>;
  dimmed: ReadonlySet<string>;
  hidden: ReadonlySet<string>;
  baseline: string;
}

export const NO_EMPHASIS: Emphasis = {
  selected: new Set(),
  dimmed: new Set(),
  hidden: new Set(),
  baseline: "",
};

/** Colours after those of runs: of lines that are background, and of the run that others are compared with. */
const CONTEXT = 6;
const BASELINE = 7;
const GREYS: Record<Theme, string[]> = { light: ["#bdbdbd", "#4a4a4a"], dark: ["#5c5c5c", "#c4c4c4"] };

/** What an index of colour means in a theme. */
export const lineColours = (theme: Theme): string[] => [...coloursOf(theme), ...GREYS[theme]];

/** The look of a line: indices of colour and dash, opacity, width, and place in the order of drawing. */
export interface Style {
  c: number;
  d: number;
  o: number;
  w: number;
  z: number;
}

export interface Mark {
  colour: number;
  dash: number;
}

export type Role = "selected" | "best" | "baseline" | "plain" | "context";

/** What a run is in a chart whose best run is `best`. */
export function roleOf(run: string, emphasis: Emphasis, best: string): Role {
  if (emphasis.selected.has(run)) return "selected";
  if (emphasis.baseline === run) return "baseline";
  if (emphasis.dimmed.has(run)) return "context";
  if (best === run) return "best";
  return emphasis.selected.size > 0 ? "context" : "plain";
}

export function styleOf({ colour: c, dash: d }: Mark, role: Role): Style {
  if (role === "selected") return { c, d, o: 1, w: 2.2, z: 4 };
  if (role === "best") return { c, d, o: 1, w: 2.2, z: 3 };
  if (role === "baseline") return { c: BASELINE, d: 1, o: 1, w: 1.6, z: 2 };
  if (role === "context") return { c: CONTEXT, d: 0, o: 0.6, w: 1, z: 0 };
  return { c, d, o: 1, w: 1.6, z: 1 };
}

/** The look of a line whose group's mean is drawn. */
export const memberStyle = (style: Style): Style => ({ ...style, d: 0, o: 0.3, w: 1, z: -1 });
