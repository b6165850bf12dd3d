/** The label of an axis: dragged to another place, or opened for what else can be done with the axis. */

import { button, h, setAttributes, setText, show, uniqueId } from "../dom";
import type { Scope } from "../scope";
import type { AxisActions, AxisState } from "./parallel_axis";

const STILL = 4;

export class AxisHead {
  readonly label = button("", "axis-label", { "aria-expanded": "false" });
  readonly menu = h("div", "axis-menu", { role: "group", id: uniqueId("axis") });
  private readonly log = button("Log scale", "", { title: "L" });
  private readonly flip = button("Flip", "", { title: "F" });
  private readonly left = button("← Move", "", { title: "Shift+Left" });
  private readonly right = button("Move →", "", { title: "Shift+Right" });
  private readonly remove = button("Remove", "", { title: "Delete" });
  private state: AxisState | null = null;
  private moved = false;

  constructor(
    private readonly axis: HTMLElement,
    private readonly actions: AxisActions,
    scope: Scope,
  ) {
    this.menu.append(this.log, this.flip, this.left, this.right, this.remove);
    show(this.menu, false);
    setAttributes(this.label, { "aria-controls": this.menu.id });
    const acts: [HTMLElement, string][] = [
      [this.log, "l"],
      [this.flip, "f"],
      [this.left, "ArrowLeft"],
      [this.right, "ArrowRight"],
      [this.remove, "Delete"],
    ];
    for (const [one, key] of acts) scope.listen(one, "click", () => this.act(key, true));
    scope.listen(this.label, "click", () => {
      if (!this.moved) this.open(this.menu.hidden === true);
      this.moved = false;
    });
    scope.listen(this.label, "pointerdown", (event) => this.drag(event));
    scope.listen(axis, "keydown", (event) => this.key(event));
    scope.listen(document, "pointerdown", (event) => {
      const inside = event.composedPath();
      if (!inside.includes(this.menu) && !inside.includes(this.label)) this.open(false);
    });
  }

  get isOpen(): boolean {
    return !this.menu.hidden;
  }

  update(state: AxisState): void {
    this.state = state;
    const { column, index, count } = state;
    setText(this.label, column.label);
    const what = `${column.name}${state.log ? ", log scale" : ""}${state.flip ? ", flipped" : ""}`;
    setAttributes(this.label, {
      title: `${what}. Drag to move the axis, click for more`,
      "aria-description": `${state.log ? "log scale, " : ""}${state.flip ? "flipped, " : ""}axis ${index + 1} of ${count}`,
    });
    this.label.style.maxWidth = `${Math.max(40, state.room - 6)}px`;
    this.axis.classList.toggle("smtw-axis-first", index === 0);
    this.axis.classList.toggle("smtw-axis-last", index === count - 1 && count > 1);
    setAttributes(this.menu, { "aria-label": `Axis ${column.label}` });
    setAttributes(this.log, { "aria-pressed": String(state.log) });
    setAttributes(this.flip, { "aria-pressed": String(state.flip) });
    this.log.disabled = state.scale.kind === "values" || column.kind === "time";
    this.left.disabled = index === 0;
    this.right.disabled = index === count - 1;
  }

  private open(open: boolean): void {
    show(this.menu, open);
    setAttributes(this.label, { "aria-expanded": String(open) });
  }

  private key(event: KeyboardEvent): void {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key === "Escape" && this.isOpen) {
      this.open(false);
      this.label.focus();
    } else {
      const { key } = event;
      const wanted = key.startsWith("Arrow") ? event.shiftKey : !event.shiftKey || key.length === 1;
      if (!wanted || !this.act(key.length === 1 ? key.toLowerCase() : key, false)) return;
    }
    event.preventDefault();
    event.stopPropagation();
  }

  /** Do what a key or its button says; false for any other key. */
  private act(key: string, clicked: boolean): boolean {
    const { actions, state } = this;
    if (!state) return false;
    const { name } = state.column;
    if (key === "l" && !this.log.disabled) actions.setLog(name, !state.log);
    else if (key === "f") actions.setFlip(name, !state.flip);
    else if (key === "ArrowLeft") actions.move(name, state.index - 1);
    else if (key === "ArrowRight") actions.move(name, state.index + 1);
    else if (key === "Delete" || key === "Backspace") actions.remove(name);
    else return false;
    if (clicked && key.startsWith("Arrow")) this.open(false);
    return true;
  }

  private drag(event: PointerEvent): void {
    if (event.button !== 0) return;
    const from = event.clientX;
    this.moved = false;
    this.label.setPointerCapture(event.pointerId);
    const move = (to: PointerEvent) => {
      this.moved ||= Math.abs(to.clientX - from) > STILL;
      if (!this.moved) return;
      this.open(false);
      this.axis.classList.add("smtw-axis-held");
      this.axis.style.transform = `translateX(${to.clientX - from}px)`;
    };
    const end = (last: PointerEvent) => {
      this.label.removeEventListener("pointermove", move);
      this.axis.classList.remove("smtw-axis-held");
      this.axis.style.transform = "";
      const { state } = this;
      if (this.moved && state) this.actions.drop(state.column.name, state.x + last.clientX - from);
    };
    this.label.addEventListener("pointermove", move);
    this.label.addEventListener("lostpointercapture", end, { once: true });
  }
}
