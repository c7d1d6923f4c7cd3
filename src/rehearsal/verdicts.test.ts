import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Operation } from '../journal/index.ts'
import type { Outcome } from './rehearsal.ts'
import { verdictOf } from './verdicts.ts'

const exec = (...argv: string[]): Operation => ({ type: 'exec', argv, cwd: '/', env: {} })
const ended = (status: number, more: Partial<Outcome> = {}): Outcome => ({
  status,
  why: null,
  remarks: [],
  isFull: false,
  ...more,
})

function verdict(
  operation: Operation,
  outcome: Outcome,
  judging: { again?: boolean; ownNetwork?: boolean } = {},
): string {
  const { verdict, why } = verdictOf(
    { operations: [operation], again: false, ownNetwork: true, ...judging },
    0,
    outcome,
  )
  return why === null ? verdict : `${verdict}: ${why}`
}

test('verdictOf() tells what passes and what fails', () => {
  assert.equal(verdict(exec('true'), ended(0)), 'passes')
  assert.equal(verdict(exec('false'), ended(1)), 'fails: it ended with exit status 1')
  assert.equal(verdict(exec('nosuch'), ended(1, { why: 'no such command' })), 'fails: no such command')
})

test('verdictOf() does not judge what ends otherwise in a sandbox, and says in which way', () => {
  assert.match(
    verdict(exec('systemctl', 'restart', 'nginx'), ended(1)),
    /^not judged: would fail here and not there: no systemd/,
  )
  assert.equal(verdict(exec('systemctl', 'enable', 'nginx'), ended(1)), 'fails: it ended with exit status 1')
  assert.match(verdict(exec('sh', '-c', 'nginx -t && systemctl reload nginx'), ended(1)), /^not judged/)
  assert.match(verdict(exec('userdel', 'luke'), ended(0)), /^not judged: would be passed over here/)
  assert.match(verdict(exec('modprobe', 'nosuch'), ended(1)), /^not judged/)
  assert.match(verdict({ type: 'reboot' }, ended(0)), /^not judged: a rehearsal does not reboot/)
  assert.match(verdict(exec('dd'), ended(1, { isFull: true })), /^not judged: the room for the rehearsal/)
})

test('verdictOf() blames the network only where a rehearsal has none', () => {
  const install = exec('apt-get', 'install', '-y', 'tree')
  assert.match(verdict(install, ended(100)), /^not judged: .*--net$/)
  assert.equal(verdict(install, ended(100), { ownNetwork: false }), 'fails: it ended with exit status 100')
  assert.equal(verdict(exec('apt-get', 'purge', '-y', 'tree'), ended(100)), 'fails: it ended with exit status 100')
  assert.match(verdict(exec('apt-get', 'update'), ended(0)), /^not judged: would be passed over here/)
  assert.equal(verdict(exec('apt-get', 'update'), ended(0), { ownNetwork: false }), 'passes')
})

test('verdictOf() knows that a command of the work was done here before', () => {
  assert.match(
    verdict(exec('mkdir', '/srv/x'), ended(1), { again: true }),
    /^fails again: it ended with exit status 1 when/,
  )
  assert.equal(verdict(exec('mkdir', '/srv/x'), ended(0), { again: true }), 'passes')
  assert.equal(
    verdict(exec('x'), ended(1, { why: 'no directory /srv/w' }), { again: true }),
    'fails: no directory /srv/w',
  )
})
