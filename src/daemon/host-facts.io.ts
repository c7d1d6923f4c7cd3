/** What the table of warnings may ask of this host. */
import { execFile } from 'node:child_process'
import { lstat, readdir, readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { fixedPath } from '../base/index.ts'
import type { ArchiveMember, HostFacts, MountFacts, PathFacts } from '../warnings/index.ts'

/** What is longer is no file of settings. */
const textBytesMax = 256 * 1024
/** Listing an archive takes no longer, and gives no more: a warning is worth no more waiting. */
const listing = { timeout: 3_000, maxBuffer: 16 * 1024 * 1024, env: { PATH: fixedPath, LC_ALL: 'C' } }

/** The facts of the host whose root is `volroot`. What can't be looked at is not there. */
export function hostFacts(volroot: string): HostFacts {
  const real = (path: string): string => join(volroot, path)
  return {
    look: (path) => look(real(path)).catch(() => undefined),
    text: async (path) => {
      try {
        const { size } = await lstat(real(path))
        return size > textBytesMax ? undefined : await readFile(real(path), 'utf8')
      } catch {
        return undefined
      }
    },
    list: (path) => readdir(real(path)).catch(() => []),
    mounts: () => mountsBelow(volroot).catch(() => []),
    // tar is a process, which costs more than all other looks: not for a file that is gone, as most archives soon are.
    archive: (path) =>
      stat(real(path))
        .then(() => listArchive(real(path)))
        .catch(() => undefined),
  }
}

/** By the journal's paths; what lies outside `volroot` is not seen from there. */
async function mountsBelow(volroot: string): Promise<readonly MountFacts[]> {
  const { layersOf } = await import('../rehearsal/index.ts')
  const layers = layersOf(await readFile('/proc/self/mountinfo', 'utf8'))
  const root = volroot === '/' ? '' : volroot
  return layers.flatMap(({ place, type }) =>
    place.startsWith(`${root}/`) ? [{ place: place.slice(root.length), type }] : [],
  )
}

async function look(path: string): Promise<PathFacts> {
  const found = await lstat(path)
  const kind = found.isFile()
    ? 'file'
    : found.isDirectory()
      ? 'directory'
      : found.isSymbolicLink()
        ? 'symlink'
        : 'other'
  return { kind, links: found.nlink, changedMs: found.ctimeMs }
}

async function listArchive(path: string): Promise<readonly ArchiveMember[]> {
  const { stdout } = await promisify(execFile)(
    'tar',
    ['--list', '--verbose', '--quoting-style=literal', '-f', path],
    listing,
  )
  return stdout.split('\n').flatMap((line) => {
    // drwx------ root/root 0 2026-11-28 12:00 ./
    const [, type, permissions = '', name = ''] =
      /^(.)([rwxsStT-]{9}).{0,1}\s+\S+\s+\d+\s+\S+\s+\S+ (.*)$/.exec(line) ?? []
    if (type === undefined) return []
    const kind = type === 'd' ? 'directory' : type === '-' ? 'file' : 'other'
    return [{ path: name, mode: modeOf(permissions), kind }]
  })
}

function modeOf(permissions: string): number {
  return [...permissions].reduce((mode, bit) => mode * 2 + (/[rwxst]/.test(bit) ? 1 : 0), 0)
}
