/** Which rows of a long list are on screen. */

/** Browsers lose precision or clamp elements taller than this (Firefox: 17.8 million px). */
export const MAX_SCROLL = 8_000_000;

export interface Viewport {
  scrollTop: number;
  height: number;
  rowHeight: number;
  rows: number;
}

export interface Slice {
  /** First row to draw and the row after the last. */
  first: number;
  end: number;
  /** Where the first row's top stands in the scrolled content, px. */
  top: number;
}

/** Height of the scrolled content; capped, above it scrolling is scaled. */
export function contentHeight(rows: number, rowHeight: number): number {
  return Math.min(rows * rowHeight, MAX_SCROLL);
}

/** The rows that cover the viewport, with `overscan` more above and below. */
export function visibleRows(view: Viewport, overscan = 4): Slice {
  const { scrollTop, height, rowHeight, rows } = view;
  const start = topRow(view);
  const first = Math.max(0, Math.min(Math.floor(start) - overscan, rows));
  const end = Math.min(rows, Math.ceil(start + height / rowHeight) + overscan);
  return { first, end: Math.max(first, end), top: scrollTop - (start - first) * rowHeight };
}

/** The row (with its fraction) at the top edge. */
function topRow({ scrollTop, height, rowHeight, rows }: Viewport): number {
  const full = rows * rowHeight;
  const content = contentHeight(rows, rowHeight);
  if (full <= content) return scrollTop / rowHeight;
  return (scrollTop / Math.max(1, content - height)) * Math.max(0, rows - height / rowHeight);
}

/** The scroll position that brings `row` fully into view, or the present one when it is there already. */
export function scrollToRow(view: Viewport, row: number): number {
  const { height, rowHeight, rows } = view;
  const full = rows * rowHeight;
  const scale = full > height ? (contentHeight(rows, rowHeight) - height) / (full - height) : 1;
  const start = topRow(view) * rowHeight;
  const top = row * rowHeight;
  if (top < start) return top * scale;
  if (top + rowHeight > start + height) return (top + rowHeight - height) * scale;
  return view.scrollTop;
}
