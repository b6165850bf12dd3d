/** The words of the text filter. */

/** Lower-case words of a filter text; "double quotes" keep blanks together. */
export function words(filter: string): string[] {
  const found = filter.toLowerCase().match(/"[^"]*"|\S+/g) ?? [];
  return found.map((word) => word.replace(/^"|"$/g, "")).filter((word) => word !== "");
}
