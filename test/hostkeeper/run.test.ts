/** The configuration manager: actions, what make is given, the record, and one run at a time. */
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { appendFileSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { TestContext } from 'node:test'
import { assertDone, assertNoTrace, type Run, until } from '../harness/run.ts'
import { namesIn } from '../support/files.ts'
import { testWith } from '../support/tools.ts'
import { type MakeHost, makeHost, stateInMake, type Tree } from './make-host.ts'

const test = testWith('make')

/** Each step says its name. */
const steps = (...names: readonly string[]): string =>
  `all: $(PACKAGES)\n${names.map((name) => `${name}:\n\t@echo doing $@\n\ttouch $@\n`).join('')}`

const hosts = (words: string): string => `DEFAULT: ${words}\n`

function hostWith(t: TestContext, words: string, packages: string, more: Tree = {}): MakeHost {
  return makeHost(t, { 'hosts.conf': hosts(words), 'packages.conf': packages, ...more })
}

const doings = ({ stdout }: Run): readonly string[] =>
  stdout.split('\n').flatMap((line) => (line.startsWith('doing ') ? [line.slice(6)] : []))

function assertRefused(run: Run, status: number, words: RegExp): void {
  assert.equal(run.status, status, run.stderr)
  assertNoTrace(run)
  assert.match(run.stderr, words)
}

interface RecordLine {
  readonly event: string
  readonly outcome?: string
  readonly status?: number | null
  readonly words?: readonly string[]
  readonly targets?: readonly string[]
  readonly made?: readonly string[]
  readonly log?: string
}

function recordOf(host: MakeHost): readonly RecordLine[] {
  const lines = readFileSync(join(host.home, 'runs'), 'utf8').split('\n').slice(0, -1)
  return lines.map((line) => JSON.parse(line) as RecordLine)
}

test('an action stands for the targets of its variable, whatever its name', async (t) => {
  const host = hostWith(t, 'PACKAGES=a BOOT="b c" WEEKLY=d', steps('a', 'b', 'c', 'd'))
  assert.deepEqual(doings(assertDone(await host.run(['run', 'BOOT']))), ['b', 'c'])
  assert.deepEqual(doings(assertDone(await host.run(['run', 'WEEKLY', 'PACKAGES']))), ['d', 'a'])
})

test('INSTALL, BOOT and CRON are the first target of packages.conf where the host does not say them', async (t) => {
  for (const action of ['INSTALL', 'BOOT', 'CRON']) {
    const host = hostWith(t, 'PACKAGES=a', steps('a', 'b'))
    assert.deepEqual(doings(assertDone(await host.run(['run', action]))), ['a'], action)
  }
  const host = hostWith(t, 'PACKAGES=a', steps('a'))
  assertRefused(await host.run(['run', 'CFCLUSTER']), 22, /"CFCLUSTER" is neither an action of this host nor a target/)
})

test('words that are no action are targets, and an action of a target’s name is the target', async (t) => {
  const host = hostWith(t, 'PACKAGES=a', steps('a', 'b', 'CRON'))
  assert.deepEqual(doings(assertDone(await host.run(['run', 'b', 'CRON']))), ['b', 'CRON'])
})

test('an action that holds nothing is nothing to do', async (t) => {
  const host = hostWith(t, 'PACKAGES=a CRON=', steps('a'))
  assert.match(assertDone(await host.run(['run', 'CRON'])).stderr, /nothing to do: CRON holds no target/)
  assert.deepEqual(host.stampNames(), [])
})

for (const [words, said] of [
  [['BOOT', 'b'], /"b": no action of this host, and cannot be mixed with "BOOT"/],
  [['BOOT', 'bb'], /"bb" is neither an action of this host nor a target/],
  [['a', 'bb', 'b'], /"bb" is neither/],
  [['a=1'], /"a=1" is neither/],
  [['-j4'], /hostkeeper run does not take "-j4"/],
] as const) {
  test(`run ${words.join(' ')} is refused before anything runs`, async (t) => {
    const host = hostWith(t, 'PACKAGES=a', steps('a', 'b'))
    assertRefused(await host.run(['run', ...words]), 22, said)
    assert.ok(!existsSync(join(host.stamps, 'a')))
    assert.ok(!existsSync(join(host.home, 'runs')))
  })
}

test('a word of PACKAGES or of an action that is no target is refused with its place, before anything runs', async (t) => {
  const host = hostWith(t, 'PACKAGES="a Wget-1" BOOT="b nope"', steps('a', 'b', 'wget-1'))
  const run = await host.run(['run'])
  assertRefused(run, 22, /hosts\.conf:1: PACKAGES names "Wget-1", which is not a target of packages\.conf/)
  assert.match(run.stderr, /did you mean wget-1\?/)
  assert.deepEqual(host.stampNames(), [])
  host.write({ 'hosts.conf': hosts('PACKAGES=a BOOT="b nope"') })
  assertRefused(await host.run(['run', 'BOOT']), 22, /hosts\.conf:1: BOOT names "nope"/)
  assert.deepEqual(host.stampNames(), [])
})

test('a mistake in packages.conf is told with file and line, before anything runs', async (t) => {
  const host = hostWith(t, 'PACKAGES=a', `${steps('a')}b:\n    echo without a tab\n`)
  assertRefused(await host.run(['run']), 22, /packages\.conf:6: missing separator/)
})

const showing = `all:\n\t@env | sort > ${stateInMake}/env\n\t@cat > ${stateInMake}/stdin\n\t@pwd > ${stateInMake}/pwd\n`

test('run sets up the surroundings of make, and writes them down for a shell', async (t) => {
  const host = hostWith(t, `PACKAGES=a ODD="it's \\"odd\\""`, `${showing}a:\n`)
  const caller = { MAKEFLAGS: '-j8 --shuffle', GNUMAKEFLAGS: '-j8', MAKELEVEL: '3', MAKEFILES: '/nowhere' }
  assertDone(await host.run(['run'], { ...caller, IS_HOSTNAME: 'scramjet.example.com' }))
  const env = new Map(
    readFileSync(join(host.state, 'env'), 'utf8')
      .split('\n')
      .map((line) => [line.replace(/=.*/, ''), line.replace(/^[^=]*=/, '')] as const),
  )
  const expected = {
    HOSTNAME: 'scramjet.example.com',
    DOMAIN: 'example.com',
    PLATFORM: 'linux_2.2.17-14_i686',
    OS: 'linux',
    OSVERSION: '2.2.17-14',
    HARDWARE: 'i686',
    ISCONFDIR: host.home,
    MAKEFILE: join(host.tree, 'packages.conf'),
    PACKAGES: 'a',
    ODD: `it's "odd"`,
    MAKELEVEL: '1',
  }
  for (const [name, value] of Object.entries(expected)) assert.equal(env.get(name), value, name)
  assert.doesNotMatch(env.get('MAKEFLAGS') ?? '', /j8|shuffle/)
  assert.ok(env.get('PATH')?.startsWith(`${host.tree}/bin:`))
  assert.equal(readFileSync(join(host.state, 'stdin'), 'utf8'), '')
  assert.equal(readFileSync(join(host.state, 'pwd'), 'utf8'), `${host.stamps}\n`)
  const script = '. "$0"; printf "%s|%s|%s" "$HOSTNAME" "$PACKAGES" "$ODD"'
  const { stdout } = spawnSync('sh', ['-c', script, join(host.home, 'etc/environment')], { encoding: 'utf8' })
  assert.equal(stdout, `scramjet.example.com|a|it's "odd"`)
})

test('conf/OS.mk beats packages.conf and is beaten by hosts.conf, also where targets are named', async (t) => {
  const packages = `BANK=\nSTEPS=none\nTEXT=\nall: $(STEPS)\n\t@echo '$(BANK) $(TEXT)'\nnone one two:\n\t@echo doing $@\n`
  const more = { 'conf/linux.mk': 'BANK = of-linux\nSTEPS = one\nTEXT := a $$dollar\n' }
  const host = hostWith(t, 'BANK=of-the-host', packages, more)
  const run = assertDone(await host.run(['run']))
  assert.deepEqual(doings(run), ['one'])
  assert.match(run.stdout, /^of-the-host a \$dollar$/m)
  host.write({ 'hosts.conf': hosts('STEPS=two') })
  const second = assertDone(await host.run(['run']))
  assert.deepEqual(doings(second), ['two'])
  assert.match(second.stdout, /^of-linux a \$dollar$/m)
})

test('a conf/OS.mk that packages.conf includes adds to what was set before, and is added to behind it', async (t) => {
  const packages = `STEPS = one\ninclude $(dir $(MAKEFILE))conf/$(OS).mk\nSTEPS += three\nall: $(STEPS)\none two three:\n\t@echo doing $@\n`
  const host = hostWith(t, 'X=y', packages, { 'conf/linux.mk': 'STEPS += two\n' })
  assert.deepEqual(doings(assertDone(await host.run(['run']))), ['one', 'two', 'three'])
})

test('run -n and NOOP=1 show what would be done, and nothing is written', async (t) => {
  const host = hostWith(t, 'PACKAGES=a', steps('a'))
  const shown = assertDone(await host.run(['run', '-n']))
  assert.equal(shown.stdout, 'echo doing a\ntouch a\n')
  assert.equal(assertDone(await host.run(['run'], { NOOP: '1' })).stdout, shown.stdout)
  assert.deepEqual(namesIn(host.home), ['tree'])
  assertDone(await host.run(['run'], { NOOP: '0' }))
  assert.deepEqual(host.stampNames(), ['a'])
})

test('-D and DEBUG=1 show the variables and why make does what it does', async (t) => {
  const host = hostWith(t, 'PACKAGES=a', steps('a', 'b'))
  const run = assertDone(await host.run(['-D', 'run']))
  assert.match(run.stderr, /^PACKAGES=a \(.*hosts\.conf:1\)$/m)
  assert.match(run.stdout, /packages\.conf:\d+: .*target 'a'/)
  assert.match(assertDone(await host.run(['run', 'b'], { DEBUG: '1' })).stdout, /packages\.conf:\d+: .*target 'b'/)
})

test('plan shows the entry, the variables with their places, the targets, and what make would do; nothing is written', async (t) => {
  const host = hostWith(t, 'PACKAGES=a BOOT=b', steps('a', 'b'))
  const plan = assertDone(await host.run(['plan', 'BOOT']))
  for (const line of [
    /^entry {2}DEFAULT$/m,
    /^ {2}BOOT=b +.*hosts\.conf:1$/m,
    /^ {2}HOSTNAME=scramjet +hostkeeper$/m,
    /^ {2}b$/m,
    /^ {2}touch b$/m,
  ]) {
    assert.match(plan.stdout, line)
  }
  const { targets, make, variables } = JSON.parse(assertDone(await host.run(['plan', '--json', 'BOOT'])).stdout) as {
    targets: unknown
    make: unknown
    variables: readonly { name: string; place: string }[]
  }
  assert.deepEqual([targets, make], [['b'], { status: 0, text: 'echo doing b\ntouch b\n' }])
  assert.match(variables.find(({ name }) => name === 'BOOT')?.place ?? '', /hosts\.conf:1$/)
  assert.deepEqual(namesIn(host.home), ['tree'])
})

test('what make writes comes to the terminal and into a log of the run, and the record has begin and end', async (t) => {
  const host = hostWith(t, 'PACKAGES=a', `${steps('a')}bad:\n\t@echo doing $@\n\t@echo no >&2\n\tfalse\n`)
  assertDone(await host.run(['run', 'BOOT']))
  const failed = await host.run(['run', 'bad'])
  assertRefused(failed, 2, /make failed at bad with status 2/)
  assert.match(failed.stdout, /doing bad\nno\n/)
  const [begun, ended, , end] = recordOf(host)
  assert.deepEqual([begun?.event, begun?.words, begun?.targets], ['start', ['BOOT'], ['all']])
  assert.deepEqual([ended?.event, ended?.outcome, ended?.status, ended?.made], ['end', 'done', 0, ['a']])
  assert.deepEqual([end?.outcome, end?.status, end?.made], ['failed', 2, []])
  const log = readFileSync(begun?.log ?? '', 'utf8')
  assert.match(log, /^hostkeeper \S+, \S+: BOOT -> all\n/)
  assert.match(log, /^doing a\ntouch a\nhostkeeper: the steps, /m)
  assert.match(log, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z +\d+\.\d\d s {2}a$/m)
})

test('a record whose last line is torn is read and goes on', async (t) => {
  const host = hostWith(t, 'PACKAGES=a', steps('a'))
  assertDone(await host.run(['run']))
  appendFileSync(join(host.home, 'runs'), '{"event":"sta')
  assertDone(await host.run(['status']))
  assertDone(await host.run(['run']))
  assert.equal(recordOf(host).length, 4)
})

test('the log goes elsewhere when its directory cannot be written, and that is said', async (t) => {
  const host = hostWith(t, 'PACKAGES=a', steps('a'))
  writeFileSync(join(host.home, 'log'), 'in the way')
  const run = assertDone(await host.run(['run']))
  const [, directory = ''] = /cannot write below .*: the log is in (\S+)\n/.exec(run.stderr) ?? []
  t.after(() => rmSync(directory, { recursive: true, force: true }))
  assert.match(readFileSync(recordOf(host)[0]?.log ?? '', 'utf8'), /doing a/)
  assert.ok(recordOf(host)[0]?.log?.startsWith(directory))
})

test('no more logs are kept than HOSTKEEPER_LOGS says', async (t) => {
  const host = hostWith(t, 'PACKAGES=a', steps('a', 'b', 'c'))
  for (const word of ['a', 'b', 'c']) assertDone(await host.run(['run', word], { HOSTKEEPER_LOGS: '2' }))
  assert.deepEqual(
    namesIn(join(host.home, 'log')).map((name) => name.replace(/.*-/, '')),
    ['b.log', 'c.log'],
  )
})

test('the log of a run stays where older ones have later names, as after a clock that was ahead', async (t) => {
  const host = hostWith(t, 'PACKAGES=a', steps('a'))
  mkdirSync(join(host.home, 'log'))
  writeFileSync(join(host.home, 'log/9999-a.log'), '')
  assertDone(await host.run(['run'], { HOSTKEEPER_LOGS: '1' }))
  assert.match(readFileSync(recordOf(host)[0]?.log ?? '', 'utf8'), /doing a/)
})

test('a run ends with make, also when a step has left a process behind that holds the output', async (t) => {
  const host = hostWith(t, '', `all:\n\tsleep 600 & echo $$! > ${stateInMake}/pid\n`)
  assertDone(await host.run(['run']))
  process.kill(Number(readFileSync(join(host.state, 'pid'), 'utf8')))
})

test('a run goes on to its end when nobody reads its output any more', async (t) => {
  const host = hostWith(t, 'PACKAGES="a b"', steps('a', 'b'))
  const running = host.begin(['run'])
  running.child.stdout?.destroy()
  assert.equal((await running.done).status, 0)
  assert.deepEqual(host.stampNames(), ['a', 'b'])
  assert.equal(recordOf(host).at(-1)?.outcome, 'done')
})

test('a run that fails says so by its status also when nobody reads its remarks', async (t) => {
  const host = hostWith(t, '', 'all:\n\tfalse\n')
  const running = host.begin(['run'])
  running.child.stderr?.destroy()
  assert.equal((await running.done).status, 2)
  assert.equal(recordOf(host).at(-1)?.outcome, 'failed')
})

/** A run whose third call waits until it is told to go on. */
async function waitingRun(host: MakeHost): Promise<ReturnType<MakeHost['begin']>> {
  const running = host.begin(['run', 'BOOT'], { KILL_AT: '3', KILL_WHAT: 'wait' })
  await until(() => host.calls().length === 3, 'the third call')
  return running
}

for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  test(`${signal} ends make and what it runs; that is recorded, and the next run goes on`, async (t) => {
    const host = makeHost(t)
    const running = await waitingRun(host)
    running.child.kill(signal)
    assertRefused(await running.done, 2, new RegExp(`make was ended by ${signal}`))
    assert.equal(recordOf(host).at(-1)?.outcome, 'interrupted')
    assert.deepEqual(host.stampNames(), [])
    assertDone(await host.run(['run', 'BOOT']))
    assert.equal(host.stampNames().length, 8)
  })
}

test('a run goes on to its end when the connection of its terminal breaks down', async (t) => {
  const host = makeHost(t)
  const running = await waitingRun(host)
  running.child.kill('SIGHUP')
  writeFileSync(join(host.state, 'go'), '')
  assertDone(await running.done)
  assert.equal(recordOf(host).at(-1)?.outcome, 'done')
})

test('a rule for any target serves the words that have no rule of their own', async (t) => {
  const host = hostWith(t, 'PACKAGES="a b"', `${steps('a')}%:\n\t@echo doing $@\n\ttouch $@\n`)
  // So also `all`, which has no recipe.
  assert.deepEqual(doings(assertDone(await host.run(['run']))), ['a', 'b', 'all'])
  assert.deepEqual(doings(assertDone(await host.run(['run', 'c', 'b']))), ['c'])
})

test('a run needs nothing of its caller, as at boot', async (t) => {
  const host = hostWith(t, 'PACKAGES=a', steps('a'))
  assertDone(await host.run(['run'], { PATH: undefined, HOME: undefined, LC_ALL: undefined, TZ: undefined }))
  assert.deepEqual(host.stampNames(), ['a'])
})

test('a second run is refused while one is under way, and status shows it', async (t) => {
  const host = makeHost(t)
  const running = await waitingRun(host)
  const words = new RegExp(`hostkeeper run BOOT is under way: process ${running.child.pid}, says .*/lock`)
  for (const verb of ['run', 'clean']) assertRefused(await host.run([verb]), 4, words)
  const status = assertDone(await host.run(['status']))
  assert.match(status.stdout, /under way {2}BOOT/)
  assertDone(await host.run(['plan']))
  writeFileSync(join(host.state, 'go'), '')
  assertDone(await running.done)
})

test('after hostkeeper was killed no second make starts until the first has ended', async (t) => {
  const host = makeHost(t)
  const running = await waitingRun(host)
  running.child.kill('SIGKILL')
  await running.done
  assertRefused(
    await host.run(['run']),
    4,
    /a make that was started by a killed hostkeeper is still running: process group \d+/,
  )
  assert.match(assertDone(await host.run(['status'])).stdout, /at work +make of a hostkeeper that was killed/)
  assert.equal(host.calls().length, 3)
  writeFileSync(join(host.state, 'go'), '')
  await until(async () => (await host.run(['run'])).status === 0, 'the end of the first make')
  assert.match(assertDone(await host.run(['status'])).stdout, /killed {2}BOOT/)
  assert.deepEqual(host.calls().filter((call) => call === 'touch ntp-4.0.99k-15').length, 1)
})
