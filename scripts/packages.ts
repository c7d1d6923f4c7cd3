/**
 * Makes the packages: `npm run packages`, or `npm run packages -- [--to DIRECTORY] [KIND...] [ARCHITECTURE...]` for
 * some of them, each with an SBOM beside it. Each for any architecture on any machine; what is not here of a foreign
 * runtime comes from the npm registry.
 */
import { mkdirSync } from 'node:fs'
import { relative, resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { releaseVersion } from './build.ts'
import { makeArchive } from './packages/archive.ts'
import type { Release } from './packages/content.ts'
import { makeDeb } from './packages/deb.ts'
import { makeRpm } from './packages/rpm.ts'
import { type Architecture, architectures } from './packages/runtime.ts'
import { writeSbom } from './packages/sbom.ts'

const makerByKind: Readonly<Record<string, (directory: string, release: Release) => Promise<string>>> = {
  deb: makeDeb,
  rpm: makeRpm,
  archive: makeArchive,
}

const { values, positionals } = parseArgs({ allowPositionals: true, options: { to: { type: 'string', default: '.' } } })
const isKind = (word: string): boolean => Object.hasOwn(makerByKind, word)
const isArchitecture = (word: string): word is Architecture => Object.hasOwn(architectures, word)
const known = [...Object.keys(makerByKind), ...Object.keys(architectures)]
const unknown = positionals.find((word) => !known.includes(word))
if (unknown !== undefined) {
  console.error(`packages: no such kind or architecture: ${unknown} (there are ${known.join(', ')})`)
  process.exit(22)
}

const chosen = <T extends string>(all: readonly T[], named: readonly T[]): readonly T[] => (named.length ? named : all)
const directory = resolve(values.to)
mkdirSync(directory, { recursive: true })
for (const kind of chosen(Object.keys(makerByKind), positionals.filter(isKind))) {
  const all = Object.keys(architectures).filter(isArchitecture)
  for (const architecture of chosen(all, positionals.filter(isArchitecture))) {
    const release = { version: releaseVersion(), architecture }
    const path = (await makerByKind[kind]?.(directory, release)) ?? ''
    for (const made of [path, await writeSbom(path, release)]) console.log(relative('', made))
  }
}
