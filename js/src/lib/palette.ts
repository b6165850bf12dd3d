/** Colours and dash patterns of runs; the same as `charts/palette.py` (a Python test compares the two). */

export const LIGHT = ["#2f6fdb", "#d9641e", "#1d8a5b", "#c13d7c", "#7a4fd0", "#8a6d00"];
export const DARK = ["#6ea8fe", "#ff9f5a", "#6fd3a5", "#f28bb7", "#c5a3ff", "#e0c04c"];
/** Lengths of stroke and gap in pixels; empty is a solid line. */
export const DASHES: number[][] = [[], [6, 3], [2, 2], [8, 2, 2, 2], [4, 4], [1, 3]];

export const coloursOf = (theme: "light" | "dark"): string[] => (theme === "dark" ? DARK : LIGHT);
