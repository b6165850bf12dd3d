/** What a view hears instead of an answer where no kernel answers: the kernel's own kinds of answer, with the reason. */

/** Of a page that was saved as HTML. */
export const COPY = "This page is a copy: it cannot read new data.";

/** The answer to `content`; null where nobody waits for one. */
export function refusal(content: unknown, why: string): Record<string, unknown> | null {
  const { type, kind, name, direction, id, run, key, archived, version } = content as Record<string, unknown>;
  switch (type) {
    case "refresh":
      return { type: "refreshed", error: why };
    case "query":
      return { type: "queried", error: why, column: 0 };
    case "code":
      return { type: "code", kind, code: "", error: why };
    case "measure":
      return { type: "measured", error: why };
    case "preview":
      return { type: "preview", name, direction, preview: { kind: "error", text: why } };
    case "artifact":
      return { type: "artifact", name, direction, previews: [], error: why };
    case "tag":
      return { type: "tagged", run, key, note: "", error: why };
    case "note":
      return { type: "noted", run, error: why };
    case "jobs":
      return { type: "jobs", error: why };
    case "decide":
      return { type: "decided", version, error: why };
    case "stop":
      return { type: "stopped", name, error: why };
    case "archive":
      return { type: "archived", archived, done: [], error: why };
    case "detail":
      // No finer points: the pyramid stays.
      return { type: "detail", id, series: { metrics: [], series: [] } };
    default:
      return null;
  }
}
