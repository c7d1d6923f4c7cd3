import { IsconfError } from '../../base/index.ts'
import type { PathDifference, RestoreAnswer, UnlikePath, VerifyAnswer } from '../../control/index.ts'
import { differenceText } from '../../presentation/index.ts'
import { aPath, count, flag, jsonFlag, optionalWord, table } from '../../terminal/index.ts'
import { type VerbContext, verb } from '../verb.ts'

export const verifyVerb = verb({
  name: 'verify',
  summary: 'Compare this machine with its journal',
  help:
    'Compares every path that was snapped with what this host has: kind, content, mode, owner and extended ' +
    'attributes, as of the last operation that the host has done, with the work that is not checked in. With PATH ' +
    'only that and what is below it. Changes nothing. What commands have made is not known by its path; a file that ' +
    'a command has changed since it was snapped is shown as changed. With --restore what differs at PATH is put ' +
    'back as it was recorded, and what was removed is removed. Exits with 1 when something differs, also ' +
    'when it could not be read.',
  exits: [0, 1, 2],
  options: { restore: flag('--restore', 'put back what differs at PATH'), json: jsonFlag },
  arguments: { path: optionalWord('PATH', 'the file or directory, by its path on the host', aPath) },
  run: async (context, { restore, json, path }) => {
    if (!restore) return verify(context, path, json)
    // All at once would be a rebuild by a slip of the finger.
    if (path === undefined)
      throw new IsconfError('USAGE', 'verify --restore takes a path', { hint: 'to put back everything, name /' })
    return putBack(context, path, json)
  },
})

async function verify(
  { client, terminal, cwd, show, say }: VerbContext,
  path: string | undefined,
  json: boolean,
): Promise<number> {
  const body = { cwd, ...(path === undefined ? {} : { path }) }
  const answer = (await client.post('/v1/verify', body, show)) as VerifyAnswer
  const { unlike, more, checked } = answer
  terminal.out(json ? `${JSON.stringify(answer)}\n` : table(unlike.map(describe)))
  if (more > 0) say(`${more} more are not shown`)
  const total = unlike.length + more
  const all = count(checked, 'path')
  if (total > 0) say(`${total} of ${all} ${total === 1 ? 'differs' : 'differ'}`)
  else say(`${all}: nothing differs from the journal`)
  return total === 0 ? 0 : 1
}

async function putBack(
  { client, terminal, cwd, user, show, say }: VerbContext,
  path: string,
  json: boolean,
): Promise<number> {
  const { restored } = (await client.post('/v1/restore', { user, cwd, path }, show)) as RestoreAnswer
  terminal.out(json ? `${JSON.stringify({ restored })}\n` : table(restored.map(describe)))
  say(restored.length === 0 ? 'nothing was to be put back' : `put back ${count(restored.length, 'path')}`)
  return 0
}

function describe({ path, operation, differences }: UnlikePath): readonly string[] {
  return [stateOf(differences), path, operation ?? 'not checked in', differences.map(differenceText).join(', ')]
}

/** The worst of the differences in one word, for a person who skims the list. */
function stateOf(differences: readonly PathDifference[]): string {
  const [first] = differences
  if (!first) return 'same'
  if (['missing', 'present', 'unreadable'].includes(first.what)) return first.what
  return ['kind', 'content', 'target'].includes(first.what) ? 'changed' : 'attributes'
}
