/** Takes rows out of the table: to the clipboard, or into a file made in the page. */

import { toClipboard } from "../clipboard";
import { h } from "../dom";
import type { Column } from "../lib/columns";
import { csvText, jsonText, rowsOf, tsvText } from "../lib/table_text";
import { plural } from "../lib/text";
import type { Selection } from "../selection";

export type FileKind = "CSV" | "JSON";

const TYPES: Record<FileKind, string> = { CSV: "text/csv;charset=utf-8", JSON: "application/json" };

export class TableCopy {
  constructor(
    private readonly shared: Selection,
    private readonly columns: () => readonly Column[],
    private readonly order: () => Uint32Array,
    private readonly place: HTMLElement,
  ) {}

  /** The selected rows; without a selection all that are shown, in their order. */
  private rows(): Uint32Array {
    const frame = this.shared.frame.peek();
    const selected = new Set(this.shared.selected.peek() ?? []);
    if (!frame || selected.size === 0) return this.order();
    const all = this.order();
    const found = rowsOf(frame, all, selected);
    return found.length > 0 ? found : all;
  }

  /** What happened, in a few words. */
  async copy(): Promise<string> {
    const rows = this.rows();
    try {
      await toClipboard(tsvText(this.columns(), rows), this.place);
    } catch {
      return "The browser did not allow copying";
    }
    return `${plural(rows.length, "run")} copied`;
  }

  save(kind: FileKind): string {
    const rows = this.rows();
    const text = kind === "CSV" ? `\ufeff${csvText(this.columns(), rows)}` : jsonText(this.columns(), rows);
    const title = this.shared.frame.peek()?.header.title || "runs";
    const name = `${title.replace(/[^\p{L}\p{N}._-]+/gu, "-").slice(0, 60) || "runs"}.${kind.toLowerCase()}`;
    const url = URL.createObjectURL(new Blob([text], { type: TYPES[kind] }));
    const link = h("a", "", { href: url, download: name });
    this.place.append(link);
    link.click();
    link.remove();
    setTimeout(() => URL.revokeObjectURL(url), 60_000);
    return `${plural(rows.length, "run")} saved`;
  }
}
