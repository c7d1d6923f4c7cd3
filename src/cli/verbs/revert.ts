import { IsconfError, idPrefixLength, inOneLine } from '../../base/index.ts'
import type { RevertAnswer } from '../../control/index.ts'
import { aChangeset, count, flag, values, type WordType, word } from '../../terminal/index.ts'
import { verb } from '../verb.ts'

const aCommandLine: WordType<string> = {
  takes: 'a command, as sh takes it',
  parse: (typed) => (typed.trim() === '' ? undefined : typed),
}

export const revertVerb = verb({
  name: 'revert',
  summary: 'Undo a checked-in changeset',
  help:
    'Does the inverse of a changeset of this branch, here and now, and records it in the work in progress like ' +
    'any other change; ci checks it in. Files go back to what the journal had at their paths before. For commands ' +
    'you have to say what undoes them: give --with once for each command of the changeset, in their order; they ' +
    'are run in reverse order, each in its place. A path that this changeset was the first to record is removed ' +
    'only if the journal knows that nothing was there; otherwise --delete removes it, and --keep leaves it. What ' +
    'has changed since the changeset is named, and left alone unless you give --overwrite. Restart services ' +
    'afterwards, with exec.',
  exits: [0, 1, 2, 220, 221],
  options: {
    commands: values('--with <command>', 'what undoes one of its commands, for sh -c', aCommandLine),
    remove: flag('--delete', 'remove paths that the journal had nothing at before'),
    keep: flag('--keep', 'leave such paths as they are'),
    overwrite: flag('--overwrite', 'also overwrite what has changed since the changeset'),
    dryRun: flag('--dry-run', 'show what would be done, and do nothing'),
    json: flag('--json', 'with --dry-run: print one JSON document'),
  },
  exclusive: ['remove', 'keep'],
  arguments: { changeset: word('CHANGESET', 'the beginning of its id', aChangeset) },
  run: async (
    { client, user, say, show, terminal },
    { changeset, commands, remove, keep, overwrite, dryRun, json },
  ) => {
    if (json && !dryRun) throw new IsconfError('USAGE', 'isconf revert takes --json only with --dry-run')
    const unknown = remove ? { unknown: 'delete' } : keep ? { unknown: 'keep' } : {}
    const body = {
      user,
      changeset,
      with: commands,
      ...unknown,
      ...(overwrite && { overwrite }),
      ...(dryRun && { dryRun }),
    }
    const answer = (await client.post('/v1/revert', body, show)) as RevertAnswer
    const { id, operations, obstacles } = answer
    if (dryRun) {
      terminal.out(json ? `${JSON.stringify(answer)}\n` : describe(answer))
      return obstacles.length === 0 ? 0 : 1
    }
    say(`undid changeset ${id.slice(0, idPrefixLength)}: ${count(operations.length, 'operation')}, to be checked in`)
    return 0
  },
})

function describe({ operations, obstacles, remarks }: RevertAnswer): string {
  const rows = operations.map(({ text }, index) => `${index + 1}/${operations.length} ${inOneLine(text)}\n`)
  const notes = remarks.map((remark) => `${inOneLine(remark)}\n`)
  if (obstacles.length === 0)
    return `${rows.join('')}${notes.join('')}would do ${count(operations.length, 'operation')}\n`
  const reasons = obstacles.map((obstacle) => `${inOneLine(obstacle)}\n`)
  return `${rows.join('')}${notes.join('')}would be refused:\n${reasons.join('')}`
}
