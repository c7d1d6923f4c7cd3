/** Every kind of source, by what stands before the colon of its address. */
import { badAddress, schemeOf, shownAddress } from './address.ts'
import { archiveSource } from './archive.io.ts'
import { directorySource } from './directory.io.ts'
import { isconfSource } from './isconf.io.ts'
import { execSource, gitSource, rsyncSource } from './programs.io.ts'
import type { Source } from './source.ts'

const sources: Readonly<Record<string, Source>> = {
  exec: execSource,
  file: directorySource,
  git: gitSource,
  http: archiveSource,
  https: archiveSource,
  isconf: isconfSource,
  rsync: rsyncSource,
}

/** The source that an address names. CONFIG. */
export function sourceOf(address: string): Source {
  const scheme = schemeOf(address)
  const source = Object.hasOwn(sources, scheme) ? sources[scheme] : undefined
  if (source) return source
  throw badAddress(`HOSTKEEPER_SOURCE: no such kind of source: ${shownAddress(address)}`)
}
