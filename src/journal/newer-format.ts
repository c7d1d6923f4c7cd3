/** A changeset of a format that this release does not read: its id says that it is whole, and no more is known of it. */
import * as z from 'zod'
import { IsconfError, sha256Hex } from '../base/index.ts'
import { canonical } from './canonical.ts'

const newerSchema = z.object({
  changeset: z.looseObject({ format: z.int().min(2), release: z.string().max(64).optional() }),
  id: z.string(),
})

/** NEWER_RELEASE for the line of a later format; `where` names the file and line, or the peer. */
export function refuseNewer(line: unknown, where: string): void {
  const { data } = newerSchema.safeParse(line)
  if (!data || idOf(data.changeset) !== data.id) return
  const { format, release } = data.changeset
  const by = release === undefined ? '' : `, which isconf ${release} wrote`
  throw new IsconfError(
    'NEWER_RELEASE',
    `${where}: the changeset is of format ${format}${by}, and this release reads 1`,
  )
}

/** Undefined for what has no canonical form: half a surrogate pair. */
function idOf(changeset: object): string | undefined {
  try {
    return sha256Hex(canonical(changeset))
  } catch {
    return undefined
  }
}
