/** Where this machine is told to run `isconf up` from time to time, or at boot: by cron, or by a unit of systemd. */
import { lstatSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

export interface ScheduledUp {
  readonly path: string
  /** Whether it runs only at boot. */
  readonly atBoot: boolean
}

const units = [
  { path: 'etc/systemd/system/timers.target.wants/isconf-hourly.timer', atBoot: false },
  { path: 'etc/systemd/system/multi-user.target.wants/isconf-up.service', atBoot: true },
]
const cronFolders = ['etc/cron.d', 'etc/cron.hourly', 'etc/cron.daily', 'var/spool/cron', 'var/spool/cron/crontabs']
const upPattern = /^(?:[^#\n]*[\s/;&])?isconf(?:[ \t]+-\S+(?:[ \t]+\/\S+)?)*[ \t]+up(?:\s|;|$)/m
/** A file of cron is short. */
const fileBytesMax = 64 * 1024

/** Below `root`. What can't be read is not there. */
export function scheduledUps(root = '/'): readonly ScheduledUp[] {
  const enabled = units.filter(({ path }) => lstatSync(join(root, path), { throwIfNoEntry: false }) !== undefined)
  const crontabs = ['etc/crontab', ...cronFolders.flatMap((folder) => filesIn(root, folder))]
  return [
    ...enabled.map(({ path, atBoot }) => ({ path: join(root, path), atBoot })),
    ...crontabs
      .map((path) => join(root, path))
      .filter(runsUp)
      .map((path) => ({ path, atBoot: false })),
  ]
}

function filesIn(root: string, folder: string): readonly string[] {
  try {
    const entries = readdirSync(join(root, folder), { withFileTypes: true })
    return entries.filter((entry) => entry.isFile()).map(({ name }) => `${folder}/${name}`)
  } catch {
    return []
  }
}

function runsUp(path: string): boolean {
  try {
    return lstatSync(path).size <= fileBytesMax && upPattern.test(readFileSync(path, 'utf8'))
  } catch {
    return false
  }
}
