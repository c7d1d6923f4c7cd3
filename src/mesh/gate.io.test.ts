import assert from 'node:assert/strict'
import test from 'node:test'
import { until } from '../../test/harness/run.ts'
import { addressOf, openMesh } from '../../test/support/mesh.ts'
import type { DomainKeys } from './admission.ts'
import { AdmissionTurns, type Applicant } from './admission-turns.ts'

test('at the gate a host that was admitted before has the first turn, until it is refused; a stranger never has', async (context) => {
  const keysOf = (key: string): DomainKeys => ({ proves: key, accepts: [key], acceptsAny: false })
  let theirs = keysOf('one key')
  const asked: boolean[] = []
  const { run } = AdmissionTurns.prototype
  context.mock.method(AdmissionTurns.prototype, 'run', function <
    T,
  >(this: AdmissionTurns, applicant: Applicant, work: () => T): Promise<T> {
    // Before TLS nobody is known.
    if (applicant.isKnown !== undefined) asked.push(applicant.isKnown)
    return run.call(this, applicant, work) as Promise<T>
  })
  const open = async (keys: () => DomainKeys) => {
    const mesh = await openMesh({ keys })
    context.after(() => mesh.close())
    return mesh
  }
  const birch = await open(() => theirs)
  const [member, stranger] = [await open(() => keysOf('one key')), await open(() => keysOf('another key'))]
  const dialedBy = async (mesh: typeof member): Promise<readonly boolean[]> => {
    const from = asked.length
    await mesh.dial(addressOf(birch)).then(
      () => mesh.disconnect(birch.self),
      (error) => assert.match(error.message, /other key/),
    )
    return asked.slice(from)
  }
  // A link has two connections, and after the first it has been admitted.
  assert.deepEqual(await dialedBy(member), [false, true])
  assert.deepEqual(await dialedBy(member), [true, true])
  assert.deepEqual(await dialedBy(stranger), [false])
  assert.deepEqual(await dialedBy(stranger), [false])
  theirs = keysOf('a new key')
  assert.deepEqual(await dialedBy(member), [true])
  // It hears that it is refused before birch is done with it.
  await until(async () => (await dialedBy(member))[0] === false, 'it is as all others', 15_000)
})
