/** What benchmarks/explorer.py measures in the page: the views as they are shipped, with a model in the kernel's place. */

import chunk from "virtual:vega-chunk";
import widget from "../src/explorer";
import { type Column, decodeFrame } from "../src/lib/columns";
import { Crossfilter } from "../src/lib/crossfilter";
import type { Filter } from "../src/lib/filters";
import { Scope } from "../src/scope";
import { Selection } from "../src/selection";
import { CONTROLS, SHOWN, wideFrame } from "./bench_frame";
import { type Cost, costOf, frames, painted, pictured, settled, watchCanvases } from "./bench_time";
import { told } from "./charts";
import { FakeModel } from "./fake_model";
import { SAMPLE_SPEC, sampleSeries } from "./samples";

const EMPTY = { _scope: "", filters: [], filter: "", selected: [], hidden: [], baseline: "" };
const LOOK = { _key: "", _theme: "auto", _api: { kernel_id: null } };

interface Shown {
  model: FakeModel;
  el: HTMLElement;
  close(): void;
}

const stage = () => document.getElementById("stage") as HTMLElement;

async function mount(state: Record<string, unknown>, shared?: FakeModel): Promise<Shown> {
  const el = document.createElement("div");
  stage().append(el);
  const others = new Map(shared ? [["shared", shared]] : []);
  const model = new FakeModel(
    { ...LOOK, ...(shared && { _selection: "IPY_MODEL_shared" }), ...state },
    others,
  );
  const end = await widget.render({ model, el });
  if (el.innerText.includes("could not be shown")) throw new Error(el.innerText);
  const close = () => {
    end();
    el.remove();
  };
  return { model, el, close };
}

const table = (shared: FakeModel) =>
  mount({ _view: "RunTable", columns: SHOWN, sort: [], height: 400 }, shared);
const grid = (shared: FakeModel) => mount({ _view: "ParamGrid", columns: CONTROLS }, shared);

/** Grid and table side by side, so that both are on the screen. */
async function linked(rows: number): Promise<{ shared: FakeModel; views: Shown[] }> {
  const shared = new FakeModel({ ...EMPTY, ...wideFrame(rows) });
  const views = [await grid(shared), await table(shared)];
  await settled(stage(), () => painted());
  return { shared, views };
}

/** Milliseconds from header and bytes set on the model to the last change on the page. */
async function shown(view: "RunTable" | "ParamGrid", rows: number): Promise<number> {
  const shared = new FakeModel({ ...EMPTY, _header: null, _data: null });
  const made = view === "RunTable" ? await table(shared) : await grid(shared);
  const state = wideFrame(rows);
  await settled(stage(), () => painted());
  const took = await settled(stage(), () => shared.push(state));
  made.close();
  return took;
}

/** Move a range along a column as a hand does, a step in each frame; also with another filter set before. */
async function brush(rows: number, moves: number, column = "params.n1"): Promise<Cost[]> {
  const { shared, views } = await linked(rows);
  const scope = new Scope();
  const selection = new Selection(shared as never, scope);
  selection.setFilter("params.w0", { column: "params.w0", low: 1, high: null });
  const costs: Cost[] = [];
  for (let i = 0; i < moves + 5; i += 1) {
    const low = 0.2 + (0.8 * i) / (moves + 5);
    const next: Filter = { column, low, high: low + 0.9 };
    const cost = await costOf(() => selection.preview(column, next));
    if (i >= 5) costs.push(cost);
  }
  scope.close();
  for (const view of views) view.close();
  return costs;
}

/** Moves that are timed together: the page's clock has a resolution of 0.1 ms. */
const AT_ONCE = 10;

/** Where the range begins at a move: to and fro, a hundredth of the column at a time. */
const place = (move: number): number => 0.2 + (0.8 * Math.abs(65 - (move % 130))) / 65;

/** The same without anything on the page: filters and counts of all controls, as other libraries have them. */
function engine(rows: number, moves: number): { times: number[]; sum: number } {
  const { _header, _data } = wideFrame(rows);
  const frame = decodeFrame(_header, _data);
  const columns = CONTROLS.map((name) => frame.byName.get(name) as Column);
  const counts = new Crossfilter(frame);
  const fixed: Filter = { column: "params.w0", low: 1, high: null };
  for (const column of columns) counts.counts(column);
  const times: number[] = [];
  for (let i = 0; i < moves; i += 1) {
    const start = performance.now();
    for (let k = 0; k < AT_ONCE; k += 1) {
      const low = place(i * AT_ONCE + k);
      counts.update([fixed, { column: "params.n1", low, high: low + 0.9 }], "");
      for (const column of columns) counts.counts(column);
    }
    times.push((performance.now() - start) / AT_ONCE);
  }
  return { times, sum: columns.reduce((sum, one) => counts.counts(one).reduce((a, b) => a + b, sum), 0) };
}

/** Sort the table by a column, the first time and again the other way. */
async function sort(rows: number, column: string): Promise<Cost[]> {
  const shared = new FakeModel({ ...EMPTY, ...wideFrame(rows) });
  const made = await table(shared);
  await settled(stage(), () => painted());
  const costs: Cost[] = [];
  for (const descending of [true, false, true])
    costs.push(await costOf(() => made.model.push({ sort: [{ column, descending }] })));
  made.close();
  return costs;
}

/** Gaps between frames while the table scrolls, and while an empty page does the same. */
async function scroll(rows: number, ms: number): Promise<{ table: number[]; blank: number[] }> {
  const blank = document.createElement("div");
  blank.style.cssText = "height: 400px; overflow: auto";
  const inside = document.createElement("div");
  inside.style.cssText =
    "height: 2500000px; background: repeating-linear-gradient(#eee 0 25px, #fff 25px 50px)";
  blank.append(inside);
  stage().append(blank);
  const idle = await frames(ms, (passed) => {
    blank.scrollTop = passed * 5;
  });
  blank.remove();
  const shared = new FakeModel({ ...EMPTY, ...wideFrame(rows) });
  const made = await table(shared);
  await settled(stage(), () => painted());
  const box = made.el.querySelector("[role=grid]") as HTMLElement;
  const gaps = await frames(ms, (passed) => {
    box.scrollTop = passed * 5;
  });
  made.close();
  return { table: gaps, blank: idle };
}

function chartState(runs: number, points: number, exact: boolean): Record<string, unknown> {
  const look = { x: "step", log_x: false, log_y: false, smooth: 0, smooth_kind: "ema", height: 190 };
  const more = { band: "", edges: "range", ignore_outliers: false, hidden: [], domain: null };
  return {
    _view: "MetricChart",
    _spec: SAMPLE_SPEC,
    _chunk: new DataView(chunk.buffer, chunk.byteOffset, chunk.byteLength),
    _chunk_hash: "bench",
    _live: { metrics: [], series: [] },
    _live_points: null,
    ...told({ runs, points, metrics: ["loss"], exact, noise: 0.05 }),
    ...look,
    ...more,
  };
}

/** A chart of `runs` series of `buckets`: with Vega to be loaded, with Vega there, and zooms. */
async function chart(
  runs: number,
  buckets: number,
): Promise<{ first: number; again: number; zooms: number[] }> {
  const states = [chartState(runs, buckets, false), chartState(runs, buckets, false)];
  const made: Shown[] = [];
  const times: number[] = [];
  for (const state of states) {
    made.pop()?.close();
    const open = async () => made.push(await mount(state));
    times.push(await pictured(open));
    await settled(stage(), () => painted(), 1500);
  }
  const zooms: number[] = [];
  for (let i = 1; i <= 8; i += 1) {
    const domain = [buckets * 0.05 * i, buckets * (1 - 0.05 * i)];
    zooms.push(await pictured(() => made[0]?.model.push({ domain })));
    await settled(stage(), () => painted(), 1000);
  }
  made.pop()?.close();
  return { first: times[0] as number, again: times[1] as number, zooms };
}

/** Gaps between frames of a page on which a chart of open runs gets new points four times a second. */
async function live(runs: number, ms: number): Promise<{ gaps: number[]; pushes: number[] }> {
  const made = await mount(chartState(0, 0, true));
  const points = (count: number) => {
    const { header, bytes } = sampleSeries({ runs, points: count, metrics: ["loss"] });
    const series = header.series.map((one, i) => ({ ...one, run: `run-${i}` }));
    return { _live: { ...header, series, groups: {} }, _live_points: bytes };
  };
  const batches = Array.from({ length: Math.ceil(ms / 250) + 8 }, (_, i) => points(40 + 20 * i));
  made.model.push(batches.shift() ?? {});
  await settled(stage(), () => painted());
  let due = 0;
  const pushes: number[] = [];
  const gaps = await frames(ms, (passed) => {
    if (passed < due) return;
    due += 250;
    const start = performance.now();
    made.model.push(batches.shift() ?? {});
    pushes.push(performance.now() - start);
  });
  made.close();
  return { gaps, pushes };
}

/** Open and close grid and table, or a chart, so many times. */
async function cycle(what: "linked" | "chart", times: number): Promise<void> {
  const shared = new FakeModel({ ...EMPTY, ...wideFrame(1000) });
  const state = what === "chart" ? chartState(4, 200, true) : null;
  for (let i = 0; i < times; i += 1) {
    const views = state ? [await mount({ ...state })] : [await grid(shared), await table(shared)];
    await painted();
    if (state) await new Promise((resolve) => setTimeout(resolve, 30));
    for (const view of views) view.close();
    await painted();
  }
}

watchCanvases();
Object.assign(window, {
  __smtwBench: {
    shown,
    engine,
    brush,
    sort,
    scroll,
    chart,
    live,
    cycle,
    wideFrame,
    CONTROLS,
    AT_ONCE,
    place,
  },
});
