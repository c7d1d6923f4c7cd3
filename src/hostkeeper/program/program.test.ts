import assert from 'node:assert/strict'
import { test } from 'node:test'
import { IsconfError } from '../../base/index.ts'
import { runProgram } from '../../terminal/index.ts'
import { hostkeeperFlags, withOwnHint } from './program.ts'

/** What a program says of this failure. */
async function saidOf(error: IsconfError): Promise<readonly [number, string]> {
  const said: string[] = []
  const terminal = { out: () => undefined, err: (text: string | Uint8Array) => void said.push(String(text)) }
  const program = { name: 'hostkeeper', options: hostkeeperFlags, verbs: [] }
  const exit = await runProgram(program, [], { terminal, release: '0' }, () => Promise.reject(error), withOwnHint)
  return [exit, said.join('')]
}

test('runProgram() speaks of ISCONFDIR where isconf would speak of IS_HOME, with the same status', async () => {
  for (const code of ['HOME_UNWRITABLE', 'DISK_FULL'] as const) {
    const [exit, said] = await saidOf(new IsconfError(code, 'cannot write'))
    assert.equal(exit, 223)
    assert.match(said, /^hostkeeper: error: cannot write\nhostkeeper: hint: .*ISCONFDIR/)
    assert.doesNotMatch(said, /IS_HOME/)
  }
})

test('runProgram() leaves a hint that somebody has given', async () => {
  const error = new IsconfError('DISK_FULL', 'no room', { hint: 'buy a disk', exit: 7 })
  assert.deepEqual(await saidOf(error), [7, 'hostkeeper: error: no room\nhostkeeper: hint: buy a disk\n'])
})
