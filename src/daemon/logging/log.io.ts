/** Where the daemon's log goes: the journal, syslog, or a file below IS_HOME; never /tmp. */
import { existsSync, fstatSync } from 'node:fs'
import { join } from 'node:path'
import pino, { type DestinationStream, type Logger } from 'pino'
import { systemClock } from '../../base/clock.io.ts'
import { printable } from '../../base/index.ts'
import type { Config } from '../../config/index.ts'
import { logLine } from './log-line.ts'
import { openSyslog } from './syslog.io.ts'

/** pino's level of what ends the daemon. */
const fatalLevel = 60

export interface DaemonLog {
  readonly log: Logger
  /** Opens the file again, after logrotate has moved it away. */
  reopen(): void
  close(): Promise<void>
}

/** Opens the log that IS_LOG names; `auto` is the journal under systemd, syslog for root, and otherwise the file. */
export function openLog(config: Config): DaemonLog {
  const options = { base: null, timestamp: pino.stdTimeFunctions.isoTime, level: 'info' }
  const place = config.log === 'auto' ? placeHere() : config.log
  if (place === 'journal') {
    const stream: DestinationStream = { write: (json) => void process.stderr.write(`${logLine(JSON.parse(json))}\n`) }
    return { log: pino(options, stream), reopen: () => undefined, close: async () => undefined }
  }
  const file = pino.destination({ dest: join(config.home, 'log/isconf.log'), sync: true, mode: 0o600 })
  // What a full disk keeps out of the log is lost; it must not end the daemon as well.
  file.on('error', () => undefined)
  const reopen = (): void => file.reopen()
  const safely: DestinationStream = { write: (json) => void file.write(printable(json)) }
  if (place === 'file') return { log: pino(options, safely), reopen, close: async () => undefined }
  const syslog = openSyslog(systemClock, process.pid)
  const stream: DestinationStream = {
    write: (json) => {
      const record = JSON.parse(json) as Record<string, unknown>
      const isTaken = syslog.write(logLine(record))
      // What ends the daemon ends the way to syslog, too, before the line is through.
      if (!isTaken || record['level'] === fatalLevel) safely.write(json)
    },
  }
  return { log: pino(options, stream), reopen, close: () => syslog.close() }
}

function placeHere(): 'journal' | 'syslog' | 'file' {
  if (isJournal()) return 'journal'
  return process.getuid?.() === 0 && existsSync('/dev/log') ? 'syslog' : 'file'
}

/** Whether standard error is the journal: the variable alone is inherited by what a service starts, too. */
function isJournal(): boolean {
  const { dev, ino } = fstatSync(2)
  return process.env['JOURNAL_STREAM'] === `${dev}:${ino}`
}
