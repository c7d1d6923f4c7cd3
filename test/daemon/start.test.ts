import assert from 'node:assert/strict'
import {
  chmodSync,
  chownSync,
  constants,
  copyFileSync,
  cpSync,
  existsSync,
  mkdirSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { createServer } from 'node:net'
import { dirname, join } from 'node:path'
import { test } from 'node:test'
import { assertDone, assertRefused, Lab, type LabHost, program, until } from '../harness/lab.ts'
import { begin, type Run } from '../harness/run.ts'
import { isRoot } from '../support/tools.ts'

test('start, a second start, restart and stop say what they did', async (context) => {
  const lab = await Lab.of(context, 'alder')
  const [alder] = lab.hosts
  const first = assertDone(await alder!.run('start'))
  assert.match(first.stderr, /^isconf: the daemon answers: process \d+\n$/)
  const pid = alder!.pid()
  const second = assertDone(await alder!.run('start'))
  assert.equal(second.stderr, `isconf: the daemon is already running: process ${pid}\n`)
  assert.equal((await alder!.status()).pid, pid)
  assertDone(await alder!.run('restart'))
  assert.notEqual(alder!.pid(), pid)
  assert.match(assertDone(await alder!.run('stop')).stderr, /the daemon has stopped/)
  assert.match(assertDone(await alder!.run('stop')).stderr, /the daemon is not running/)
  assert.deepEqual(
    [existsSync(join(alder!.home, 'conf/.pid')), existsSync(join(alder!.home, 'conf/.ctl'))],
    [false, false],
  )
})

test('two starts at the same moment leave one daemon, and both say that it runs', async (context) => {
  const lab = await Lab.of(context, 'alder')
  const [alder] = lab.hosts
  const runs = await Promise.all([alder!.run('start'), alder!.run('start')])
  for (const run of runs) assert.match(assertDone(run).stderr, /the daemon (answers|is already running): process/)
  assert.equal((await alder!.status()).pid, alder!.pid())
})

test('a socket and a pid file that kill -9 left do not keep the next start away', async (context) => {
  const lab = await Lab.of(context, 'alder')
  const [alder] = lab.hosts
  await alder!.start()
  await killed(alder!)
  assert.ok(existsSync(join(alder!.home, 'conf/.ctl')) && existsSync(join(alder!.home, 'conf/.pid')))
  assertRefused(await alder!.run('status'), 223, 'the daemon is not running')
  assertDone(await alder!.run('start'))
  await killed(alder!)
  // The number of the daemon that was is that of another process now.
  writeFileSync(join(alder!.home, 'conf/.pid'), `${process.pid} 1@some-boot\n`)
  assertDone(await alder!.run('start'))
  assert.equal((await alder!.status()).pid, alder!.pid())
})

test('a current directory that is gone is no trouble for what needs none, and named by what needs one', async (context) => {
  const lab = await Lab.of(context, 'alder')
  const [alder] = lab.hosts
  await lab.start()
  const inGone = (...words: readonly string[]): Promise<Run> => {
    const script = 'mkdir gone && cd gone && rmdir ../gone && exec "$@"'
    const argv = ['/bin/sh', '-c', script, 'sh', process.execPath, program, '-c', alder!.mainCfPath, ...words]
    return begin(argv, { cwd: alder!.path('tmp'), env: alder!.variables() }).done
  }
  assert.match(assertDone(await inGone('status')).stdout, /^host {4}alder /)
  assertDone(await inGone('lock', 'from nowhere'))
  assertRefused(await inGone('exec', 'true'), 2, 'the current directory is not there any more', 'cd /')
})

test('a domain that is no name is refused at the start', async (context) => {
  const lab = await Lab.of(context, 'alder')
  const [alder] = lab.hosts
  writeFileSync(join(alder!.home, 'conf/domain'), 'not a name\n')
  assertRefused(await alder!.run('start'), 22, `${alder!.home}/conf/domain:1`, 'not a name')
  writeFileSync(join(alder!.home, 'conf/domain'), 'lab.example.com\n')
  assertDone(await alder!.run('start'))
})

test('a mistake in main.cf is named with file and line, by every verb', async (context) => {
  const lab = await Lab.of(context, 'alder')
  const [alder] = lab.hosts
  writeFileSync(alder!.mainCfPath, '# hosts\nalder:\n  IS_PORT = many\n')
  for (const verb of ['start', 'status']) {
    assertRefused(await alder!.run(verb), 22, `${alder!.mainCfPath}:3: IS_PORT must be a port`, '"many"')
  }
  writeFileSync(alder!.mainCfPath, 'alder: birhc\n')
  assertRefused(await alder!.run('start'), 22, `${alder!.mainCfPath}:1: no stanza to include: birhc`)
})

test('start says that the port is taken, and works when it is free again', async (context) => {
  const lab = await Lab.of(context, 'alder')
  const [alder] = lab.hosts
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(alder!.port, alder!.address, resolve))
  assertRefused(await alder!.run('start'), 223, `port ${alder!.port} on ${alder!.address} is taken`, 'IS_PORT')
  assert.equal(alder!.pid(), undefined)
  await new Promise((resolve) => server.close(resolve))
  assertDone(await alder!.run('start'))
})

test('a start that failed leaves no process behind', async (context) => {
  const lab = await Lab.of(context, 'alder')
  const [alder] = lab.hosts
  mkdirSync(join(alder!.home, 'branches/generic/journal'), { recursive: true })
  assertRefused(await alder!.run('start'), 223, 'branches/generic/journal')
  rmSync(join(alder!.home, 'branches'), { recursive: true })
  // It would still have the port.
  assertDone(await alder!.run('start'))
})

test('a home that cannot be written is named', async (context) => {
  const lab = await Lab.of(context, 'alder')
  const [alder] = lab.hosts
  if (!isRoot) {
    chmodSync(join(alder!.home, 'conf'), 0o500)
    const run = await alder!.run('start')
    chmodSync(join(alder!.home, 'conf'), 0o700)
    assertRefused(run, 223, alder!.home, 'IS_HOME')
    return
  }
  const nobody = 65_534
  const command = publicCommandOf(lab)
  chmodSync(lab.directory, 0o755)
  const asNobody = (...words: readonly string[]): Promise<Run> =>
    begin([...command, '-c', alder!.mainCfPath, ...words], {
      cwd: '/',
      env: alder!.variables(),
      uid: nobody,
      gid: nobody,
    }).done
  assertRefused(await asNobody('start'), 223, alder!.home, 'IS_HOME')
  // Not even to be looked into.
  chmodSync(join(alder!.home, 'conf'), 0o700)
  assertRefused(await asNobody('start'), 223, alder!.home, 'IS_HOME')
  await alder!.start()
  chmodSync(alder!.home, 0o700)
  assertRefused(await asNobody('status'), 223, alder!.home)
  await alder!.stop()
  // Below a home that is not there and cannot be made.
  alder!.env['IS_HOME'] = '/no-such-home/is'
  assertRefused(await asNobody('start'), 223, '/no-such-home/is', 'IS_HOME')
})

test('a home whose name is too long for a socket is refused', async (context) => {
  const lab = await Lab.of(context, 'alder')
  const [alder] = lab.hosts
  alder!.env['IS_HOME'] = join(lab.directory, 'x'.repeat(90))
  alder!.env['IS_DOMAIN'] = 'lab.example.com'
  assertRefused(await alder!.run('start'), 22, 'is too long', 'IS_HOME')
})

test('a plain user can run a host of their own', {
  skip: !isRoot && 'a plain user runs all of these tests anyhow',
}, async (context) => {
  const lab = await Lab.of(context, 'alder')
  const [alder] = lab.hosts
  const nobody = 65_534
  const command = publicCommandOf(lab)
  chmodSync(lab.directory, 0o755)
  for (const path of [alder!.home, join(alder!.home, 'conf'), alder!.root, alder!.path('tmp')])
    chownSync(path, nobody, nobody)
  const asNobody = (...words: readonly string[]): Promise<Run> =>
    begin([...command, '-c', alder!.mainCfPath, ...words], {
      cwd: alder!.path('tmp'),
      env: alder!.variables(),
      uid: nobody,
      gid: nobody,
    }).done
  for (const words of [['start'], ['lock', 'mine'], ['exec', 'touch', 'made'], ['ci'], ['stop']])
    assertDone(await asNobody(...words))
  assert.ok(alder!.has('tmp/made'))
})

/** `isconf` where every user can run it: root's clone may be where nobody else may look, with the Node in it. */
function publicCommandOf(lab: Lab): readonly string[] {
  const directory = join(lab.directory, 'program')
  mkdirSync(directory)
  chmodSync(directory, 0o755)
  cpSync(dirname(program), directory, { recursive: true, filter: (path) => !path.endsWith('/compiled') })
  const node = join(directory, 'node')
  copyFileSync(process.execPath, node, constants.COPYFILE_FICLONE)
  return [node, join(directory, 'main.js')]
}

async function killed(host: LabHost): Promise<void> {
  host.kill9()
  await until(() => host.pid() === undefined, 'the daemon is gone')
}
