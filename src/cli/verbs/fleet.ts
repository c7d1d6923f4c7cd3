import { IsconfError, inOneLine, nearest } from '../../base/index.ts'
import { type BranchRow, type Client, type HostRow, type HostState, hostStates } from '../../control/index.ts'
import {
  branchesText,
  countsOf,
  countsText,
  doneText,
  hostStory,
  reasonOf,
  statesWorstFirst as states,
  worstFirst,
} from '../../presentation/index.ts'
import {
  aBranch,
  aHost,
  type Colours,
  count,
  flag,
  jsonFlag,
  listing,
  optionalWord,
  table,
  value,
  type WordType,
} from '../../terminal/index.ts'
import { showOutput } from '../show-output.ts'
import { verb } from '../verb.ts'

const aState: WordType<HostState> = {
  takes: `one of ${states.join(', ')}`,
  parse: (word) => states.find((state) => state === word),
  completes: states,
}

const colours: Colours = {
  ...{ stopped: 'red', boot: 'red' },
  ...{ unheard: 'yellow', held: 'yellow', split: 'yellow', behind: 'yellow', differs: 'yellow', unknown: 'yellow' },
}

/** Between two looks of --watch. */
const watchMs = 2_000
const clearScreen = Buffer.from('\x1b[H\x1b[2J')

export const fleetVerb = verb({
  name: 'fleet',
  summary: 'Show which hosts need somebody, and why',
  help:
    'Counts the hosts of the domain by their state, and lists those that need somebody, the worst first: ' +
    `${states.map((state) => `${state} (${hostStates[state]})`).join(', ')}. ` +
    'Each host says where it stands in its own signed record, so every host can tell of all others, also of those ' +
    'that are off. With HOST it shows everything that is known of that host, and with --output, asked of that host, the end of what the operation wrote that it is stopped at. Exits with 0 when every host shown is ' +
    'level, with 1 when one is not.',
  exits: [0, 1, 2],
  options: {
    branch: value('--branch <branch>', 'only hosts on this branch', aBranch),
    state: value('--state <state>', 'only hosts in this state', aState),
    name: value('--name <text>', 'only hosts whose name has this in it', aHost),
    all: flag('--all', 'list the hosts that are level, too'),
    watch: flag('--watch', 'look again every two seconds, until Ctrl-C'),
    output: flag('--output', 'show what HOST wrote at the operation that it is stopped at, or last'),
    json: jsonFlag,
  },
  exclusive: ['watch', 'json'],
  arguments: { host: optionalWord('HOST', 'the host to tell of', aHost) },
  run: async (context, { host, all, watch, output, json, ...filter }) => {
    const { client, terminal, sleep, onInterrupt } = context
    const look = async (): Promise<readonly HostRow[]> =>
      chosen((await client.get('/v1/hosts')) as readonly HostRow[], { ...filter, host })
    let hosts = await look()
    if (filter.branch !== undefined && hosts.length === 0) await checkBranch(client, filter.branch)
    if (output) {
      if (host === undefined)
        throw new IsconfError('USAGE', 'fleet --output takes a host', { hint: 'see `isconf help fleet`' })
      return showOutput(context, { host, operation: hosts[0]?.stopped?.operation }, json)
    }
    const show = (): void => {
      if (json) terminal.out(`${JSON.stringify({ counts: countsOf(hosts), hosts: worstFirst(hosts) })}\n`)
      else
        terminal.out(
          host === undefined ? fleetText(hosts, all) : hosts.map((one) => listing(hostStory(one), '')).join('\n'),
          colours,
        )
    }
    if (watch) {
      let goesOn = true
      onInterrupt(() => {
        goesOn = false
      })
      for (; goesOn; hosts = await look()) {
        if (terminal.isScreen) terminal.out(clearScreen)
        show()
        await sleep(watchMs)
      }
    } else show()
    return hosts.every(({ state }) => state === 'level') ? 0 : 1
  },
})

interface Filter {
  readonly host?: string | undefined
  readonly branch?: string | undefined
  readonly state?: HostState | undefined
  readonly name?: string | undefined
}

/** The hosts that are asked for. NO_SUCH_HOST for one by its name that is not known here. */
function chosen(all: readonly HostRow[], { host, branch, state, name }: Filter): readonly HostRow[] {
  const hosts = all.filter(
    (one) =>
      (host === undefined || one.name === host || one.peerId === host) &&
      (branch === undefined || one.branch === branch) &&
      (state === undefined || one.state === state) &&
      (name === undefined || one.name.includes(name)),
  )
  if (host !== undefined && hosts.length === 0) throw noSuchHost(host, all)
  return hosts
}

/** That no host is on a branch is an answer; that all hosts of a misspelt one are level is none. NO_SUCH_BRANCH. */
async function checkBranch(client: Pick<Client, 'get'>, branch: string): Promise<void> {
  const names = ((await client.get('/v1/branches')) as readonly BranchRow[]).map(({ name }) => name)
  if (names.includes(branch)) return
  const meant = nearest(branch, names)
  const guess = meant === undefined ? '' : ` (did you mean ${meant}?)`
  throw new IsconfError('NO_SUCH_BRANCH', `no branch ${inOneLine(branch)} is known here${guess}`)
}

function noSuchHost(host: string, all: readonly HostRow[]): IsconfError {
  const meant = nearest(
    host,
    all.map(({ name }) => name),
  )
  const guess = meant === undefined ? '' : `; did you mean ${meant}?`
  return new IsconfError('NO_SUCH_HOST', `no host ${inOneLine(host)} is known here${guess}`)
}

function fleetText(hosts: readonly HostRow[], all: boolean): string {
  const rows = worstFirst(hosts).filter(({ state }) => all || state !== 'level')
  const lines = table(rows.map(describe))
  return `${count(hosts.length, 'host')}${branchesText(hosts)}: ${countsText(hosts)}\n${lines}`
}

function describe(host: HostRow): readonly string[] {
  const { name, state, branch, release } = host
  return [state, name, branch ?? '?', doneText(host), release ?? '?', reasonOf(host)]
}
