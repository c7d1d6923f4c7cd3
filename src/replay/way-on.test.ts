import assert from 'node:assert/strict'
import { test } from 'node:test'
import { IsconfError } from '../base/index.ts'
import type { OperationRef } from '../host/index.ts'
import { withWayOn } from './way-on.ts'

const ref = { id: 'ab'.repeat(32), index: 0 } as OperationRef

test('withWayOn() names a host to start where no host has a file, and what the failure names where it is another thing', () => {
  const past = /; or go past it on this host alone: isconf skip abababababab/
  const { hint } = withWayOn(ref, new IsconfError('BLOB_MISSING', 'no reachable host has it'))
  assert.match(hint, /^start a host that has the file/)
  assert.match(hint, past)
  const own = withWayOn(ref, new IsconfError('BLOB_MISSING', 'nobody is reached', { hint: 'see `isconf status`' })).hint
  assert.match(own, /^see `isconf status`/)
  assert.match(own, past)
})
