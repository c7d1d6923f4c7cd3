/** What is asked of the daemon about itself. */

/** POST /v1/stop */
export interface StopBody {
  /** Lets a request that changes this host finish first; otherwise it is interrupted. */
  readonly whenIdle?: boolean | undefined
}
