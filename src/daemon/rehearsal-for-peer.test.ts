import assert from 'node:assert/strict'
import { generateKeyPairSync } from 'node:crypto'
import { test } from 'node:test'
import { type BranchName, type ChangesetId, sha256Hex, silentLog } from '../base/index.ts'
import { publicKeyText } from '../journal/index.ts'
import { peerIdOf } from '../mesh/peer-id.ts'
import type { RehearsalAsker, WorkToRehearse } from '../replication/index.ts'
import { OneAtATime } from './one-at-a-time.ts'
import { type AskedHost, rehearseForPeer } from './rehearsal-for-peer.ts'

const [holder, other] = [generateKeyPairSync('ed25519').privateKey, generateKeyPairSync('ed25519').privateKey]
const base = sha256Hex('base') as ChangesetId
const lock = {
  ...{ id: '1'.repeat(32), user: 'luke', host: 'alder', message: 'why', since: '2026-11-28T12:00:00.000Z' },
  key: publicKeyText(holder),
}
const work: WorkToRehearse = {
  ...{ branch: 'generic' as BranchName, base, lock: lock.id, net: false },
  operations: [{ type: 'exec', argv: ['true'], cwd: '/', env: {} }],
}

/** A host that has done everything, and what of it is otherwise. */
function hostWith(changes: Record<string, unknown> = {}): AskedHost {
  const { consent = 'yes', branch = {}, ...rest } = changes as { consent?: string; branch?: object }
  return {
    identity: { host: 'birch', release: '5.0.0' },
    changes: new OneAtATime(),
    work: { operations: [] },
    deviations: { all: [] },
    replicator: { exchange: async () => undefined, hostOf: () => 'alder' },
    branch: { name: 'generic', isSplit: false, state: { head: base, lock }, ...branch },
    deps: { log: silentLog, rehearsals: { consent: () => consent } },
    ...rest,
  } as unknown as AskedHost
}

function asker(key = holder): RehearsalAsker {
  const { signal } = new AbortController()
  return { peer: peerIdOf(key), signal, begun: () => undefined, remark: () => undefined, output: () => undefined }
}

for (const [what, host, from, question, why] of [
  ['without consent', hostWith({ consent: 'no' }), holder, work, /lets no other host rehearse/],
  ['for the network without that consent', hostWith(), holder, { ...work, net: true }, /use its network/],
  [
    'from who has not the lock',
    hostWith(),
    other,
    work,
    /does not know that your host has the lock: .* locked by luke@/,
  ],
  ['under another lock', hostWith(), holder, { ...work, lock: '2'.repeat(32) }, /does not know that your host has the/],
  [
    'while nobody has the lock',
    hostWith({ branch: { state: { head: base, lock: null } } }),
    holder,
    work,
    /not locked$/,
  ],
  [
    'of another branch',
    hostWith({ branch: { name: 'web' } }),
    holder,
    work,
    /on branch web, and the work is on generic/,
  ],
  [
    'after another changeset',
    hostWith(),
    holder,
    { ...work, base: sha256Hex('x') as ChangesetId },
    /does not end where/,
  ],
  ['over work of its own', hostWith({ work: { operations: [1] } }), holder, work, /has work of its own/],
  ['of a split branch', hostWith({ branch: { isSplit: true } }), holder, work, /is split/],
] as const)
  test(`rehearseForPeer() refuses a rehearsal ${what}`, async () => {
    await assert.rejects(rehearseForPeer(host, question, asker(from)), { code: 'REHEARSAL_REFUSED', message: why })
  })

test('rehearseForPeer() waits for nobody: a host that is busy says so', async () => {
  const host = hostWith()
  void host.changes.begin('up', undefined, () => new Promise(() => undefined))
  await assert.rejects(rehearseForPeer(host, work, asker()), { code: 'BUSY', message: /busy with `isconf up`/ })
})
