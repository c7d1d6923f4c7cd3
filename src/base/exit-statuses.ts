/** Exit statuses beside those of failures, which are in errors.ts. */

/** Of `up --dry-run` when there is something to do: no failure, and not the 0 of a host that is level. */
export const somethingToDo = 5
