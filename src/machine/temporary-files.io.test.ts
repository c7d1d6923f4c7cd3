import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { chmodSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { namesIn, temporaryDirectory } from '../../test/support/files.ts'
import { ran, unlessThere } from '../../test/support/tools.ts'
import { isTemporaryName, temporaryName } from '../base/index.ts'
import { temporaryFilesOf } from './machine.io.ts'

/** A root with a file in etc, which is reached by way of a link too, and a home. */
function place(t: TestContext) {
  const root = temporaryDirectory(t)
  const home = join(root, 'home')
  for (const name of ['home/conf', 'etc/app.d']) mkdirSync(join(root, name), { recursive: true })
  symlinkSync('etc', join(root, 'link'))
  writeFileSync(join(root, 'etc/app.d/motd'), 'before')
  return { root, home }
}

/** A daemon's machine that is killed while it installs a file by way of the link, and a parent for another. */
async function killedInTheMiddle(root: string, home: string): Promise<void> {
  const script = `
    import { systemMachine } from ${JSON.stringify(new URL('./machine.io.ts', import.meta.url).href)}
    import { systemClock as clock } from ${JSON.stringify(new URL('../base/clock.io.ts', import.meta.url).href)}
    async function* content() {
      yield Buffer.from('half')
      process.send('half')
      await new Promise(() => setInterval(() => undefined, 1000))
    }
    const owner = { uid: process.getuid(), gid: process.getgid(), user: '', group: '' }
    const [volroot, home] = ${JSON.stringify([root, home])}
    const none = () => ''
    const machine = systemMachine({ volroot, home, owner: () => 'numeric', environment: () => ({}), rebootCommand: none, bootIdPath: none, hooksPath: none, clock })
    const attributes = { path: '/link/app.d/motd', mode: 0o644, owner, mtimeMs: 0, parents: [] }
    await machine.install([{ kind: 'file', attributes, sha256: '', content }])`
  const child = spawn(process.execPath, ['--input-type=module', '--eval', script], {
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  })
  await once(child, 'message')
  child.kill('SIGKILL')
  await once(child, 'exit')
}

test('what an installation that was killed has left is noted before it is made, and removed at the next start', async (t) => {
  const { root, home } = place(t)
  await killedInTheMiddle(root, home)
  const [left = '', ...others] = namesIn(join(root, 'etc/app.d'))
  assert.deepEqual([isTemporaryName(left), namesIn(join(root, 'etc/app.d', left)), others], [true, ['motd'], ['motd']])
  // Only what is noted is ours; and a torn note is of what was never made.
  const another = temporaryName('0123456789ab')
  mkdirSync(join(root, 'etc', another))
  writeFileSync(join(home, 'conf/temporary-files'), '{"token":"0123456789ab","dir', { flag: 'a' })
  assert.deepEqual(await temporaryFilesOf(home).removeLeft(), [join(root, 'etc/app.d', left)])
  assert.deepEqual(namesIn(join(root, 'etc/app.d')), ['motd'])
  assert.deepEqual(namesIn(join(root, 'etc')), [another, 'app.d'])
  assert.equal(readFileSync(join(root, 'etc/app.d/motd'), 'utf8'), 'before')
  assert.deepEqual(await temporaryFilesOf(home).removeLeft(), [])
})

test('during() leaves no note behind, whether it ends well or not', async (t) => {
  const { root, home } = place(t)
  const files = temporaryFilesOf(home)
  const noted = (): string => readFileSync(join(home, 'conf/temporary-files'), 'utf8')
  await files.during([join(root, 'etc')], async ({ token }) => {
    assert.deepEqual(JSON.parse(noted()), { token, directories: [join(root, 'etc')] })
    await assert.rejects(files.during([root], () => Promise.reject(new Error('no'))))
    assert.ok(noted().startsWith('{'))
  })
  assert.equal(noted(), '')
})

/** What is left of an installation, beside a file that counts. */
function leftIn(root: string, text: string): string {
  const directory = join(root, 'etc/app.d', temporaryName('0123456789ab'))
  mkdirSync(directory)
  writeFileSync(join(directory, 'motd'), text, { mode: 0o755 })
  writeFileSync(join(root, 'etc/app.d/motd'), text, { mode: 0o755 })
  return join(root, 'etc/app.d')
}

test('run-parts passes over what a killed installation has left', { skip: unlessThere('run-parts') }, (t) => {
  const directory = leftIn(place(t).root, '#!/bin/sh\necho hello\n')
  chmodSync(join(directory, 'motd'), 0o755)
  assert.equal(ran('run-parts', directory).text, 'hello\n')
})

test('logrotate passes over what a killed installation has left', { skip: unlessThere('logrotate') }, (t) => {
  const { root } = place(t)
  const directory = leftIn(root, `${join(root, 'log')} {\n  daily\n}\n`)
  chmodSync(join(directory, 'motd'), 0o644)
  writeFileSync(join(root, 'logrotate.conf'), `include ${directory}\n`, { mode: 0o644 })
  const { text } = ran('logrotate', '-d', '-s', join(root, 'state'), join(root, 'logrotate.conf'))
  assert.match(text, /reading config file motd\n/)
  assert.doesNotMatch(text, /duplicate/)
})
