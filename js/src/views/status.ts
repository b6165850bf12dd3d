/** The pill that says a run's state. */

import { h, setText } from "../dom";
import { statusKind, statusLabel } from "../lib/status";

/** A new pill; empty until `paintStatus`. */
export function statusPill(): HTMLSpanElement {
  return h("span", "pill");
}

export function paintStatus(pill: HTMLElement, status: string): void {
  pill.className = `smtw-pill smtw-pill-${statusKind(status)}`;
  setText(pill, statusLabel(status));
}
