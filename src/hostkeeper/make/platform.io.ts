/** Runs the platform detector. */
import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { IsconfError } from '../../base/index.ts'
import { packaged, treeNames } from '../program/index.ts'
import { type Platform, parsePlatform } from './platform.ts'

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
