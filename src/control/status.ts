/** What is asked of the daemon about itself. */

/** POST /v1/stop */
export interface StopBody {
  /** What changes this host comes to its end before; otherwise it is stopped. */
  readonly whenIdle?: boolean | undefined
}
