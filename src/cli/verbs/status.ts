import { idPrefixLength, inOneLine } from '../../base/index.ts'
import type {
  DeviationAnswer,
  LineStatus,
  Status,
  UnattendedAnswer,
  WaitingStatus,
  WorkStatus,
} from '../../control/index.ts'
import { heldBy, releaseText } from '../../presentation/index.ts'
import { type Colours, count, jsonFlag } from '../../terminal/index.ts'
import { verb } from '../verb.ts'

export const statusVerb = verb({
  name: 'status',
  summary: 'Show where this host stands',
  help:
    'Shows the host, its domain and branch, how much of the journal it has done, who holds the lock, what is not ' +
    'checked in, and which hosts it is connected to.',
  exits: [0],
  options: { json: jsonFlag },
  run: async ({ client, terminal }, { json }) => {
    const status = (await client.get('/v1/status')) as Status | WaitingStatus
    const text = 'waiting' in status ? describeWaiting(status) : describe(status)
    terminal.out(json ? `${JSON.stringify(status)}\n` : text, colours)
    return 0
  },
})

const colours: Colours = { stopped: 'red', warning: 'yellow', held: 'yellow', differs: 'yellow', waiting: 'yellow' }

/** A host that can't take part in a domain yet. */
function describeWaiting({ host, release, pid, domain, waiting }: WaitingStatus): string {
  return rowsText([
    ['host', `${host} (isconf ${release}, process ${pid})`],
    ['domain', domain ? `${domain.name} (from ${domain.source})` : 'none'],
    ['waiting', waiting.message],
    ['hint', waiting.hint],
  ])
}

/** Rows of a name and what there is to say; further lines of a row stand below it. */
function rowsText(rows: readonly (readonly [string, string])[]): string {
  return rows.map(([name, text]) => `${name.padEnd(8)}${inOneLine(text)}\n`).join('')
}

function describe(status: Status): string {
  const { host, release, pid, domain, stopped, rebootPending, lock, work, mesh } = status
  const rows: [string, string][] = [
    ['host', `${host} (isconf ${release}, process ${pid})`],
    ['domain', `${domain.name} (from ${domain.source})`],
    ['branch', `${status.branch} ${placeOf(status)}`],
  ]
  if (status.running) rows.push(['running', `isconf ${status.running.replace('-', ' ')}`])
  if (stopped) rows.push(...describeStopped(stopped))
  for (const one of status.holds ?? [])
    rows.push(
      ['held', `${one.scope} ${one.name} ${heldBy(one)}`],
      ['', `up does nothing here; to end it: ${releaseText(one)}`],
    )
  if (status.unattended) rows.push(['up', unattendedText(status.unattended)])
  if (rebootPending) rows.push(['reboot', describeReboot(rebootPending)])
  rows.push(['lock', lock ? `${lock.user}@${lock.host} since ${lock.since}: ${lock.message}` : 'none'])
  if (work) rows.push(...describeWork(work))
  if (status.needsRebuild) rows.push(['rebuild', describeRebuild(status.needsRebuild)])
  rows.push(...describeDeviations(status.deviations))
  for (const { domain, time, operations, directory } of status.left) {
    const what = `${count(operations, 'operation')} that no other host gets`
    rows.push(['left', `the domain ${domain} at ${time}, after ${what}: ${directory} below IS_HOME`])
  }
  for (const line of status.lines) rows.push([line === status.lines[0] ? 'split' : '', describeLine(line)])
  rows.push(...describePeers(mesh))
  if (!mesh.authenticated)
    rows.push([
      'open',
      'any host that knows the domain name is admitted: there are no hmac keys, or +ANY+ is among them',
    ])
  for (const warning of status.warnings) rows.push(['warning', warning])
  return rowsText(rows)
}

function unattendedText({ window, text }: UnattendedAnswer): string {
  return `by itself${window === null ? '' : `, ${window}`}: ${text}`
}

function describeStopped({ operation, reason }: NonNullable<Status['stopped']>): readonly [string, string][] {
  return [
    ['stopped', `at ${operation}: ${reason}`],
    [
      '',
      `fix the cause, then: isconf up; or go past it: isconf skip ${operation} -m WHY, or for all hosts: isconf void`,
    ],
  ]
}

function describeRebuild({ by, operations, time }: NonNullable<Status['needsRebuild']>): string {
  return `needed: ${by} dropped ${count(operations, 'operation')} done here, last at ${time}`
}

/** How many addresses are listed. A longer list usually means that a network is down. */
const unreachedMax = 10

/** The connected hosts, and the addresses where this host knows of others but reaches none. */
function describePeers({ peers, unreached = [], strangers = [] }: Status['mesh']): readonly [string, string][] {
  const here =
    peers.length === 0
      ? ['none']
      : peers.map(({ host, address, via }) => `${host} ${via ? `over ${via}` : `at ${address}`}`)
  const others = strangers.map(({ address, text, time }) => `${address} ${text} (${time})`)
  return [
    ...listed('peers', here),
    ...listed(
      'unmet',
      atMost(
        unreachedMax,
        unreached.map(({ address, reason }) => `${address}: ${reason}`),
      ),
    ),
    ...listed('apart', atMost(unreachedMax, others)),
  ]
}

function atMost(max: number, texts: readonly string[]): readonly string[] {
  return texts.length > max ? [...texts.slice(0, max), `and ${texts.length - max} more`] : texts
}

function listed(name: string, texts: readonly string[]): readonly [string, string][] {
  return texts.map((text, index) => [index === 0 ? name : '', text])
}

function describeReboot({ since, operation }: NonNullable<Status['rebootPending']>): string {
  return `requested at ${since} for ${operation ?? 'the work below'}, and still to come`
}

function describeWork({ author, operations, locked }: WorkStatus): readonly [string, string][] {
  const state = locked ? '' : ', and its lock is gone: it can no longer be checked in'
  const texts = operations.map((text): [string, string] => ['', text])
  return [['work', `${count(operations.length, 'operation')} of ${author} not checked in${state}`], ...texts]
}

function describeDeviations(deviations: Status['deviations']): readonly [string, string][] {
  const rows = deviations.map(({ kind, operation, text, by, why, time }, index): [string, string] => [
    index === 0 ? 'differs' : '',
    `${operation} (${text}) ${deviationWords[kind](by)} at ${time}: ${why}`,
  ])
  const way =
    'this host differs from its journal: rebuild it, or put it right by hand, then: isconf done OPERATION -m WHY'
  return rows.length === 0 ? [] : [...rows, ['', way]]
}

const deviationWords: Readonly<Record<DeviationAnswer['kind'], (by: string) => string>> = {
  skipped: (by) => `was skipped by ${by}`,
  'did-void': (by) => `was done before ${by} made it void`,
  failed: (by) => `was run here by ${by} and not recorded`,
  undone: (by) => `was taken out of the work by ${by}`,
  dropped: (by) => `was given up by ${by}`,
}

function placeOf({ head, position, operations, pending, deviations, lines }: Status): string {
  const differing = deviations.length === 0 ? '' : `, but differing in ${deviations.length}`
  if (operations === 0) return `with an empty journal${differing}`
  if (position === null) return 'which this host has left: what it has done is not in the journal'
  const level = deviations.length > 0 ? 'level' : 'up to date'
  // Nobody is up to date on a split branch: what the others did is not done here.
  const standing = pending > 0 ? `${pending} to do` : lines.length > 0 ? 'on its own line of the split' : level
  return `at ${head.slice(0, idPrefixLength)}, ${position} of ${count(operations, 'operation')} done${differing}: ${standing}`
}

function describeLine({ first, changesets, author, time, message, here }: LineStatus): string {
  const where = here ? ', followed here' : ''
  return `${first.slice(0, idPrefixLength)} ${author} ${time} ${message} (${count(changesets, 'changeset')}${where})`
}
