import assert from 'node:assert/strict'
import { test } from 'node:test'
import { hostWith } from '../../test/support/typed.ts'

for (const [word, text] of [
  ['LOCKED', /^LOCKED, exit status 220\n\nask the holder to check in/],
  ['locked', /^LOCKED, exit status 220\n/],
  ['IS_PORT', /^IS_PORT \(port\): The TCP port .* A change needs a restart of the daemon\.\n$/],
  ['failures', /^USAGE +exit status 22\n[\s\S]*isconf help CODE says what to do\.\n$/],
  ['settings', /^IS_HOME \(absolute path\): [\s\S]*\nIS_NETS \(/],
  ['lock', /^Usage: isconf lock /],
] as const) {
  test(`help ${word} explains it, without a daemon`, async (t) => {
    const { status, out, err } = await (await hostWith(t, undefined)).type('help', word)
    assert.deepEqual([status, err], [0, ''])
    assert.match(out, text)
  })
}

test('a word that is neither a verb nor a topic is refused', async (t) => {
  const { status, err } = await (await hostWith(t, undefined)).type('help', 'nonsense')
  assert.equal(status, 22)
  assert.match(err, /no such verb or topic: "nonsense"\nisconf: hint: .*failures, settings/)
})
