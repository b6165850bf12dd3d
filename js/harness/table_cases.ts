/** States of the table that are worth looking at. */

import type { FrameHeader } from "../src/lib/columns";

type State = Record<string, unknown>;
type Table = (rows: number, selection?: State, look?: State) => State;

const RANGES = [
  { column: "params.max_depth", low: 4, high: 8 },
  { column: "metrics.validation:auc.last", low: 0.9, high: null },
  { column: "status", values: ["Completed", "InProgress"] },
];

const PINNED = { pinned: ["params.max_depth", "status"], _experiment: "fraud" };

const STATISTICS = ["last", "min", "max", "avg", "std", "count"];

/** The six extra columns as the six statistics of one metric. */
function withStatistics(state: State): State {
  const { _shared, ...look } = state;
  const selection = _shared as State & { _header: FrameHeader };
  const columns = selection._header.columns.map((column) => {
    const found = /extra_(\d)/.exec(column.name);
    const statistic = STATISTICS[Number(found?.[1])];
    return found ? { ...column, name: `metrics.grad.${statistic}`, label: `grad ${statistic}` } : column;
  });
  return { ...look, _shared: { ...selection, _header: { ...selection._header, columns } } };
}

export function tableCases(table: Table): Record<string, () => State> {
  return {
    RunTableRanges: () => table(400, { filters: RANGES }),
    RunTableBaseline: () =>
      table(400, {
        baseline: "xgb-d5-lr0.041-111",
        selected: ["xgb-d9-lr0.045-272"],
        hidden: ["xgb-d4-lr0.043-181", "xgb-d9-lr0.045-272"],
      }),
    RunTableGroups: () => table(400, {}, { group_by: "params.tree_method", height: 260 }),
    RunTableGroupsBaseline: () =>
      table(400, { baseline: "xgb-d5-lr0.041-111" }, { group_by: "params.tree_method", height: 260 }),
    RunTableRemembered: () => withStatistics(table(60, {}, { _experiment: "fraud", _chosen: false })),
    RunTablePinned: () => table(60, {}, PINNED),
    RunTableDiffering: () => table(60, {}, { differing: true, columns: ["status", "params.max_depth"] }),
  };
}
