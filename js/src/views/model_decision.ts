/** The question before a version is approved or rejected: on AWS a deployment may wait for just that. */

import { button, h, setText, show } from "../dom";
import type { ModelVersion } from "../lib/models";
import type { Scope } from "../scope";

const MAX_NOTE = 1024;

export class Decision {
  readonly root = h("div", "models-question", { role: "group", "aria-label": "Confirm" });
  private readonly words = h("span", "");
  private readonly note = h("input", "field", {
    type: "text",
    placeholder: "why (optional)",
    "aria-label": "Why",
    maxlength: MAX_NOTE,
  });
  private readonly yes = button("", "models-yes");
  private readonly no = button("Cancel");
  private asked: { version: number; status: string; from: HTMLElement } | null = null;

  constructor(scope: Scope, decide: (version: number, status: string, note: string) => void) {
    this.root.append(this.words, this.note, this.yes, this.no);
    show(this.root, false);
    const done = () => {
      const asked = this.asked;
      const note = this.note.value.trim();
      this.close();
      if (asked) decide(asked.version, asked.status, note);
    };
    scope.listen(this.yes, "click", done);
    // A form would not do: JupyterLab keeps Enter from submitting it.
    scope.listen(this.note, "keydown", (event) => {
      if (event.key === "Enter" && !event.isComposing) done();
    });
    scope.listen(this.no, "click", () => this.close());
    scope.listen(this.root, "keydown", (event) => {
      if (event.key === "Escape") this.close();
    });
  }

  /** Ask about `version`; the focus comes back to `from`. */
  open(version: ModelVersion, status: string, from: HTMLElement): void {
    this.asked = { version: version.version, status, from };
    const verb = status === "Approved" ? "Approve" : "Reject";
    const more = status === "Approved" ? " What deploys approved models may start at once." : "";
    setText(this.words, `${verb} ${version.name}?${more}`);
    setText(this.yes, verb);
    this.note.value = "";
    show(this.root, true);
    this.note.focus();
  }

  private close(): void {
    show(this.root, false);
    this.asked?.from.focus();
    this.asked = null;
  }
}
