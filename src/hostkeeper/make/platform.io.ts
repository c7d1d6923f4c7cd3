/** Runs the platform detector. */
import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { IsconfError } from '../../base/index.ts'
import { treeNames } from '../layout.ts'
import { type Platform, parsePlatform } from './platform.ts'

/** It only asks uname; one that hangs must not hang the boot. */
const platformMsMax = 30_000

/** What the tree's own detector says, or else the installed one. CONFIG when there is none or it fails. */
export function platformOf(tree: string, environment: Readonly<Record<string, string | undefined>>): Platform {
  const program = [join(tree, treeNames.programs, 'platform'), ...installed].find((path) => existsSync(path))
  if (program === undefined) {
    const hint = `install the package whole, or put a program platform into ${join(tree, treeNames.programs)}`
    throw new IsconfError('CONFIG', `no platform detector: ${installed.join(', ')} do not exist`, { hint })
  }
  const options = { env: environment, encoding: 'utf8', timeout: platformMsMax } as const
  const { status, stdout, stderr, error } = spawnSync(program, [], options)
  if (status === 0) return parsePlatform(stdout.trim(), program)
  const why = error?.message ?? (stderr.trim() || `status ${status}`)
  throw new IsconfError('CONFIG', `${program} failed: ${why}`, { hint: 'run it by hand' })
}

/** Beside the bundle, and where the Debian package has it. */
const installed = [fileURLToPath(new URL('../packaging/platform', import.meta.url)), '/usr/bin/platform']
