import assert from 'node:assert/strict'
import { test } from 'node:test'
import { isSameBoot } from './reboot.ts'

const kernel = '8c0c6f4e-9a37-4a92-8a25-3b1c1f0e7a11'

test('isSameBoot() tells a container that was started anew below a kernel that goes on', () => {
  assert.ok(isSameBoot(`${kernel} 12`, `${kernel} 12`))
  assert.ok(!isSameBoot(`${kernel} 12`, `${kernel} 34567`))
  assert.ok(!isSameBoot(`${kernel} 12`, '00000000-9a37-4a92-8a25-3b1c1f0e7a11 12'))
})

test('isSameBoot() of what an earlier release noted goes by the kernel alone', () => {
  assert.ok(isSameBoot(kernel, `${kernel} 12`))
  assert.ok(!isSameBoot(kernel, '00000000-9a37-4a92-8a25-3b1c1f0e7a11 12'))
})
