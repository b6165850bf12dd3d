/** States of the table that are worth looking at. */

type State = Record<string, unknown>;
type Table = (rows: number, selection?: State, look?: State) => State;

const RANGES = [
  { column: "params.max_depth", low: 4, high: 8 },
  { column: "metrics.validation:auc.last", low: 0.9, high: null },
  { column: "status", values: ["Completed", "InProgress"] },
];

const PINNED = { pinned: ["params.max_depth", "status"] };

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
    RunTablePinned: () => table(60, {}, PINNED),
    RunTableDiffering: () => table(60, {}, { differing: true, columns: ["status", "params.max_depth"] }),
  };
}
