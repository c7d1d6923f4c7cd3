import assert from 'node:assert/strict'
import { syncBuiltinESMExports } from 'node:module'
import os from 'node:os'
import { test } from 'node:test'
import { userHere } from './caller.io.ts'
import { requireDirectory } from './current-directory.ts'

test('userHere() of a number that has no name is the number', (context) => {
  context.mock.method(os, 'userInfo', () => {
    throw new Error('A system error occurred: uv_os_get_passwd returned ENOENT')
  })
  syncBuiltinESMExports()
  try {
    assert.deepEqual(userHere(), { name: String(process.getuid?.()), home: '/' })
  } finally {
    context.mock.restoreAll()
    syncBuiltinESMExports()
  }
})

test('requireDirectory() of one that is gone says so and what to do', () => {
  assert.equal(requireDirectory('/srv'), '/srv')
  assert.throws(() => requireDirectory(''), { code: 'NO_SUCH_FILE', message: /current directory/, hint: /cd \// })
})
