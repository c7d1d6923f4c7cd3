/** The daemon as service managers run it: in the foreground, with their signals, their log and their word of readiness. */
import assert from 'node:assert/strict'
import { existsSync, mkdirSync, readFileSync, renameSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { assertDone, assertRefused, begin, Lab, type LabHost, program, until } from '../harness/lab.ts'
import { ran, unlessRootHas } from '../support/tools.ts'

async function oneHost(t: TestContext): Promise<{ lab: Lab; alder: LabHost; bin: string }> {
  const lab = await Lab.of(t, 'alder')
  const alder = lab.hosts[0] as LabHost
  const bin = join(lab.directory, 'bin')
  mkdirSync(bin)
  return { lab, alder, bin }
}

/** Why programs of the system can't be others for one daemon alone. */
const unlessReplaceable = unlessRootHas('unshare', 'mount') || whatTheKernelRefuses()

function whatTheKernelRefuses(): string | false {
  const { status, text } = ran('unshare', '--mount', 'mount', '--bind', '/usr/local/sbin', '/usr/local/sbin')
  return status === 0 ? false : `the kernel refuses namespaces: ${text.trim()}`
}

/** Makes a program that the daemon finds before the system's of that name: it looks in the same directories, whatever PATH says. */
function putBefore(alder: LabHost, bin: string, name: string, script: string): void {
  writeFileSync(join(bin, name), `#!/bin/sh\n${script}`, { mode: 0o755 })
  mounting(alder, bin, '/usr/local/sbin')
}

/** Has the host's commands see what is at one path at another one. */
function mounting(alder: LabHost, from: string, at: string): void {
  const script = 'mount --bind "$1" "$2" && shift 2 && exec "$@"'
  alder.inside = (argv) => ['unshare', '--mount', 'sh', '-c', script, 'sh', from, at, ...argv]
}

function textOf(path: string): string {
  return existsSync(path) ? readFileSync(path, 'utf8') : ''
}

async function untilAnswers(alder: LabHost): Promise<void> {
  await until(async () => (await alder.run('status')).status === 0, 'the daemon answers')
}

test('a service manager hears when the daemon answers, reads its configuration again, and stops', {
  skip: unlessReplaceable,
}, async (t) => {
  const { lab, alder, bin } = await oneHost(t)
  const told = join(lab.directory, 'told')
  // Readiness is said when the daemon answers, and not before.
  putBefore(alder, bin, 'systemd-notify', `[ -S ${alder.home}/conf/.ctl ] && echo "$NOTIFY_SOCKET $*" >> ${told}\n`)
  const env = { NOTIFY_SOCKET: '/run/some/socket' }
  const daemon = alder.begin({ env }, 'daemon')
  await until(() => textOf(told) === '/run/some/socket --ready\n', 'the manager is told')
  await alder.does('lock', 'look')
  const seen = await alder.does('exec', 'sh', '-c', 'echo "$(printenv NOTIFY_SOCKET || echo none) $IS_EXEC"')
  assert.equal(seen.stdout, 'none 1\n')
  daemon.child.kill('SIGHUP')
  await until(() => textOf(told).split('\n').length === 4, 'the manager is told of the reload')
  daemon.child.kill('SIGTERM')
  assertDone(await daemon.done)
  const words = textOf(told).trim().split('\n')
  const all = ['--ready', 'RELOADING=1', '--ready', 'STOPPING=1'].map((word) => `/run/some/socket ${word}`)
  // The last word is said while the socket goes away.
  assert.deepEqual(words.slice(0, 3), all.slice(0, 3))
})

test('a manager that does not listen does not keep the daemon from running', { skip: unlessReplaceable }, async (t) => {
  const { alder, bin } = await oneHost(t)
  putBefore(alder, bin, 'systemd-notify', 'exit 1\n')
  const daemon = alder.begin({ env: { NOTIFY_SOCKET: '/no/such' } }, 'daemon')
  await untilAnswers(alder)
  await until(() => alder.log().includes('systemd-notify failed'), 'the log says so')
  daemon.child.kill('SIGTERM')
  assertDone(await daemon.done)
})

test('SIGTERM abandons a running exec cleanly: nothing is recorded, and the work before it is kept', async (t) => {
  const { alder } = await oneHost(t)
  const daemon = alder.begin({}, 'daemon')
  await untilAnswers(alder)
  await alder.does('lock', 'two steps')
  await alder.does('exec', 'touch', 'first')
  const running = alder.begin({}, 'exec', 'sh', '-c', 'touch begun; exec sleep 1000')
  await until(() => alder.has('tmp/begun'), 'the command runs')
  daemon.child.kill('SIGTERM')
  assertRefused(await running.done, 2, 'was stopped', 'nothing is recorded')
  assertDone(await daemon.done)
  await alder.start()
  const { work, lock } = await alder.status()
  assert.deepEqual(work?.operations, ['exec touch first'])
  assert.equal(lock?.message, 'two steps')
  await alder.does('ci')
})

test('SIGTERM abandons a running up cleanly: the next up begins with the operation that was stopped', async (t) => {
  const lab = await Lab.of(t, 'alder', 'birch')
  const [alder, birch] = lab.hosts as readonly [LabHost, LabHost]
  await alder.start()
  const daemon = birch.begin({}, 'daemon')
  await untilAnswers(birch)
  await lab.untilMet()
  await alder.does('lock', 'two steps')
  await alder.does('exec', 'sh', '-c', 'echo 1 >> steps')
  await alder.does(
    'exec',
    'sh',
    '-c',
    'touch begun; test "$HOSTNAME" = alder || test -e go || exec sleep 1000; echo 2 >> steps',
  )
  await alder.does('ci')
  const running = birch.begin({}, 'up')
  await until(() => birch.has('tmp/begun'), 'the command runs')
  daemon.child.kill('SIGTERM')
  assertRefused(await running.done, 2, 'was')
  assertDone(await daemon.done)
  birch.write('tmp/go', '')
  await birch.start()
  assert.equal((await birch.status()).position, 1)
  await birch.does('up')
  assert.equal(birch.read('tmp/steps'), '1\n2\n')
})

test('isconf stop ends a daemon that a service manager runs, with status 0', async (t) => {
  const { alder } = await oneHost(t)
  const daemon = alder.begin({}, 'daemon')
  await untilAnswers(alder)
  await alder.does('stop')
  assertDone(await daemon.done)
})

test('isconf restart of a daemon that a service manager runs lets that start the next one', async (t) => {
  const { lab, alder } = await oneHost(t)
  const manager = join(lab.directory, 'manager')
  const command = `${process.execPath} ${program} -c ${alder.mainCfPath} daemon`
  writeFileSync(manager, `until ${command}; do [ $? = 75 ] || exit 1; echo again; done\n`)
  const env = { ...alder.variables(), NOTIFY_SOCKET: '/run/some/socket' }
  const managed = begin(['/bin/sh', manager], { cwd: '/', env })
  await untilAnswers(alder)
  const first = alder.pid()
  await alder.does('lock', 'kept')
  const { stderr } = await alder.does('restart')
  assert.match(stderr, /the daemon answers: process \d+\n$/)
  assert.notEqual(alder.pid(), first)
  assert.equal((await alder.status()).lock?.message, 'kept')
  await alder.does('stop')
  assert.equal((await managed.done).stdout, 'again\n')
})

test('a command that restarts or stops the daemon ends and is recorded, on origin and target, and then it is done', async (t) => {
  const lab = await Lab.of(t, 'alder', 'birch')
  const [alder, birch] = lab.hosts as readonly [LabHost, LabHost]
  await lab.start()
  const pids = [alder.pid(), birch.pid()]
  const own = join(lab.directory, 'own')
  // As a package's script, which says it of the host that it is on.
  writeFileSync(own, `#!/bin/sh\nexec ${process.execPath} ${program} -c $IS_HOME/../main.cf "$@"\n`, { mode: 0o755 })
  await alder.does('lock', 'restart')
  const { stderr } = await alder.does('exec', '--sh', `${own} restart && sleep 0.1 && echo restarted >> steps`)
  assert.match(stderr, /the daemon restarts when `isconf exec` has ended/)
  await alder.does('exec', '--sh', 'echo after >> steps')
  await alder.does('ci')
  assert.notEqual(alder.pid(), pids[0])
  assert.match((await birch.does('up')).stderr, /did 2 operations/)
  assert.equal(birch.read('tmp/steps'), 'restarted\nafter\n')
  assertDone(await birch.run('status'))
  assert.notEqual(birch.pid(), pids[1])
  await alder.does('lock', 'stop')
  // Without its environment it is known by who has started it.
  await alder.does('exec', '--sh', `env -u IS_EXEC ${own} stop && sleep 0.1 && echo stopped >> steps`)
  await until(() => alder.pid() === undefined, 'the daemon has stopped')
  await alder.start()
  assert.equal((await alder.status()).work?.operations.length, 1)
})

test('SIGHUP makes new variables count, and names what needs a restart', async (t) => {
  const { alder } = await oneHost(t)
  writeFileSync(alder.mainCfPath, 'alder:\n  ROLE = web\n')
  await alder.start()
  await alder.does('lock', 'look')
  const role = async (): Promise<string> => (await alder.does('exec', 'sh', '-c', 'echo "$ROLE"')).stdout
  assert.equal(await role(), 'web\n')
  writeFileSync(alder.mainCfPath, 'alder:\n  ROLE = db\n  IS_PORT = 1\n')
  hangUp(alder)
  const { warnings } = await untilWarned(alder)
  assert.deepEqual(warnings, ['IS_PORT has changed and counts after a restart: isconf restart'])
  assert.ok(alder.log().includes(warnings[0] as string))
  assert.equal(await role(), 'db\n')
})

test('SIGHUP with a mistake in main.cf keeps the configuration and says file and line', async (t) => {
  const { alder } = await oneHost(t)
  writeFileSync(alder.mainCfPath, 'alder:\n  ROLE = web\n')
  await alder.start()
  await alder.does('lock', 'look')
  const kept = join(alder.home, 'kept.cf')
  writeFileSync(kept, '')
  writeFileSync(alder.mainCfPath, 'alder:\n  ROLE = db\n  IS_OWNER = both\n')
  hangUp(alder)
  await until(() => alder.log().includes('the configuration stays as it was'), 'the log says so')
  assert.ok(alder.log().includes(`${alder.mainCfPath}:3: IS_OWNER must be name or numeric`))
  const status = await alder.run('-c', kept, 'status')
  assert.match(status.stdout, /^warning .*main\.cf:3: IS_OWNER .*the configuration is still the one before$/m)
  const { stdout } = await alder.run('-c', kept, 'exec', 'sh', '-c', 'echo "$ROLE"')
  assert.equal(stdout, 'web\n')
})

test('SIGHUP opens the log file again, and so does SIGUSR1', async (t) => {
  const { alder } = await oneHost(t)
  await alder.start()
  const path = join(alder.home, 'log/isconf.log')
  renameSync(path, `${path}.1`)
  hangUp(alder)
  await until(() => textOf(path).includes('read the configuration again'), 'the new file is written to')
  renameSync(path, `${path}.2`)
  process.kill(alder.pid() as number, 'SIGUSR1')
  await until(() => existsSync(path), 'there is a new file')
})

test('under systemd the log goes to the journal: lines with a priority on standard error, and no file', async (t) => {
  const { lab, alder } = await oneHost(t)
  alder.env['IS_LOG'] = ''
  const stderr = join(lab.directory, 'journal')
  writeFileSync(stderr, '')
  const { dev, ino } = statSync(stderr)
  const started = alder.variables()
  const command = `exec "$1" "$2" -c "$3" daemon 2> "${stderr}"`
  const argv = ['/bin/sh', '-c', command, 'sh', process.execPath, program, alder.mainCfPath]
  const daemon = begin(argv, { env: { ...started, JOURNAL_STREAM: `${dev}:${ino}` } })
  await untilAnswers(alder)
  daemon.child.kill('SIGTERM')
  assertDone(await daemon.done)
  assert.match(textOf(stderr), /^<6>the daemon answers pid=\d+ addresses=.*$/m)
  for (const line of textOf(stderr).trim().split('\n')) assert.match(line, /^<[2-7]>/)
  assert.ok(!existsSync(join(alder.home, 'log/isconf.log')))
})

test('a JOURNAL_STREAM that was only inherited does not send the log into nowhere', {
  skip: existsSync('/dev/log') && process.getuid?.() === 0 && 'this machine has a syslog',
}, async (t) => {
  const { alder } = await oneHost(t)
  alder.env['IS_LOG'] = ''
  alder.env['JOURNAL_STREAM'] = '8:12345'
  await alder.start()
  assert.ok(alder.log().includes('the daemon answers'))
})

test('syslog gets the log through logger, which may end or hang without harm', {
  skip: unlessReplaceable,
}, async (t) => {
  const { lab, alder, bin } = await oneHost(t)
  const got = join(lab.directory, 'syslog')
  const pids = join(lab.directory, 'pids')
  putBefore(alder, bin, 'logger', `echo "$$" >> ${pids}\necho "args $*" >> ${got}\nexec cat >> ${got}\n`)
  alder.env['IS_LOG'] = 'syslog'
  await alder.start()
  await until(() => /^<6>the daemon answers pid=/m.test(textOf(got)), 'the line arrives')
  assert.match(textOf(got), new RegExp(`^args -t isconf --id=${alder.pid()} --prio-prefix`))
  process.kill(Number(textOf(pids)), 'SIGKILL')
  // As soon as its end is noticed, the file takes what there is; then another logger is there.
  await until(() => {
    hangUp(alder)
    return alder.log().includes('read the configuration again')
  }, 'the file has it')
  await until(() => textOf(pids).trim().split('\n').length === 2, 'logger is started again')
  hangUp(alder)
  await until(() => textOf(got).includes('<6>read the configuration again'), 'the line arrives')
  await alder.does('stop')
  assert.match(textOf(got), /^<6>stopped$/m)
})

test('without logger, syslog falls back to the file', { skip: unlessReplaceable }, async (t) => {
  const { alder } = await oneHost(t)
  alder.env['IS_LOG'] = 'syslog'
  // What is no program is as good as none.
  mounting(alder, '/dev/null', ran('sh', '-c', 'command -v logger').text.trim() || '/dev/null')
  await alder.start()
  hangUp(alder)
  await until(() => alder.log().includes('read the configuration again'), 'the file has it')
})

test('the log cannot be sent to a file of any other name', async (t) => {
  const { alder } = await oneHost(t)
  assertRefused(await alder.runWith({ env: { IS_LOG: '/tmp/isconf.log' } }, 'start'), 22, 'IS_LOG must be auto')
})

function hangUp(host: LabHost): void {
  process.kill(host.pid() as number, 'SIGHUP')
}

/** The status, once the daemon has read its configuration again. */
async function untilWarned(host: LabHost): Promise<{ readonly warnings: readonly string[] }> {
  await until(async () => (await host.status()).warnings.length > 0, 'there is a warning')
  return host.status()
}

test('a command gives up on a daemon that hangs, and waits for one that is silent for long', async (t) => {
  const { alder } = await oneHost(t)
  await alder.start()
  alder.freeze()
  const env = { IS_TIMEOUT_CLI: '1' }
  assertRefused(await alder.runWith({ env }, 'status'), 223, 'the daemon has said nothing for 1 seconds')
  alder.thaw()
  await alder.does('lock', 'sleep')
  assertDone(await alder.runWith({ env: { IS_TIMEOUT_CLI: '6' } }, 'exec', 'sleep', '8'))
  assertRefused(await alder.runWith({ env: { IS_TIMEOUT_CLI: '0' } }, 'status'), 22, 'IS_TIMEOUT_CLI must be a number')
})
