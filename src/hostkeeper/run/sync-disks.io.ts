/** Makes all that steps have written survive a power failure. */
import { spawn } from 'node:child_process'
import { accessSync, constants, statSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { IsconfError } from '../../base/index.ts'
import { mounts } from '../../machine/index.ts'

/**
 * Syncs the file system of `path`, that of `/`, and all others that are on disks. Network file systems are left out: one
 * whose server is away would hold up the boot. DISK_FAILED.
 */
export async function syncDisks(path: string): Promise<void> {
  // Only Linux has file systems one by one; with -f a failing disk is told, too.
  const words = process.platform === 'linux' ? ['-f', '--', ...oneOfEach([path, '/', ...(await diskMounts())])] : []
  const { status, said } = await ended('sync', words)
  if (status === 0) return
  const hint = 'what this run did counts as not done; see to the disk, then run it again'
  const why = said || `sync ended with ${status}`
  throw new IsconfError('DISK_FAILED', `the disks did not take what was written: ${why}`, { hint })
}

function ended(program: string, words: readonly string[]): Promise<{ readonly status: number; readonly said: string }> {
  return new Promise((resolve) => {
    // A group of its own: Ctrl-C is for make, and this is what makes its work count.
    const child = spawn(program, words, { stdio: ['ignore', 'ignore', 'pipe'], detached: true })
    let said = ''
    child.stderr.on('data', (bytes: Buffer) => {
      said += bytes
    })
    child.once('error', (error) => resolve({ status: 1, said: error.message }))
    child.once('close', (status) => resolve({ status: status ?? 1, said: said.trim() }))
  })
}

/** One place of each file system: to sync one twice takes twice as long while others write to it. */
function oneOfEach(places: readonly string[]): readonly string[] {
  const placeByDevice = new Map<unknown, string>()
  for (const place of places) {
    // What can't be looked at is told by sync.
    const device = statSync(place, { throwIfNoEntry: false })?.dev ?? place
    if (!placeByDevice.has(device)) placeByDevice.set(device, place)
  }
  return [...placeByDevice.values()]
}

/** Where the file systems are mounted that can be written and have a device of their own. */
async function diskMounts(): Promise<readonly string[]> {
  const needDevice = new Set(['zfs', ...(await typesWithDevice())])
  const all = await mounts().catch(() => [])
  return all
    .filter(({ path, type, isReadOnly }) => needDevice.has(type) && !isReadOnly && isReadable(path))
    .map(({ path }) => path)
}

/** Those without have `nodev` in front. */
async function typesWithDevice(): Promise<readonly string[]> {
  const text = await readFile('/proc/filesystems', 'utf8').catch(() => '')
  return text.split('\n').flatMap((line) => (line.startsWith('\t') ? [line.slice(1)] : []))
}

function isReadable(place: string): boolean {
  try {
    accessSync(place, constants.R_OK)
    return true
  } catch {
    return false
  }
}
