/** `isconf leave` where no daemon runs: on the disk of this host, which nobody else may change meanwhile. */
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { systemClock } from '../base/clock.io.ts'
import { systemDisk } from '../base/disk.io.ts'
import { takePidFile } from '../base/pid-file.io.ts'
import { type Config, loadConfig } from '../config/index.ts'
import type { LeaveAnswer } from '../control/index.ts'
import { leave } from './leave-domain.ts'

/** Leaves a domain. ALREADY_RUNNING, USAGE, CONFIG. */
export async function leaveHome(configPath: string | undefined, user: string, domain: string): Promise<LeaveAnswer> {
  const config = loadConfig({ configPath })
  const release = existsSync(join(config.home, 'conf')) ? await takePidFile(join(config.home, 'conf/.pid')) : undefined
  try {
    return await leaveWith(config, user, domain)
  } finally {
    await release?.()
  }
}

/** Leaves a domain; this process must hold the home. */
export async function leaveWith(config: Config, user: string, domain: string): Promise<LeaveAnswer> {
  const left = await leave({ disk: systemDisk, clock: systemClock, config }, user, domain)
  const { operations, texts } = left
  return { domain, directory: join(config.home, left.directory), operations, texts }
}
