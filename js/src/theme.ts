/** Which theme a view stands in, and the colours that Vega must be told because it reads no CSS. */

import { type ReadonlySignal, signal } from "@preact/signals-core";
import { type Theme, type Tokens, themeOf } from "./lib/theme";
import type { Scope } from "./scope";

/** Attributes by which notebook front ends tell their theme. */
const MARKS = ["data-jp-theme-light", "data-jp-theme-name", "data-vscode-theme-kind", "class", "style"];

const DARK = "(prefers-color-scheme: dark)";
/** High contrast: all grounds are the system's then, whatever the page's theme is. */
const CONTRAST = "(forced-colors: active)";

/** Mark `root` with the theme in force (`choice` "auto" follows the page) and say which it is, now and on change. */
export function watchTheme(
  root: HTMLElement,
  choice: ReadonlySignal<string>,
  scope: Scope,
): ReadonlySignal<Tokens> {
  const state = signal<Tokens>(apply(root, choice.peek()));
  const update = () => {
    const next = apply(root, choice.peek());
    if (JSON.stringify(next) !== JSON.stringify(state.peek())) state.value = next;
  };
  scope.effect(() => {
    choice.value;
    update();
  });
  const observer = new MutationObserver(() => requestAnimationFrame(update));
  for (const target of [document.body, document.documentElement]) {
    observer.observe(target, { attributes: true, attributeFilter: MARKS });
  }
  scope.add(() => observer.disconnect());
  for (const query of [DARK, CONTRAST]) {
    const media = matchMedia(query);
    media.addEventListener("change", update);
    scope.add(() => media.removeEventListener("change", update));
  }
  // Before it is in the page, an element has no computed colours.
  requestAnimationFrame(update);
  return state;
}

function apply(root: HTMLElement, choice: string): Tokens {
  const own = (choice === "light" || choice === "dark") && !matchMedia(CONTRAST).matches;
  root.dataset["smtwTheme"] = own ? choice : pageTheme(root);
  root.classList.toggle("smtw-forced", own);
  const style = getComputedStyle(root);
  const read = (name: string, fallback: string) => style.getPropertyValue(name).trim() || fallback;
  return {
    theme: root.dataset["smtwTheme"] as Theme,
    text: style.color || "#222",
    quiet: read("--smtw-quiet", "#666"),
    line: read("--smtw-line", "#e6e6e6"),
    background: read("--smtw-paper", "#fff"),
    font: style.fontFamily || "sans-serif",
  };
}

function pageTheme(root: HTMLElement): Theme {
  const system: Theme = matchMedia(DARK).matches ? "dark" : "light";
  if (matchMedia(CONTRAST).matches) return system;
  const light = document.body.dataset["jpThemeLight"];
  if (light !== undefined) return light === "false" ? "dark" : "light";
  const kind = document.body.dataset["vscodeThemeKind"];
  if (kind) return kind.includes("dark") || kind.endsWith("high-contrast") ? "dark" : "light";
  for (let node: Element | null = root.parentElement; node; node = node.parentElement) {
    const background = getComputedStyle(node).backgroundColor;
    if (themeOf(background, "light") === themeOf(background, "dark")) return themeOf(background, system);
  }
  return system;
}
