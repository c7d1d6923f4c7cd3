import { inOneLine } from '../../base/index.ts'
import { count, flag } from '../../terminal/index.ts'
import { managedHost, ruleFor } from '../make/index.ts'
import { type ProgramContext, takeLock, verb } from '../program/index.ts'
import { oldLogs, removeLogs, removeStamps, stampsIn } from '../run/index.ts'

export const cleanVerb = verb({
  name: 'clean',
  summary: 'Remove old logs, and stamps of steps that are no longer in packages.conf',
  help:
    'Removes stamps that belong to no target of packages.conf any more, and logs beyond the number that ' +
    'HOSTKEEPER_LOGS keeps; prints each of them. The stamp of a step that is in packages.conf stays, even if ' +
    'this host no longer gets to it: it is part of what was done here. If a stanza comes back, its steps are ' +
    'done again.',
  exits: [0, 1],
  options: { dryRun: flag('-n, --dry-run', 'only show what would be removed') },
  run: async (context, { dryRun }) => {
    const { layout, settings, terminal, say } = context
    const release = dryRun ? undefined : await takeLock(layout.lock, 'hostkeeper clean')
    try {
      const stamps = superfluousStamps(context)
      const logs = oldLogs(layout.logs, settings.logsKept)
      if (!dryRun) {
        await removeStamps(layout.stamps, stamps)
        removeLogs(logs)
      }
      terminal.out([...stamps, ...logs].map((name) => `${inOneLine(name)}\n`).join(''))
      if (!dryRun) say(`removed ${count(stamps.length, 'stamp')} and ${count(logs.length, 'log')}`)
      return 0
    } finally {
      await release?.()
    }
  },
})

function superfluousStamps(context: ProgramContext): readonly string[] {
  const { stamps } = context.layout
  const names = stampsIn(stamps).map(({ name }) => name)
  if (names.length === 0) return []
  const { database } = managedHost(context, stamps)
  return names.filter((name) => !ruleFor(database, name))
}
