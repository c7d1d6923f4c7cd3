/** Who asked for a change, as the kernel of that host says: it stands beside the name that they gave. */
export interface AskedBy {
  /** The user of the process that asked. */
  readonly uid: number
  /** That of the login that it comes from, whatever su and sudo have made of it since; absent where there was none. */
  readonly loginUid?: number
  /** The name of that login on that host, where its own files tell it. */
  readonly login?: string
}

/** `uid 0, login uid 1001 (ann)`. */
export function askedByText({ uid, loginUid, login }: AskedBy): string {
  const from = loginUid === undefined ? ', no login' : `, login uid ${loginUid}`
  return `uid ${uid}${from}${login === undefined ? '' : ` (${login})`}`
}
