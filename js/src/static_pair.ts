/** Hiding the static form of a widget while the live one is on the page. */

import type { Scope } from "./scope";

const mounted = new Map<string, { count: number; style: HTMLStyleElement }>();

/**
 * Hide the output that holds `.sm-static-<key>` until `scope` ends.
 *
 * A style rule instead of an attribute on the element: notebooks render an output again whenever it is updated, moved
 * or scrolled back into view, and a rule holds for whatever element then bears the class.
 */
export function hideStatic(key: string, scope: Scope): void {
  if (!key) return;
  const entry = mounted.get(key) ?? { count: 0, style: addRule(key) };
  entry.count += 1;
  mounted.set(key, entry);
  scope.add(() => {
    entry.count -= 1;
    if (entry.count > 0) return;
    entry.style.remove();
    mounted.delete(key);
  });
}

function addRule(key: string): HTMLStyleElement {
  const name = `.sm-static-${CSS.escape(key)}`;
  const style = document.createElement("style");
  // Two rules: a browser that does not know :has() drops the first and keeps the second.
  style.textContent = `.jp-OutputArea-child:has(${name}) { display: none !important; }\n${name} { display: none !important; }`;
  document.head.append(style);
  return style;
}
