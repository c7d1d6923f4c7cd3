import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type ErrorCode, errorKinds } from './errors.ts'
import { IsconfError, toIsconfError } from './isconf-error.ts'

/** Exit statuses of the design; anything else would be news to scripts. */
const statuses = [1, 2, 3, 4, 6, 22, 75, 220, 221, 222, 223, 224]

for (const [code, { exit, hint }] of Object.entries(errorKinds)) {
  test(`the failure ${code} has a known exit status and a hint in one voice`, () => {
    assert.ok(statuses.includes(exit), `exit ${exit}`)
    assert.match(hint, /^[a-z`I].*[^.]$/)
    assert.doesNotMatch(hint, /\n|;$/)
  })
}

test('IsconfError takes exit status and hint from the table', () => {
  const error = new IsconfError('NOT_LOCKED', 'branch generic is not locked')
  assert.equal(error.exit, 221)
  assert.equal(error.hint, errorKinds.NOT_LOCKED.hint)
  assert.equal(error.name, 'IsconfError')
  assert.ok(error instanceof Error)
})

test('IsconfError carries the exit status of a failed command, 0 too', () => {
  assert.equal(new IsconfError('COMMAND_FAILED', 'false ended', { exit: 7 }).exit, 7)
  assert.equal(new IsconfError('COMMAND_FAILED', 'odd', { exit: 0 }).exit, 0)
})

test('IsconfError keeps its cause, and has none when none is given', () => {
  const cause = new Error('below')
  assert.equal(new IsconfError('DISK_FAILED', 'x', { cause }).cause, cause)
  assert.ok(!('cause' in new IsconfError('DISK_FAILED', 'x')))
})

test('IsconfError with a code that this release does not know has the hint it was told, and ends like a bug', () => {
  const told = new IsconfError('OF_THE_FUTURE' as ErrorCode, 'x', { exit: 9, hint: 'wait' })
  assert.deepEqual([told.exit, told.hint], [9, 'wait'])
  const untold = new IsconfError('OF_THE_FUTURE' as ErrorCode, 'x')
  assert.deepEqual([untold.exit, untold.hint], [224, errorKinds.UNEXPECTED.hint])
})

test('toIsconfError() leaves a failure as it is and makes UNEXPECTED of all else', () => {
  const failure = new IsconfError('LOCKED', 'x')
  assert.equal(toIsconfError(failure), failure)
  const thrown = new TypeError('not a function')
  const made = toIsconfError(thrown)
  assert.deepEqual([made.code, made.exit, made.message, made.cause], ['UNEXPECTED', 224, 'not a function', thrown])
  for (const odd of ['text', 5, null, undefined]) assert.equal(toIsconfError(odd).message, String(odd))
})
