/** Files and references of a run; a file is looked at when asked for, since its bytes are the kernel's to fetch. */

import { Asking } from "../asking";
import { button, h, setAttributes, setText, show } from "../dom";
import { ask } from "../kernel";
import { type DetailArtifact, type DetailState, formatSize, type Preview, search } from "../lib/detail";
import { middleCut } from "../lib/text";
import { onMessage } from "../model";
import { copyButton } from "./copy_button";
import { previewNode } from "./detail_preview";
import type { TabContext, TabView } from "./detail_tab";
import { nothing } from "./fact_table";
import { SearchField } from "./search_field";

const SEARCHED = 8;

interface Row {
  artifact: DetailArtifact;
  root: HTMLElement;
  size: HTMLElement;
  look: HTMLButtonElement;
  place: HTMLElement;
  asking: Asking;
}

const keyOf = (name: string, direction: string): string => `${direction} ${name}`;

export class DetailArtifacts implements TabView {
  readonly root = h("div", "");
  private readonly field: SearchField;
  private readonly list = h("ul", "artifacts");
  private readonly rows = new Map<string, Row>();
  private artifacts: DetailArtifact[] = [];
  private asked = "";

  constructor(private readonly context: TabContext) {
    this.field = new SearchField("Find an artifact", context.scope);
    this.root.append(this.field.root, this.list);
    onMessage(context.model, context.scope, (content, buffers) => this.answer(content, buffers));
    context.scope.effect(() => {
      this.field.query.value;
      this.filter();
    });
  }

  paint(state: DetailState): void {
    this.artifacts = state.artifacts;
    const kept = new Set<string>();
    for (const one of state.artifacts) {
      const key = keyOf(one.name, one.direction);
      kept.add(key);
      const known = this.rows.get(key);
      if (known && known.artifact.value === one.value) continue;
      this.rows.set(key, this.row(one));
    }
    for (const key of [...this.rows.keys()]) if (!kept.has(key)) this.rows.delete(key);
    this.filter();
    this.askSizes();
  }

  private filter(): void {
    const shown = search(this.artifacts, this.field.query.peek(), (one) => [one.name, one.type]);
    show(this.field.root, this.artifacts.length > SEARCHED);
    this.field.say(shown.length, this.artifacts.length);
    const roots = shown.flatMap((one) => this.rows.get(keyOf(one.name, one.direction))?.root ?? []);
    if (roots.length === 0) {
      const words = this.artifacts.length > 0 ? "None of this name or type." : "No file was logged.";
      this.list.replaceChildren(h("li", "", {}, nothing(words)));
    } else if (
      roots.some((one, i) => this.list.children[i] !== one) ||
      roots.length !== this.list.children.length
    ) {
      this.list.replaceChildren(...roots);
    }
  }

  private row(artifact: DetailArtifact): Row {
    const size = h("span", "num");
    const look = button("Preview", "", { "aria-expanded": "false" });
    const place = h("div", "preview");
    place.hidden = true;
    look.hidden = !artifact.file;
    look.setAttribute("aria-label", `Preview of ${artifact.name}`);
    const name = h("b", "", { title: artifact.name, dir: "auto" }, middleCut(artifact.name, 80));
    const told = h(
      "span",
      "aside",
      {},
      artifact.direction,
      ...(artifact.type ? [` · ${artifact.type}`] : []),
      size,
    );
    const copy = copyButton("Copy address", () => artifact.value, this.context.scope);
    const address = h(
      "div",
      "aside address",
      { title: artifact.value, dir: "auto" },
      middleCut(artifact.value, 110),
    );
    const head = h("div", "artifact-head", {}, h("div", "artifact-name", {}, name, " ", told), look, copy);
    const root = h("li", "artifact", {}, head, address, place);
    const asking = new Asking(this.context.model, this.context.scope);
    this.context.scope.effect(() => {
      const told = asking.text("Reading…");
      if (told) place.replaceChildren(h("div", "quiet", { role: "status" }, told));
    });
    const row = { artifact, root, size, look, place, asking };
    this.context.scope.listen(look, "click", () => this.toggle(row));
    return row;
  }

  private toggle(row: Row): void {
    const open = row.place.hidden;
    row.place.hidden = !open;
    setAttributes(row.look, { "aria-expanded": open ? "true" : "false" });
    if (!open || row.place.dataset["shown"] || row.asking.waiting.peek()) return;
    const { name, direction } = row.artifact;
    row.asking.ask({ type: "preview", name, direction });
  }

  private askSizes(): void {
    const files = this.artifacts.filter((one) => one.file).map((one) => one.value);
    if (files.length === 0 || files.join("\n") === this.asked) return;
    this.asked = files.join("\n");
    ask(this.context.model, { type: "sizes" });
  }

  private answer(content: Record<string, unknown>, buffers: DataView[]): void {
    if (content["type"] === "sizes") {
      const sizes = content["sizes"] as (number | null)[];
      this.artifacts.forEach((one, i) => {
        this.tellSize(this.rows.get(keyOf(one.name, one.direction)), sizes[i]);
      });
    }
    if (content["type"] !== "preview") return;
    const row = this.rows.get(keyOf(String(content["name"]), String(content["direction"])));
    if (!row) return;
    const preview = content["preview"] as Preview;
    row.asking.answered();
    row.place.replaceChildren(previewNode(preview, row.artifact.name, buffers[0]));
    // What could not be read yet may be there at the next look.
    if (preview.kind !== "error") row.place.dataset["shown"] = "true";
    this.tellSize(row, preview.size);
  }

  private tellSize(row: Row | undefined, size: number | null | undefined): void {
    if (row && size !== null && size !== undefined) setText(row.size, ` · ${formatSize(size)}`);
  }
}
