/** What the tabs of a run share. */

import type { ReadonlySignal } from "@preact/signals-core";
import type { DetailState, Tab } from "../lib/detail";
import type { Series } from "../lib/series";
import type { Tokens } from "../lib/theme";
import type { Model } from "../model";
import type { Scope } from "../scope";

export interface TabContext {
  model: Model;
  tokens: ReadonlySignal<Tokens>;
  scope: Scope;
  /** Show another tab. */
  go(tab: Tab): void;
}

export interface TabView {
  readonly root: HTMLElement;
  /** Called when the tab is shown, and while it is, whenever something has changed. */
  paint(state: DetailState, lines: ReadonlyMap<string, Series>): void;
}
