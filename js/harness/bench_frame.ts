/** 100,000 runs of 50 columns: 30 numbers, 10 whole numbers and 10 texts. */

import type { ColumnHeader, FrameHeader } from "../src/lib/columns";
import { Bytes, random } from "./samples";

export const NUMBERS = 30;
export const WHOLE = 10;
export const TEXTS = 10;

/** What the benchmark's parameter grid has controls for, and what its table shows beside the run's name. */
export const CONTROLS = [
  ...Array.from({ length: 8 }, (_, i) => `params.n${i}`),
  "params.w0",
  "params.w1",
  "params.t0",
  "params.t1",
];
export const SHOWN = [...CONTROLS, "params.n20", "params.n21"];

export function wideFrame(rows: number): { _header: FrameHeader; _data: DataView } {
  const next = random(17);
  const bytes = new Bytes();
  const columns: ColumnHeader[] = [
    { name: "run", label: "run", group: "run", field: "name", kind: "run", length: rows },
  ];
  const add = (label: string, data: Float64Array | Int32Array, values?: string[]) => {
    const name = `params.${label}`;
    columns.push({
      name,
      label,
      group: "params",
      field: name,
      kind: values ? "text" : "number",
      dtype: values ? "i32" : "f64",
      offset: bytes.add(data),
      length: rows,
      ...(values ? { values } : {}),
    });
  };
  for (let i = 0; i < NUMBERS; i += 1)
    add(
      `n${i}`,
      Float64Array.from({ length: rows }, () => (i % 3 === 0 ? 10 ** (-4 + 3 * next()) : next() * (i + 1))),
    );
  for (let i = 0; i < WHOLE; i += 1)
    add(
      `w${i}`,
      Float64Array.from({ length: rows }, () => Math.floor(next() * (8 + 40 * i))),
    );
  for (let i = 0; i < TEXTS; i += 1) {
    // The last is as good as a name for each run.
    const size = i === TEXTS - 1 ? rows : 4 + 3 * i;
    const values = Array.from({ length: size }, (_, k) => `value-${(k * 7919) % size}`);
    add(
      `t${i}`,
      Int32Array.from({ length: rows }, () => Math.floor(next() * size)),
      values,
    );
  }
  const runs = Array.from({ length: rows }, (_, i) => `sweep-${(i * 7) % rows}-of-october`);
  const header = {
    rows,
    columns,
    runs,
    colours: runs.map(() => -1),
    title: "wide",
    fetched: Date.now() / 1000,
  };
  return { _header: header, _data: bytes.view() };
}
