/** States of a run, or of a model's version, as people read them. */

export type StatusKind = "good" | "bad" | "warn" | "busy";

const STATES: Record<string, [label: string, kind: StatusKind]> = {
  InProgress: ["Running", "busy"],
  Completed: ["Completed", "good"],
  Failed: ["Failed", "bad"],
  Stopping: ["Stopping", "warn"],
  Stopped: ["Stopped", "warn"],
  Approved: ["Approved", "good"],
  Rejected: ["Rejected", "bad"],
  PendingManualApproval: ["Pending", "warn"],
};

export const statusLabel = (status: string): string => STATES[status]?.[0] ?? status;

export const statusKind = (status: string): StatusKind => STATES[status]?.[1] ?? "warn";
