/** What is asked for of the events. */

/** The query of GET /v1/events. */
export interface EventsQuery {
  /** Only events after the one with this id; `start` means all that are kept. If absent, only those to come. */
  readonly after?: string | undefined
  /** `false`: ends behind what is kept. */
  readonly follow?: 'true' | 'false' | undefined
}
