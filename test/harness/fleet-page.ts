/** A host that knows others in many states, and serves the page that shows them. */
import type { HostRow, LogEntry } from '../../src/control/index.ts'
import { type HostWord, putRecords, standing } from './host-records.ts'
import { type Ending, Lab, type LabHost } from './lab.ts'

/** The name of one of the hosts, and words of another. */
export const markup = '<b onclick="x">bold</b>&amp;'

/** A command that writes to both streams, and what is no text. */
const wrote = `seq 3; printf '${markup}\\033[2J\\n'; echo 'a warning' >&2`

/** The states of the hosts that {@link hostWithFleet} knows: all but that of a split branch. */
export const statesOfFleet: readonly HostRow['state'][] = [
  'stopped',
  'boot',
  'unheard',
  'held',
  'behind',
  'differs',
  'unknown',
  'level',
]

/** A host with two changesets that serves the page, and that knows hosts in every one of {@link statesOfFleet}. */
export async function hostWithFleet(ending: Ending): Promise<LabHost> {
  const [alder] = (await Lab.of(ending, 'alder')).hosts as [LabHost]
  alder.knows([])
  await alder.start()
  for (const word of ['one', 'two']) {
    await alder.does('lock', `say ${word}`)
    alder.write('etc/motd', `${word}\n`)
    await alder.does('snap', '/etc/motd')
    if (word === 'one') await alder.does('exec', 'sh', '-c', wrote)
    await alder.does('ci')
  }
  const [last, first] = await changesets(alder)
  await alder.stop()
  putRecords(alder, wordsOfFleet(first?.id ?? '', last?.id ?? ''))
  alder.env['IS_WEB'] = '0'
  await alder.start()
  return alder
}

/** More hosts than are all connected to each other, so that those that are not are no trouble. */
function wordsOfFleet(first: string, last: string): readonly HostWord[] {
  const [behind, level] = [first, last].map((id) => standing({ id, index: 0 }))
  const stopped = {
    id: last as never,
    index: 0,
    why: `it ended with exit status 1: ${markup}`,
    since: '2030-01-01T00:00:00.000Z',
  }
  const boot = {
    level: 'failed',
    since: '2030-01-01T00:00:00.000Z',
    step: 'network',
    why: null,
    tree: null,
    fetched: null,
  }
  const differs = { at: { ...level?.at, deviations: [{ kind: 'skipped', operation: { id: first, index: 0 } }] } }
  return [
    { host: markup, ...behind, stopped },
    { host: 'stopped-too', ...behind, stopped },
    { host: 'badly-booted', ...level, boot },
    { host: 'silent', ...level, ageMs: 30 * 24 * 3_600_000 },
    {
      host: 'held',
      ...level,
      held: { by: 'ann@held', why: 'disk is being changed', since: '2030-01-01T00:00:00.000Z' },
    },
    { host: 'behind', ...behind },
    { host: 'differs', ...level, ...(differs as Pick<HostWord, 'at'>) },
    { host: 'elsewhere' },
    ...Array.from({ length: 24 }, (_, index) => ({ host: `level${index}`, ...level })),
  ]
}

/** Of the branch of a host, newest first. */
export async function changesets(host: LabHost): Promise<readonly LogEntry[]> {
  const { stdout } = await host.does('log', '--json')
  return stdout
    .split('\n')
    .slice(0, -1)
    .map((line) => JSON.parse(line) as LogEntry)
}
