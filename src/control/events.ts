/** What is asked for of the events. */

/** The query of GET /v1/events. */
export interface EventsQuery {
  /** Only what comes after the event with this id; all that is kept when it is `start`, only what is to come when absent. */
  readonly after?: string | undefined
  /** `false`: ends behind what is kept. */
  readonly follow?: 'true' | 'false' | undefined
}
