/** Why two hosts did not become peers. */
export type RefusalReason = 'other domain' | 'other key' | 'other release'

/** One of the two does not admit the other. */
export class RefusedError extends Error {
  override readonly name = 'RefusedError'
  readonly reason: RefusalReason
  /** Whether it was the other side that refused this one. */
  readonly byOther: boolean

  constructor(reason: RefusalReason, byOther: boolean) {
    super(`${byOther ? 'the other side refused this host' : 'refused'}: ${reason}`)
    this.reason = reason
    this.byOther = byOther
  }
}
