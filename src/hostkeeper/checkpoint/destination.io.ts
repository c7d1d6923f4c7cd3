/** Where checkpoints are published: a directory, or a place that rsync writes to. */
import { copyFileSync, existsSync, readFileSync, statSync } from 'node:fs'
import { basename, join } from 'node:path'
import { IsconfError } from '../../base/index.ts'
import { writeWhole } from '../program/index.ts'
import {
  type CommandContext,
  directoryAddress,
  rsyncAddress,
  runCommand,
  schemeOf,
  shownAddress,
  sshCommand,
} from '../sources/index.ts'

export interface Destination {
  readonly shown: string
  /** Brings a published file to `path`; false when there is none. */
  get(name: string, path: string): Promise<boolean>
  /** Publishes files in their order, each in one step. */
  put(paths: readonly string[]): Promise<void>
}

/** The destination at an address. CONFIG. */
export function destinationOf(address: string, context: CommandContext): Destination {
  const scheme = schemeOf(address)
  if (scheme === 'file') return directoryDestination(directoryAddress(address))
  if (scheme === 'rsync') return rsyncDestination(address, context)
  throw new IsconfError('CONFIG', `checkpoints go to a directory or by rsync, not to ${shownAddress(address)}`)
}

function directoryDestination(directory: string): Destination {
  if (!statSync(directory, { throwIfNoEntry: false })?.isDirectory())
    throw new IsconfError('NO_SUCH_FILE', `no such directory: ${directory}`)
  return {
    shown: directory,
    get: async (name, path) => {
      if (!existsSync(join(directory, name))) return false
      copyFileSync(join(directory, name), path)
      return true
    },
    put: async (paths) => {
      for (const path of paths) await writeWhole(join(directory, basename(path)), readFileSync(path))
    },
  }
}

function rsyncDestination(address: string, context: CommandContext): Destination {
  const remote = rsyncAddress(address)
  const environment = { RSYNC_RSH: sshCommand(context, 'RSYNC_RSH') }
  const rsync = (...words: readonly string[]): Promise<void> => {
    const options = ['--info=progress2', '--checksum', '--chmod=F644', `--timeout=${context.settings.timeoutS}`]
    return runCommand(['rsync', ...options, ...words], { address, environment }, context)
  }
  return {
    shown: shownAddress(address),
    get: async (name, path) => {
      // A list that does not hold the name is no failure, as a missing file would be.
      await rsync(`--include=/${name}`, '--exclude=*', '--dirs', '--', remote, `${path}.d/`)
      if (!existsSync(join(`${path}.d`, name))) return false
      copyFileSync(join(`${path}.d`, name), path)
      return true
    },
    put: async (paths) => {
      // One at a time: what names another comes after it.
      for (const path of paths) await rsync('--', path, remote)
    },
  }
}
