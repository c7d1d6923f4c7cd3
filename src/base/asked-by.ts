/** Who asked for a change, as the kernel of that host says: it stands beside the name that they gave. */
import * as z from 'zod'

/** Numbers of users have 32 bits, and the largest stands for none. */
const uidMax = 2 ** 32 - 2
const uid = z.int().nonnegative().max(uidMax)

export const askedBySchema = z.object({
  /** Of the process that asked. */
  uid,
  /** Of the login that it comes from, whatever su and sudo have made of it since; absent where there was none. */
  loginUid: z.exactOptional(uid),
  /** The name of that login on that host, where its own files tell it. */
  login: z.exactOptional(z.string().min(1).max(256)),
})

export type AskedBy = Readonly<z.infer<typeof askedBySchema>>

/** `uid 0, login uid 1001 (ann)`. */
export function askedByText({ uid, loginUid, login }: AskedBy): string {
  const from = loginUid === undefined ? ', no login' : `, login uid ${loginUid}`
  return `uid ${uid}${from}${login === undefined ? '' : ` (${login})`}`
}
