import assert from 'node:assert/strict'
import { test } from 'node:test'
import { callsPackageManager, isPackageManager, metLock } from './package-manager.ts'

const words = (line: string): { argv: readonly string[] } => ({ argv: line.split(' ') })

test('callsPackageManager() knows apt and dpkg, also in a script, and nothing that is only named like them', () => {
  for (const line of [
    'apt-get install -y cron',
    '/usr/bin/dpkg -i x.deb',
    'env A=1 apt update',
    'nice aptitude upgrade',
  ])
    assert.ok(callsPackageManager(words(line)), line)
  assert.ok(callsPackageManager({ argv: ['sh', '-c', 'cd /tmp && (apt-get update; make)'] }))
  for (const line of ['apt-mark-all', 'dpkg-query -l', 'cat /etc/apt.conf', 'echo adapt'])
    assert.ok(!callsPackageManager(words(line)), line)
})

test('isPackageManager() is true of what does nothing else', () => {
  for (const line of ['apt-get update', '/usr/bin/dpkg -i x.deb', 'env DEBIAN_FRONTEND=x apt-get -y install x'])
    assert.ok(isPackageManager(words(line)), line)
  for (const line of ['sh -c apt-get', 'nice apt-get update']) assert.ok(!isPackageManager(words(line)), line)
})

test('metLock() knows the words of apt and dpkg about a lock', () => {
  for (const text of [
    'E: Could not get lock /var/lib/apt/lists/lock. It is held by process 7 (apt-get)\n',
    'x\nE: Unable to acquire the dpkg frontend lock (/var/lib/dpkg/lock-frontend)\n',
    'dpkg: error: dpkg frontend lock was locked by another process with pid 7\n',
  ])
    assert.ok(metLock(text), text)
  assert.ok(!metLock('E: Unable to locate package lock\n'))
})
