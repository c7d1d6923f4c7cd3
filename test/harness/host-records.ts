/** What a daemon keeps of other hosts, each signed by its own key: a domain of any size, without its hosts. */
import { generateKeyPairSync } from 'node:crypto'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { peerIdOf } from '../../src/mesh/peer-id.ts'
import { type HostRecord, signRecord } from '../../src/replication/inventory/host-record.ts'
import type { LabHost } from './lab.ts'

/** What a host has said of itself, and how long ago. */
export type HostWord = Pick<HostRecord, 'host'> & Partial<HostRecord> & { readonly ageMs?: number }

/** Has a daemon know these hosts from its next start on. */
export function putRecords({ home }: LabHost, words: readonly HostWord[]): void {
  const lines = words.map(({ ageMs = 1_000, ...word }) => {
    const { privateKey } = generateKeyPairSync('ed25519')
    const time = new Date(Date.now() - ageMs).toISOString()
    const record = { peer: peerIdOf(privateKey), count: 1, time, addresses: [], ...word }
    return `${JSON.stringify({ ...signRecord(record, privateKey), seen: time, ageMs })}\n`
  })
  writeFileSync(join(home, 'conf/hosts'), lines.join(''))
}

/** Where a host stands that has done an operation of the first branch last. */
export function standing(done: { readonly id: string; readonly index: number } | null): Pick<HostRecord, 'at'> {
  return { at: { branch: 'generic', done, release: '5.0.0', deviations: [] } as unknown as HostRecord['at'] }
}
