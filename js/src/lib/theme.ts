/** From the page's colours to Vega's configuration. */

export type Theme = "light" | "dark";

export interface Tokens {
  theme: Theme;
  /** Text, quiet text, hairlines, background: CSS colours as computed. */
  text: string;
  quiet: string;
  line: string;
  background: string;
  font: string;
}

/** Relative luminance of an `rgb(...)`/`rgba(...)` colour, 0 to 1; null when it cannot be read or is transparent. */
export function luminance(colour: string): number | null {
  const parts = colour.match(/[\d.]+/g)?.map(Number) ?? [];
  const [r, g, b, alpha = 1] = parts;
  if (!colour.startsWith("rgb") || r === undefined || g === undefined || b === undefined || alpha === 0)
    return null;
  const linear = (value: number) => {
    const part = value / 255;
    return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
  };
  return 0.2126 * linear(r) + 0.7152 * linear(g) + 0.0722 * linear(b);
}

/** Which theme a background belongs to; `fallback` when it cannot be told. */
export function themeOf(background: string, fallback: Theme): Theme {
  const light = luminance(background);
  return light === null ? fallback : light > 0.4 ? "light" : "dark";
}

/** Vega-Lite configuration in the look of the page: hairlines, no frame, quiet labels. */
export function vegaConfig(tokens: Tokens): Record<string, unknown> {
  return {
    background: "transparent",
    // Said by the panel; a description for each mark costs more than drawing it.
    aria: false,
    font: tokens.font,
    view: { stroke: null },
    padding: 0,
    axis: {
      labelColor: tokens.quiet,
      titleColor: tokens.quiet,
      labelFontSize: 10.5,
      labelPadding: 5,
      domain: false,
      ticks: false,
      gridColor: tokens.line,
      gridWidth: 1,
      labelOverlap: true,
    },
    axisX: { grid: false, labelFlush: true, tickCount: { signal: "max(2, ceil(width / 90))" } },
    axisY: { grid: true, minExtent: 42, maxExtent: 60, tickCount: { signal: "max(2, ceil(height / 48))" } },
  };
}
