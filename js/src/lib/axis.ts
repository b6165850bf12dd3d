/** What x is: the step, a time, or another metric of the same run. */

export type Axis = string;

export const AXES = ["step", "time", "relative"] as const;

/** Whether x is another metric's value at the same step. */
export const isMetric = (axis: Axis): boolean => !(AXES as readonly string[]).includes(axis);

/** Whether x needs the points' times. */
export const isTimed = (axis: Axis): boolean => axis === "time" || axis === "relative";
