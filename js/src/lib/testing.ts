/** Frames and series for the tests of this folder. */

import type { CodeColumn, Frame, NumberColumn } from "./columns";
import type { Line } from "./rows";
import { Series, type SeriesHeader } from "./series";

export function frameOf(
  runs: string[],
  numbers: Record<string, number[]>,
  texts: Record<string, (string | null)[]> = {},
): Frame {
  const run: CodeColumn = {
    name: "run",
    label: "run",
    group: "run",
    kind: "run",
    field: "name",
    length: runs.length,
    codes: Int32Array.from(runs.keys()),
    values: runs,
  };
  const columns: (CodeColumn | NumberColumn)[] = [run];
  for (const [name, data] of Object.entries(numbers)) {
    columns.push({
      name,
      label: name,
      group: "run",
      kind: "number",
      field: name,
      length: data.length,
      data: Float64Array.from(data),
    });
  }
  for (const [name, data] of Object.entries(texts)) {
    const values = [...new Set(data.filter((text) => text !== null))];
    const codes = Int32Array.from(data, (text) => (text === null ? -1 : values.indexOf(text)));
    columns.push({
      name,
      label: name,
      group: "run",
      kind: name === "status" ? "status" : "text",
      field: name,
      length: data.length,
      codes,
      values,
    });
  }
  const header = { rows: runs.length, columns, runs, colours: runs.map((_, i) => i) };
  return {
    header,
    rows: runs.length,
    columns,
    byName: new Map(columns.map((column) => [column.name, column])),
  };
}

export function seriesOf(
  values: ArrayLike<number>,
  change: Partial<SeriesHeader> = {},
  high?: ArrayLike<number>,
): Series {
  const low = Float64Array.from(values);
  const step = low.map((_, i) => i);
  const header = {
    run: "r",
    metric: "m",
    colour: 0,
    dash: 0,
    n: low.length,
    count: low.length,
    offset: 0,
    exact: !high,
    origin: 100,
    ...change,
  };
  return new Series(
    header,
    step,
    step.map((i) => 100 + i),
    low,
    high ? Float64Array.from(high) : low,
  );
}

/** The points of lines, one by one. */
export const pointsIn = (lines: readonly Line[]) =>
  lines.flatMap(({ x, y, ...look }) => x.map((value, i) => ({ ...look, x: value, y: y[i] as number })));
