import { lstatSync, mkdirSync, readdirSync, readFileSync } from 'node:fs'
import { dirname, join, relative, resolve } from 'node:path'
import { errnoText, IsconfError } from '../../base/index.ts'
import { aFile, count, flag, optionalWord } from '../../terminal/index.ts'
import { packaged, verb, writeWhole } from '../program/index.ts'

export const initVerb = verb({
  name: 'init',
  summary: 'Start a configuration tree',
  help:
    'Writes a small tree that works: hosts.conf, packages.conf, a described package, a file for isync with its ' +
    'manifest, and a README. Writes nothing if one of these files already exists.',
  exits: [0, 1],
  options: { force: flag('-f, --force', 'overwrite them, and leave all others alone') },
  arguments: { into: optionalWord('DIR', 'where to write it, by default the tree of this host', aFile) },
  run: async ({ layout, cwd, say }, { force, into }) => {
    const directory = resolve(cwd, into ?? layout.tree)
    const starter = packaged('starter')
    const entries = readdirSync(starter, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile())
    const names = entries.map(({ parentPath, name }) => relative(starter, join(parentPath, name)))
    refuseFetched(directory)
    if (!force) refuseExisting(directory, names)
    for (const name of names) await write(join(directory, name), readFileSync(join(starter, name)))
    say(`wrote ${count(names.length, 'file')} to ${directory}; begin with its README.md`)
    return 0
  },
})

/** What was fetched is replaced as a whole by the next one, and named by its content. */
function refuseFetched(directory: string): void {
  if (!lstatSync(directory, { throwIfNoEntry: false })?.isSymbolicLink()) return
  const hint = 'start a tree in another directory: hostkeeper init DIR'
  throw new IsconfError('FILE_EXISTS', `${directory} is a symbolic link to a tree that was fetched`, { hint })
}

function refuseExisting(directory: string, names: readonly string[]): void {
  const there = names.filter((name) => lstatSync(join(directory, name), { throwIfNoEntry: false }) !== undefined)
  if (there.length === 0) return
  const hint = 'nothing was written; `hostkeeper init -f` overwrites them'
  throw new IsconfError('FILE_EXISTS', `already in ${directory}: ${there.join(', ')}`, { hint })
}

async function write(path: string, text: Uint8Array): Promise<void> {
  const hint = 'correct it and run `hostkeeper init -f`'
  try {
    mkdirSync(dirname(path), { recursive: true, mode: 0o755 })
  } catch (error) {
    throw new IsconfError('FILE_UNWRITABLE', `cannot write ${path}: ${errnoText(error)}`, { cause: error, hint })
  }
  await writeWhole(path, text, hint)
}
