/** {@link AskedBy} as locks and changesets have it. */
import * as z from 'zod'
import type { AskedBy } from '../base/index.ts'

/** Numbers of users have 32 bits, and the largest stands for none. */
const uidMax = 2 ** 32 - 2
const uid = z.int().nonnegative().max(uidMax)

export const askedBySchema = z.object({
  uid,
  loginUid: z.exactOptional(uid),
  login: z.exactOptional(z.string().min(1).max(256)),
}) satisfies z.ZodType<AskedBy>
