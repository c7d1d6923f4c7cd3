/** Runs the platform detector. */
import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { IsconfError } from '../../base/index.ts'
import { packaged, treeNames } from '../program/index.ts'

export interface Platform {
  /** As in `linux_6.1.0-18-amd64_x86_64`. */
  readonly word: string
  readonly os: string
  readonly osVersion: string
  readonly hardware: string
}

/** It only asks uname; one that hangs must not hang the boot. */
const platformMsMax = 30_000

/** What the tree's own detector says, or else the installed one. CONFIG when it fails. */
export function platformOf(tree: string, environment: Readonly<Record<string, string | undefined>>): Platform {
  const own = join(tree, treeNames.programs, 'platform')
  const program = existsSync(own) ? own : packaged('platform')
  const options = { env: environment, encoding: 'utf8', timeout: platformMsMax } as const
  const { status, stdout, stderr, error } = spawnSync(program, [], options)
  if (status === 0) return parsePlatform(stdout.trim(), program)
  const why = error?.message ?? (stderr.trim() || `status ${status}`)
  const hint = `run it by hand; a tree may have its own, ${join(treeNames.programs, 'platform')}`
  throw new IsconfError('CONFIG', `${program} failed: ${why}`, { hint })
}

/** CONFIG when `word`, which `program` has printed, is no OS_REVISION_HARDWARE. */
function parsePlatform(word: string, program: string): Platform {
  // The hardware may hold an underscore, as x86_64 does; the others do not.
  const [, os, osVersion, hardware] = /^([^\s_]+)_([^\s_]+)_(\S+)$/.exec(word) ?? []
  if (os === undefined || osVersion === undefined || hardware === undefined) {
    const hint = 'run it by hand; it prints OS_REVISION_HARDWARE in one word'
    throw new IsconfError('CONFIG', `${program} printed ${JSON.stringify(word)}, which is not a platform`, { hint })
  }
  return { word, os, osVersion, hardware }
}
