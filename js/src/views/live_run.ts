/** The live card of a run: what it is, how it goes, what is in the way; folded to one line when it is over. */

import { type ReadonlySignal, type Signal, signal } from "@preact/signals-core";
import { button, h, setAttributes, setText, show, svg, uniqueId } from "../dom";
import { findInterrupt, type Interrupter } from "../interrupt";
import { alignedBytes, doubles } from "../lib/columns";
import { formatFull, formatNumber } from "../lib/format";
import * as live from "../lib/live";
import { Pace } from "../lib/pace";
import { coloursOf } from "../lib/palette";
import { sparkPath } from "../lib/spark";
import { statusLabel } from "../lib/status";
import { middleCut } from "../lib/text";
import type { Tokens } from "../lib/theme";
import { follow, type Model } from "../model";
import type { Scope } from "../scope";
import { JobRows } from "./job_rows";
import { paintStatus, statusPill } from "./status";

const SPARK = { width: 200, height: 30 };

interface Tile {
  root: HTMLElement;
  name: HTMLElement;
  value: HTMLElement;
  path: SVGPathElement;
  best: HTMLElement;
}

export class LiveRun {
  private readonly state: Signal<live.RunState>;
  private readonly sparks: Signal<DataView | null>;
  private readonly open = signal<boolean | null>(null);
  private arrived = performance.now();
  private interrupt: Interrupter | null = null;

  private readonly pill = statusPill();
  private readonly name = h("b", "");
  private readonly place = h("span", "quiet num");
  private readonly time = h("span", "quiet num");
  private readonly stop = button("Stop");
  private readonly fold = button("Details", "link");
  private readonly home = h("span", "quiet");
  private readonly bar = h("div", "");
  private readonly progress = h(
    "div",
    "progress",
    { role: "progressbar", "aria-label": "Progress" },
    this.bar,
  );
  private readonly pace = new Pace();
  private readonly tiles: Tile[] = [];
  private readonly tileBox = h("div", "tiles", { id: uniqueId("tiles") });
  private readonly facts = h("div", "foot facts");
  private readonly jobs: JobRows;
  private readonly trouble = h("div", "note warn", { role: "status" });
  private readonly announced = h("span", "hidden-text", { role: "status", "aria-live": "polite" });

  constructor(
    private readonly root: HTMLElement,
    model: Model,
    private readonly tokens: ReadonlySignal<Tokens>,
    private readonly scope: Scope,
  ) {
    this.state = follow<live.RunState>(model, "_state", scope);
    this.sparks = follow<DataView | null>(model, "_sparks", scope);
    this.jobs = new JobRows(model, scope);
    this.build();
    scope.effect(() => this.paint());
    scope.every(500, () => this.paintTime());
    this.watchStop(model);
  }

  private build(): void {
    const head = h("div", "card", {}, this.pill, h("div", "card-title", {}, this.name, " ", this.place));
    head.append(this.time, this.stop, this.fold, this.home);
    this.root.classList.add("smtw-live");
    this.root.append(
      h(
        "div",
        "box",
        {},
        head,
        this.progress,
        this.tileBox,
        this.jobs.root,
        this.facts,
        this.trouble,
        this.announced,
      ),
    );
    show(this.stop, false);
    setAttributes(this.fold, { "aria-controls": this.tileBox.id });
    this.scope.listen(this.fold, "click", () => {
      this.open.value = this.fold.getAttribute("aria-expanded") !== "true";
    });
  }

  private paint(): void {
    const state = this.state.value;
    if (!state?.name) return;
    this.arrived = performance.now();
    this.pace.add(state.progress);
    const over = live.isOver(state);
    const open = this.open.value ?? !over;
    paintStatus(this.pill, state.status);
    setText(this.name, middleCut(state.name, 64));
    this.name.title = state.name;
    setText(this.place, over ? live.outcomeText(state) : live.placeText(state));
    setText(this.home, state.home);
    setText(this.announced, `Run ${state.name}: ${statusLabel(state.status)}`);
    setAttributes(this.fold, { "aria-expanded": open ? "true" : "false" });
    show(this.fold, over && state.metrics.length > 0);
    show(this.home, over);
    show(this.time, !over);
    show(this.stop, !over && this.interrupt !== null);
    this.paintProgress(state);
    this.paintTiles(state, open);
    this.paintFacts(state, open);
    this.paintTime();
  }

  private paintProgress(state: live.RunState): void {
    const progress = live.barState(state);
    show(this.progress, progress !== null);
    if (!progress) return;
    const share = Math.min(100, (100 * progress.done) / Math.max(1, progress.total));
    this.bar.style.width = `${share.toFixed(1)}%`;
    setAttributes(this.progress, {
      "aria-label": progress.label,
      "aria-valuenow": Math.round(share),
      "aria-valuemin": 0,
      "aria-valuemax": 100,
    });
  }

  private paintTiles(state: live.RunState, open: boolean): void {
    const bytes = alignedBytes(this.sparks.value);
    const colours = coloursOf(this.tokens.value.theme);
    const count = live.tileCount(state);
    show(this.tileBox, open && count > 0);
    this.tileBox.classList.toggle("smtw-asked", (state.first ?? 0) > 0);
    while (this.tiles.length < count) this.tiles.push(newTile(this.tileBox));
    this.tiles.forEach((tile, i) => {
      const metric = i < count ? state.metrics[i] : undefined;
      show(tile.root, metric !== undefined);
      if (!metric) return;
      setText(tile.name, middleCut(metric.name, 32));
      tile.name.title = metric.name;
      setText(tile.value, formatNumber(metric.last));
      tile.value.title = formatFull(metric.last);
      setText(tile.best, live.bestText(metric));
      tile.root.style.setProperty("--smtw-colour", colours[i % colours.length] ?? "currentColor");
      const spark = state.sparks.find((one) => one.name === metric.name);
      const x = spark ? doubles(bytes, spark.offset, spark.n) : [];
      const y = spark ? doubles(bytes, spark.offset + 8 * spark.n, spark.n) : [];
      setAttributes(tile.path, { d: sparkPath(x, y, SPARK.width, SPARK.height) });
    });
  }

  private paintFacts(state: live.RunState, open: boolean): void {
    const facts = live.footTexts(state, open);
    this.facts.replaceChildren(...facts.map((text) => h("span", "num", {}, text)));
    show(this.facts, facts.length > 0);
    const failed = state.status === "Failed" && state.message ? state.message : "";
    setText(this.trouble, [failed, state.trouble].filter((text) => text !== "").join(" · "));
    this.trouble.classList.toggle("smtw-bad", failed !== "");
    show(this.trouble, this.trouble.textContent !== "");
  }

  private paintTime(): void {
    const state = this.state.peek();
    if (!state?.name) return;
    if (live.isOver(state)) {
      this.jobs.paint(state.jobs ?? [], state.now);
      return;
    }
    const since = (performance.now() - this.arrived) / 1000;
    this.jobs.paint(state.jobs ?? [], state.now + since);
    setText(this.time, live.timeText(live.elapsed(state, since), this.pace.left(state.now + since)));
  }

  private watchStop(model: Model): void {
    const api = model.get("_api") as { kernel_id?: string | null } | null;
    void findInterrupt(api?.kernel_id).then((interrupt) => {
      this.interrupt = interrupt;
      const state = this.state.peek();
      if (!this.scope.ended && state?.name) show(this.stop, interrupt !== null && !live.isOver(state));
    });
    this.scope.listen(this.stop, "click", () => void this.stopRun());
  }

  private async stopRun(): Promise<void> {
    this.stop.disabled = true;
    setText(this.stop, "Stopping…");
    if (await this.interrupt?.()) return;
    this.stop.disabled = false;
    setText(this.stop, "Stop");
    setText(this.trouble, "The server did not accept the interrupt; use the notebook's own stop button.");
    show(this.trouble, true);
  }
}

function newTile(parent: HTMLElement): Tile {
  const name = h("div", "tile-name");
  const value = h("div", "tile-value");
  const path = svg("path", { class: "smtw-spark" });
  const frame = {
    viewBox: `0 -2 ${SPARK.width} ${SPARK.height + 4}`,
    preserveAspectRatio: "none",
    "aria-hidden": "true",
  };
  const best = h("div", "aside num");
  const root = h("div", "tile", {}, name, value, svg("svg", frame, path), best);
  parent.append(root);
  return { root, name, value, path, best };
}
