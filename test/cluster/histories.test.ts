/** Seeded histories: random verbs at random hosts while faults happen; the promises are checked after every step. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { wholeNetwork } from '../sim/faults.ts'
import { faultsByName, history, howToRepeat } from './histories.ts'

const seedsEach = 10

for (const [name, faults] of Object.entries(faultsByName)) {
  for (let seed = 1; seed <= seedsEach; seed += 1) {
    test(`with ${name} every promise holds, and at the end all hosts are alike (seed ${seed})`, async (context) => {
      await history(seed, faults).catch((error: unknown) => {
        context.diagnostic(`to see it alone: ${howToRepeat(seed, name)}`)
        throw error
      })
    })
  }
}

test('the same seed gives the same run, another seed another', async () => {
  const digest = async (seed: number): Promise<string> => {
    const { everything } = faultsByName
    assert.ok(everything)
    const { cluster } = await history(seed, everything)
    return cluster.digest()
  }
  assert.equal(await digest(7), await digest(7))
  assert.notEqual(await digest(7), await digest(8))
})

test('clocks decide nothing: hosts whose wall clocks jump do what the others do', async () => {
  const withoutTimes = async (wallJumpMsMax: number): Promise<readonly string[]> => {
    const { cluster } = await history(4, { ...wholeNetwork, wallJumpRate: 0.5, wallJumpMsMax })
    // A changeset's id is made of all that it says, its time among it.
    return cluster.trace.map((line) =>
      line.replaceAll(/\b[0-9a-f]{8}([0-9a-f]{4}|[0-9a-f]{56})?\b/g, 'ID').replaceAll(/[+\d-]+T[\d:.]+Z/g, 'TIME'),
    )
  }
  const years = 20 * 365 * 24 * 3_600_000
  assert.deepEqual(await withoutTimes(years), await withoutTimes(0))
})
