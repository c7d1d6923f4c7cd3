/** The one word of the platform detector, and its parts. */
import { IsconfError } from '../../base/index.ts'

export interface Platform {
  /** As in `linux_6.1.0-18-amd64_x86_64`. */
  readonly word: string
  readonly os: string
  readonly osVersion: string
  readonly hardware: string
}

/** CONFIG when `word`, which `program` has printed, is no OS_REVISION_HARDWARE. */
export function parsePlatform(word: string, program: string): Platform {
  // The hardware may hold an underscore, as x86_64 does; the others do not.
  const [, os, osVersion, hardware] = /^([^\s_]+)_([^\s_]+)_(\S+)$/.exec(word) ?? []
  if (os === undefined || osVersion === undefined || hardware === undefined) {
    const hint = 'run it by hand; it prints OS_REVISION_HARDWARE in one word'
    throw new IsconfError('CONFIG', `${program} printed ${JSON.stringify(word)}, which is not a platform`, { hint })
  }
  return { word, os, osVersion, hardware }
}
