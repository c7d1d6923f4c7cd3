/** Who made a change, as the kernel says, beside the name that they gave. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { LogEntry } from '../../src/control/index.ts'
import { systemCalls } from '../../src/machine/system-calls.io.ts'
import { Lab, type LabHost } from '../harness/lab.ts'

test('the lock, the changeset and the log have the user of the kernel, and every verb that changes something is a line', {
  skip: systemCalls().calls === undefined && 'koffi is not here: this was NOT tested',
}, async (t) => {
  const lab = await Lab.of(t, 'alder', 'birch')
  const [alder, birch] = lab.hosts as [LabHost, LabHost]
  await lab.start()
  const uid = process.geteuid?.()
  await alder.runWith({ user: 'ann' }, 'lock', 'as ann')
  assert.deepEqual([(await alder.status()).lock?.user, (await alder.status()).lock?.askedBy?.uid], ['ann', uid])
  assert.equal((await birch.status()).lock?.askedBy?.uid, uid, 'the other host was told')
  await alder.runWith({ user: 'ann' }, 'exec', 'true')
  await alder.runWith({ user: 'ann' }, 'ci')
  const [entry] = (await alder.does('log', '--json')).stdout
    .split('\n')
    .map((line) => JSON.parse(line || '{}') as LogEntry)
  assert.deepEqual([entry?.author, entry?.askedBy?.uid], ['ann@alder', uid])
  assert.match((await alder.does('show', entry?.id ?? '')).stdout, new RegExp(`^asked by +uid ${uid}, `, 'm'))

  await alder.runWith({ user: 'ann' }, 'lock', 'again')
  await alder.runWith({ user: 'ann' }, 'exec', 'true')
  await alder.runWith({ user: 'bob' }, 'unlock')
  await alder.runWith({ user: 'bob' }, 'wip', 'drop')
  await birch.runWith({ user: 'ann' }, 'ci')
  await alder.stop()
  const asked = (verb: string, name: string): RegExp =>
    new RegExp(`isconf ${verb}: asked for by ${name} ?\\(?uid ${uid}, `)
  for (const [verb, name] of [
    ['lock', 'ann'],
    ['exec', 'ann'],
    ['ci', 'ann'],
    ['unlock', 'bob'],
    ['wip drop', 'bob'],
    ['stop', ''],
  ] as const)
    assert.match(alder.log(), asked(verb, name))
  assert.match(birch.log(), /isconf ci: ended with status 221/)
})
