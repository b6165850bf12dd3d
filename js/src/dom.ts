/** Making elements. Text reaches the page through textContent and attributes only, never as markup. */

type Attributes = Record<string, string | number | boolean | null | undefined>;
export type Child = Node | string | null | undefined;

/** An element with the class `smtw-<name>` for every word of `classes`. */
export function h<K extends keyof HTMLElementTagNameMap>(
  tag: K,
  classes: string,
  attributes: Attributes = {},
  ...children: Child[]
): HTMLElementTagNameMap[K] {
  const element = document.createElement(tag);
  for (const name of classes.split(" ")) if (name) element.classList.add(`smtw-${name}`);
  setAttributes(element, attributes);
  append(element, children);
  return element;
}

const SVG = "http://www.w3.org/2000/svg";

/** An SVG element; same conventions as `h`. */
export function svg<K extends keyof SVGElementTagNameMap>(
  tag: K,
  attributes: Attributes = {},
  ...children: Child[]
): SVGElementTagNameMap[K] {
  const element = document.createElementNS(SVG, tag);
  setAttributes(element, attributes);
  append(element, children);
  return element;
}

export function setAttributes(element: Element, attributes: Attributes): void {
  for (const [name, value] of Object.entries(attributes)) {
    if (value === null || value === undefined || value === false) element.removeAttribute(name);
    else element.setAttribute(name, value === true ? "" : String(value));
  }
}

/** Write `text` only when it differs: an unchanged text node costs no layout. */
export function setText(element: Element, text: string): void {
  if (element.textContent !== text) element.textContent = text;
}

/** Show or hide without taking the element out. */
export function show(element: HTMLElement, visible: boolean): void {
  element.hidden = !visible;
}

/** A button with a text. */
export function button(label: string, classes = "", attributes: Attributes = {}): HTMLButtonElement {
  return h("button", `btn ${classes}`, { type: "button", ...attributes }, label);
}

function append(parent: Element, children: Child[]): void {
  for (const child of children) if (child !== null && child !== undefined) parent.append(child);
}

let serial = 0;

/** An id that no other element of the page has. */
export function uniqueId(prefix: string): string {
  serial += 1;
  return `smtw-${prefix}-${Date.now().toString(36)}-${serial}`;
}
