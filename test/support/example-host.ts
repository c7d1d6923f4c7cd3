/** A host as the examples of the table of warnings describe it. */
import { posix } from 'node:path'
import { parse } from 'unbash'
import type { FileOperation, Operation } from '../../src/journal/index.ts'
import type { Around, HostFacts, PathFacts } from '../../src/warnings/index.ts'
import type { Example, ExampleHost, FileExample } from '../../src/warnings/warning.ts'

export function lineOf(example: Example): string {
  return typeof example === 'string' ? example : example.line
}

/** The words of a line with one command, as a shell would pass them. */
export function wordsOf(line: string): readonly string[] {
  const command = parse(line).commands[0]?.command
  if (command?.type !== 'Command') throw new Error(`not one command: ${line}`)
  return [command.name?.value ?? '', ...command.args.map((one) => (one.type === 'Word' ? one.value : one.text))]
}

/** A snapped file as an example has it. */
export function fileOf({ path, mode = 0o644, uid = 0, user: name = 'root', content = '' }: FileExample): FileOperation {
  const owner = { uid, gid: uid, user: name, group: name }
  const blob = { id: '0'.repeat(64), sizeBytes: content.length, pieces: '0'.repeat(64) }
  return { type: 'snap', kind: 'file', path, mode, owner, mtimeMs: 0, parents: [], blob }
}

/** What stands around an operation on the host of an example. */
export function aroundOf(host: ExampleHost & { readonly content?: string }, operation: Operation): Around {
  const {
    files = {},
    environment = { DEBIAN_FRONTEND: 'noninteractive' },
    brought = [],
    changed = [],
    snapped = [],
    mounts = {},
    mounted = [],
  } = host
  return {
    work: [...snapped.map((path) => fileOf({ path })), operation],
    host: factsOf(files, host.archive, mounts),
    environment,
    begunMs: 1,
    content: async () => host.content ?? '',
    isBrought: async (path) => brought.some((one) => path === one || path.startsWith(`${one}/`)),
    mounts: async (place) => mounted.includes(place),
    before: async (path) => (changed.includes(path) ? fileOf({ path }) : undefined),
  }
}

function factsOf(
  files: Readonly<Record<string, string>>,
  archive: ExampleHost['archive'],
  mounts: Readonly<Record<string, string>>,
): HostFacts {
  return {
    look: async (path) => lookAt(files, path),
    text: async (path) => files[path],
    list: async (path) =>
      Object.keys(files)
        .filter((one) => posix.dirname(one) === path)
        .map((one) => posix.basename(one)),
    archive: async () => archive,
    mounts: async () => Object.entries(mounts).map(([place, type]) => ({ place, type })),
  }
}

function lookAt(files: Readonly<Record<string, string>>, path: string): PathFacts | undefined {
  const facts = { links: 1, changedMs: files[path] === '=new' ? 2 : 0 }
  const text = files[path]
  if (text?.startsWith('-> ')) return { ...facts, kind: 'symlink' }
  if (text !== undefined) return { ...facts, kind: 'file', links: text === '=2' ? 2 : 1 }
  const isDirectory = Object.keys(files).some((one) => one.startsWith(`${path}/`))
  return isDirectory ? { ...facts, kind: 'directory' } : undefined
}
