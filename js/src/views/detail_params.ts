/** Parameters and tags, which can be searched. */

import { h, show } from "../dom";
import { type DetailState, search } from "../lib/detail";
import type { TabContext, TabView } from "./detail_tab";
import { nothing, rowsTable, section } from "./fact_table";
import { SearchField } from "./search_field";

export class DetailParams implements TabView {
  readonly root = h("div", "");
  private readonly field: SearchField;
  private readonly tables = h("div", "");
  private painted: DetailState | null = null;

  constructor(context: TabContext) {
    this.field = new SearchField("Find a parameter or tag", context.scope);
    this.root.append(this.field.root, this.tables);
    context.scope.effect(() => {
      this.field.query.value;
      if (this.painted) this.paint(this.painted);
    });
  }

  paint(state: DetailState): void {
    this.painted = state;
    const query = this.field.query.peek();
    const all = state.parameters.length + state.tags.length;
    const parameters = search(state.parameters, query, ([name, value]) => [name, value]);
    const tags = search(state.tags, query, (row) => row);
    show(this.field.root, all > 0);
    this.field.say(parameters.length + tags.length, all);
    const pieces: HTMLElement[] = [];
    if (parameters.length > 0) {
      const rows = parameters.map(([name, value, number]) => [
        name,
        number ? h("span", "num", {}, value) : value,
      ]);
      pieces.push(rowsTable("Parameters", ["parameter", "value"], rows));
    }
    if (tags.length > 0) pieces.push(section("Tags", rowsTable("Tags", ["tag", "value"], tags)));
    if (pieces.length === 0)
      pieces.push(nothing(all > 0 ? "None of this name or value." : "No parameter was logged."));
    this.tables.replaceChildren(...pieces);
  }
}
