/** Hosts in every state that hosts of a domain get into, each brought there as it happens to people. */
import { cpSync, mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { buildInto, releaseVersion } from '../../../scripts/build.ts'
import { everybodyMax } from '../../../src/base/index.ts'
import type { HostState } from '../../../src/control/index.ts'
import { unheardMs } from '../../../src/replication/index.ts'
import type { NetHost } from '../../harness/netns.ts'
import { assertRefused } from '../../harness/run.ts'
import { inTurns } from './hosts.ts'

const otherRelease = '5.0.0-other'

/** What is to be told of a host. */
export interface Truth {
  readonly host: string
  /** One of these: when a host that is off counts as unheard depends on when each other one has heard it last. */
  readonly states: readonly HostState[]
  readonly branch: string
  /** Operations that it has done, of those of its branch. */
  readonly done: string
  readonly release: string
  readonly reason: RegExp
}

type N = NetHost
type ElevenOrMore = [N, N, N, N, N, N, N, N, N, N, N, ...N[]]

export interface States {
  readonly truths: readonly Truth[]
  /** Hosts in different states that can be asked. */
  readonly asked: readonly NetHost[]
}

/** Takes hosts that are level at so many operations. */
export async function putIntoStates(
  hosts: readonly NetHost[],
  operations: number,
  ends: (() => void)[],
): Promise<States> {
  const [origin, forked, moved, off1, off2, held, stopped1, stopped2, differs, other, behind, ...level] =
    hosts as ElevenOrMore
  await becomeOtherRelease(other, ends)
  await forked.does('fork', 'web')
  await moved.does('up')
  await moved.does('migrate', 'web')
  await record(forked, 'touch', '/tmp/web')
  await held.does('hold', '-m', 'its disk is being changed')
  for (const host of [off1, off2]) await host.does('stop')
  const offMs = performance.now()
  for (const host of [stopped1, stopped2, differs]) await host.types('touch /root/broken')
  await record(origin, 'sh', '-c', 'if [ -e /root/broken ]; then echo it is broken >&2; exit 7; fi')
  assertRefused(await held.run('up'), 6, 'its disk is being changed')
  for (const host of [stopped1, stopped2, differs]) assertRefused(await host.run('up'), 1, 'it is broken')
  const operation = (await differs.status()).stopped?.operation ?? ''
  await differs.does('skip', operation, '-m', 'not needed here')
  await inTurns([other, ...level], (host) => host.does('up'))

  const [all, next] = [`${operations + 1} of ${operations + 1}`, `${operations} of ${operations + 1}`]
  const truth = (host: NetHost, said: Partial<Truth> = {}): Truth => ({
    ...{ host: host.name, states: ['level'], branch: 'generic', done: all, release: releaseVersion(), reason: /^$/ },
    ...said,
  })
  const isStopped = { states: ['stopped'], done: next, reason: new RegExp(`^at ${operation} .*status 7: it is broken`) }
  const isOff = { states: offStates(hosts.length, offMs), done: next, reason: /^last heard 2/ }
  return {
    truths: [
      ...[origin, ...level].map((host) => truth(host)),
      truth(forked, { branch: 'web' }),
      truth(moved, { branch: 'web', states: ['behind'], done: next, reason: anyOrNone }),
      ...[off1, off2].map((host) => truth(host, isOff)),
      truth(held, { states: ['held'], done: next, reason: /host held by root@\S+ since .*its disk is being changed/ }),
      ...[stopped1, stopped2].map((host) => truth(host, isStopped as Partial<Truth>)),
      truth(differs, { states: ['differs'], reason: new RegExp(`^skipped ${operation}`) }),
      truth(other, { release: otherRelease }),
      truth(behind, { states: ['behind'], done: next, reason: anyOrNone }),
    ],
    asked: [origin, forked, held, stopped1, other, ...level.slice(-1)],
  }
}

/** Whoever is no neighbour of a host is told with when it was heard. */
const anyOrNone = /^(last heard .*)?$/

function offStates(hosts: number, offMs: number): readonly HostState[] {
  if (hosts <= everybodyMax || performance.now() - offMs > unheardMs(hosts)) return ['unheard']
  return ['behind', 'unheard']
}

/** Replaces the program, as a package manager would, and has the daemon go on as that. */
async function becomeOtherRelease(host: NetHost, ends: (() => void)[]): Promise<void> {
  const built = mkdtempSync(join(tmpdir(), 'isconf-other-'))
  ends.push(() => rmSync(built, { recursive: true }))
  await buildInto(built, { version: otherRelease })
  const place = `/proc/${host.init}/root/usr/local/lib/isconf`
  for (const name of readdirSync(place)) rmSync(join(place, name), { recursive: true })
  cpSync(built, place, { recursive: true })
  await host.does('restart')
}

async function record(host: NetHost, ...command: readonly string[]): Promise<void> {
  await host.does('lock', 'to see the fleet')
  await host.does('exec', ...command)
  await host.does('ci')
}
