import { IsconfError, idPrefixLength } from '../../base/index.ts'
import type { CheckInAnswer, RehearsalAnswer } from '../../control/index.ts'
import { aHost, count, flag, jsonFlag, value } from '../../terminal/index.ts'
import { describeRehearsal, refuseFailing } from '../rehearsal-text.ts'
import { verb } from '../verb.ts'

export const ciVerb = verb({
  name: 'ci',
  summary: 'Check in what was done since the lock',
  help:
    'Adds the operations since lock to the journal of the branch, as one changeset signed by this host, releases ' +
    'the lock, and says on how many hosts the changeset is stored. Without operations it only releases the lock. ' +
    'Warns about operations that are likely to do something else where they are replayed, and says what to type ' +
    'instead; IS_WARNINGS makes it refuse them. With --rehearse it rehearses the work first, and checks nothing ' +
    'in if an operation fails.',
  exits: [0, 1, 220, 221],
  options: {
    rehearse: flag('--rehearse', 'rehearse the work first, and check nothing in if it fails'),
    on: value('--on <host>', 'with --rehearse: on another host, by its name or id', aHost),
    net: flag('--net', "with --rehearse: let commands use this host's network"),
    json: jsonFlag,
  },
  run: async ({ client, user, cwd, say, show, terminal }, { rehearse, on, net, json }) => {
    if (net && !rehearse) throw new IsconfError('USAGE', 'isconf ci takes --net only with --rehearse')
    if (on !== undefined && !rehearse) throw new IsconfError('USAGE', 'isconf ci takes --on only with --rehearse')
    if (rehearse) {
      const body = { user, cwd, ...(net && { net }), ...(on !== undefined && { on }) }
      const rehearsed = (await client.post('/v1/rehearse', body, show)) as RehearsalAnswer
      for (const line of describeRehearsal(rehearsed)) say(line)
      refuseFailing(rehearsed)
    }
    const answer = (await client.post('/v1/ci', { user }, show)) as CheckInAnswer
    if (json) terminal.out(`${JSON.stringify(answer)}\n`)
    else say(describe(answer))
    return 0
  },
})

function describe({ branch, id, operations, journalHosts, fileHosts }: CheckInAnswer): string {
  if (id === null) return `nothing to check in; branch ${branch} is unlocked`
  const what = `checked in ${id.slice(0, idPrefixLength)} on branch ${branch}: ${count(operations, 'operation')}`
  const files = fileHosts === journalHosts ? '' : `, its files on ${fileHosts} so far`
  return `${what}, stored on ${count(journalHosts, 'host')}${files}`
}
