/** Real paths against what is recorded of them. */
import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { chmodSync, chownSync, lstatSync, mkdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { temporaryDirectory } from '../../test/support/files.ts'
import { systemClock } from '../base/clock.io.ts'
import { systemMachine } from './machine.io.ts'
import type { FileOwner, Machine, RecordedPath } from './machine.ts'

const [uid, gid] = [process.geteuid?.() ?? 0, process.getegid?.() ?? 0]
const self: FileOwner = { uid, gid, user: '', group: '' }

function machineIn(root: string, home: string, rule: 'name' | 'numeric' = 'numeric'): Machine {
  return systemMachine({
    ...{ volroot: root, home, owner: () => rule, environment: () => ({}), rebootCommand: () => 'false' },
    ...{ bootIdPath: () => '/proc/sys/kernel/random/boot_id', hooksPath: () => home, clock: systemClock },
  })
}

function file(path: string, content: string, mode = 0o644, owner = self): RecordedPath {
  const id = createHash('sha256').update(content).digest('hex') as never
  const blob = { id, sizeBytes: content.length }
  return { kind: 'file', path, mode, owner, mtimeMs: 0, parents: [], blob }
}

test('each kind of difference is found, and what is as recorded has none', async (t) => {
  const root = temporaryDirectory(t)
  const machine = machineIn(root, temporaryDirectory(t))
  const entry = { owner: self, mtimeMs: 0, parents: [] }
  for (const name of ['same', 'size', 'bytes', 'mode', 'present', 'kind']) {
    writeFileSync(join(root, name), 'hello\n')
    chmodSync(join(root, name), 0o644)
  }
  writeFileSync(join(root, 'size'), 'longer than it was\n')
  writeFileSync(join(root, 'bytes'), 'jello\n')
  chmodSync(join(root, 'mode'), 0o4755)
  mkdirSync(join(root, 'dir'))
  chmodSync(join(root, 'dir'), 0o755)
  symlinkSync('same', join(root, 'link'))
  symlinkSync('nowhere', join(root, 'other-link'))
  const recorded: readonly RecordedPath[] = [
    ...['same', 'size', 'bytes', 'mode', 'missing'].map((name) => file(`/${name}`, 'hello\n')),
    { kind: 'directory', path: '/kind', mode: 0o755, ...entry },
    { kind: 'directory', path: '/dir', mode: 0o700, ...entry },
    { kind: 'symlink', path: '/link', target: 'same', ...entry },
    { kind: 'symlink', path: '/other-link', target: 'same', ...entry },
    { kind: 'removal', path: '/present' },
    { kind: 'removal', path: '/absent' },
    file('/same/below', 'a file has nothing below it\n'),
    file('/link', 'hello\n'),
  ]
  const found = (await machine.differences(recorded)).map((all) =>
    all.map(({ what, recorded, found }) => (what === 'content' ? what : `${what} ${recorded} ${found}`)).join(', '),
  )
  assert.deepEqual(found, [
    ...['', 'content', 'content', 'mode 0644 4755', 'missing file nothing', 'kind directory file'],
    ...['mode 0700 0755', '', 'target same nowhere', 'present nothing file', '', 'missing file nothing'],
    'kind file symlink',
  ])
})

test('an owner that this host does not have is one that differs', async (t) => {
  const root = temporaryDirectory(t)
  const machine = machineIn(root, temporaryDirectory(t), 'name')
  writeFileSync(join(root, 'f'), 'hello\n')
  chmodSync(join(root, 'f'), 0o644)
  const nobody: FileOwner = { uid: 4_000_000, gid: 4_000_000, user: 'no-such-user', group: 'no-such-group' }
  const [[owner] = []] = await machine.differences([file('/f', 'hello\n', 0o644, nobody)])
  assert.equal(owner?.what, 'owner')
  assert.equal(owner?.recorded, 'no-such-user:no-such-group')
})

test('what can not be read is told, and the others are compared', {
  skip: uid === 0 && 'root reads everything',
}, async (t) => {
  const root = temporaryDirectory(t)
  const machine = machineIn(root, temporaryDirectory(t))
  writeFileSync(join(root, 'closed'), 'hello\n')
  chmodSync(join(root, 'closed'), 0)
  writeFileSync(join(root, 'f'), 'hello\n')
  chmodSync(join(root, 'f'), 0o600)
  const [closed, f] = await machine.differences([file('/closed', 'hello\n', 0), file('/f', 'hello\n')])
  assert.match(closed?.[0]?.found ?? '', /\/closed/)
  assert.deepEqual([closed?.map(({ what }) => what), f?.map(({ what }) => what)], [['unreadable'], ['mode']])
})

test('another number is another owner', { skip: uid !== 0 && 'only root gives files away' }, async (t) => {
  const root = temporaryDirectory(t)
  const machine = machineIn(root, temporaryDirectory(t))
  writeFileSync(join(root, 'f'), 'hello\n')
  chmodSync(join(root, 'f'), 0o644)
  chownSync(join(root, 'f'), 12_345, 0)
  assert.equal(lstatSync(join(root, 'f')).uid, 12_345)
  const [[owner] = []] = await machine.differences([file('/f', 'hello\n', 0o644, { ...self, user: 'root' })])
  assert.deepEqual(owner, { what: 'owner', recorded: `root:${gid}`, found: '12345:root' })
  rmSync(join(root, 'f'))
})
