/** ISconf upgraded through its own journal: an operation replaces the program of the daemon that runs it. */
import assert from 'node:assert/strict'
import { chmodSync, cpSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { before, type TestContext, test } from 'node:test'
import { buildInto } from '../../scripts/build.ts'
import { assertDone, begin, Lab, type LabHost, type Run, type Running, until } from '../harness/lab.ts'
import { temporaryDirectory } from '../support/files.ts'
import { networkOf, networkUser, unlessNetworkProcess } from '../support/network-process.ts'

const releases = { a: '5.0.0-a', b: '5.0.0-b' }
let built = ''

before(async (t) => {
  built = temporaryDirectory(t as TestContext)
  for (const [name, version] of Object.entries(releases)) await buildInto(join(built, name), { version })
})

interface Site {
  readonly lab: Lab
  readonly alder: LabHost
  /** Where the daemon's program is, and another one will be. */
  readonly place: string
  /** Types a command of that program. */
  readonly type: (...words: readonly string[]) => Promise<Run>
  readonly begin: (env: Readonly<Record<string, string>>, ...words: readonly string[]) => Running
}

async function siteOf(t: TestContext, ...names: readonly string[]): Promise<Site> {
  const lab = await Lab.of(t, ...names)
  const alder = lab.hosts[0] as LabHost
  const place = join(lab.directory, 'program/dist')
  mkdirSync(place, { recursive: true })
  writeFileSync(join(place, '../package.json'), '{"type":"module"}\n')
  cpSync(join(built, 'a'), place, { recursive: true })
  const start = (env: Readonly<Record<string, string>>, ...words: readonly string[]): Running =>
    begin([process.execPath, join(place, 'main.js'), '-c', alder.mainCfPath, ...words], {
      cwd: alder.path('tmp'),
      env: { ...alder.variables(), ...env },
    })
  return { lab, alder, place, type: (...words) => start({}, ...words).done, begin: start }
}

/** A script that does what a package manager does: the old files go, the new ones come. */
function installer(site: Site, from: string): string {
  const path = join(site.lab.directory, `install-${from}`)
  const source = join(built, from)
  // Only the host whose program it is has something to install.
  const script = `#!/bin/sh -e
echo "install \${IS_EXEC-0}" >> steps
[ "$HOSTNAME" = alder ] || exit 0
rm -rf ${site.place}/*
cp -r ${source}/* ${site.place}/
`
  writeFileSync(path, script)
  chmodSync(path, 0o755)
  return path
}

async function releaseOf(site: Site): Promise<string> {
  const run = assertDone(await site.type('status', '--json'))
  return (JSON.parse(run.stdout) as { release: string }).release
}

function historyOf(host: LabHost, event: string): readonly string[] {
  const lines = readFileSync(join(host.home, 'conf/history'), 'utf8').trim().split('\n')
  const events = lines.map((line) => JSON.parse(line) as { event: string; operation: string })
  return events.filter((one) => one.event === event).map(({ operation }) => operation.split(':')[1] ?? '')
}

test('up over an operation that installs another release carries on, and ends as that release', async (t) => {
  const site = await siteOf(t, 'alder', 'birch')
  const { alder, lab } = site
  const birch = lab.hosts[1] as LabHost
  await birch.start()
  await birch.does('lock', 'upgrade ISconf')
  await birch.does('exec', 'sh', '-c', 'echo before >> steps')
  await birch.does('exec', installer(site, 'b'))
  // Large enough that its hash is worth a thread, whose program is gone by now.
  birch.write('tmp/large', Buffer.alloc(3 * 1024 * 1024, 7))
  await birch.does('snap', 'large')
  await birch.does('exec', 'sh', '-c', 'echo after >> steps')
  await birch.does('ci')
  assertDone(await site.type('start'))
  await lab.untilMet()
  assert.equal(await releaseOf(site), releases.a)
  const before = alder.pid()
  const run = assertDone(await site.type('up'))
  assert.match(run.stderr, /did 4 operations/)
  // Whoever asks next waits for the daemon that is on its way, and is not told that there is none.
  await until(async () => (await releaseOf(site)) === releases.b, 'the new release runs')
  assert.notEqual(alder.pid(), before)
  assert.equal(alder.read('tmp/steps'), 'before\ninstall 1\nafter\n')
  assert.deepEqual(historyOf(alder, 'finished'), ['0', '1', '2', '3'])
  assert.deepEqual(historyOf(alder, 'started'), ['0', '1', '2', '3'])
  const { stderr } = assertDone(await site.type('up'))
  assert.match(stderr, /nothing to do; this host is level with branch generic \(4 operations\)/)
  assert.equal(await releaseOf(site), releases.b)
  assert.ok(!existsSync(join(alder.home, 'conf/.restarting')))
  assertDone(await site.type('stop'))
})

/** Makes of a built release one whose commands are recorded with a member that others do not know. */
function recordMore(directory: string): void {
  alter(directory, 'exec=strictObject({type:literal("exec"),', '$&since:exactOptional(literal("c")),')
  alter(directory, 'type:"exec",argv:[...request', 'type:"exec",since:"c",argv:[...request')
}

/** In whichever file of the bundle it is. */
function alter(directory: string, from: string, to: string): void {
  const paths = readdirSync(directory).flatMap((name) => (name.endsWith('.js') ? [join(directory, name)] : []))
  const path = paths.find((one) => readFileSync(one, 'utf8').includes(from))
  assert.ok(path, 'the bundle has what is to be altered')
  writeFileSync(path, readFileSync(path, 'utf8').replace(from, to))
}

test('a host of an older release does and hands on what stands before a newer operation, and gets there by the journal', async (t) => {
  const site = await siteOf(t, 'alder', 'birch', 'cedar')
  const { alder, lab } = site
  const [, birch, cedar] = lab.hosts as [LabHost, LabHost, LabHost]
  cpSync(join(built, 'b'), join(built, 'c'), { recursive: true })
  recordMore(join(built, 'c'))
  const newer = async (...words: readonly string[]): Promise<Run> => {
    const argv = [process.execPath, join(built, 'c/main.js'), '-c', birch.mainCfPath, ...words]
    return assertDone(await begin(argv, { cwd: birch.path('tmp'), env: birch.variables() }).done)
  }
  await newer('start')
  await cedar.start()
  await lab.untilMet(birch, cedar)
  await cedar.does('lock', 'upgrade ISconf')
  await cedar.does('exec', 'sh', '-c', 'echo before >> steps')
  await cedar.does('exec', installer(site, 'c'))
  await cedar.does('ci')
  await newer('up')
  await newer('lock', 'with the new release')
  await newer('exec', 'sh', '-c', 'echo after >> steps')
  await newer('ci')
  const refused = await cedar.run('up')
  assert.equal(refused.status, 1)
  const what = 'operation [0-9a-f]{12}:0 \\(exec, of a form that this release does not know\\)'
  assert.match(refused.stderr, new RegExp(`error: ${what} needs isconf 5.0.0-b or later, which recorded it\n`))
  assert.equal(cedar.read('tmp/steps'), 'before\ninstall 1\n')
  const { stdout } = await cedar.does('status')
  assert.match(
    stdout,
    /, 2 of 3 operations done: 1 to do\nstopped at \w+:0: it needs isconf 5.0.0-b or later, which recorded it\n/,
  )
  assert.match(
    (await cedar.run('up', '--dry-run')).stdout,
    /would fail before \w+:0, which only a later release of isconf/,
  )
  assert.match((await cedar.does('show', (await newer('log')).stdout.slice(0, 12))).stdout, /since +c\n/)
  // What cedar does not know it passes on.
  await newer('stop')
  assertDone(await site.type('start'))
  await lab.untilMet(alder, cedar)
  const up = assertDone(await site.type('up'))
  assert.match(up.stderr, /; continuing with the release that was just installed\n/)
  assert.match(up.stderr, /did 1 operation; this host is level with branch generic \(3 operations\)/)
  assert.equal(alder.read('tmp/steps'), 'before\ninstall 1\nafter\n')
  assert.deepEqual(historyOf(alder, 'started'), ['0', '1', '0'])
  assertDone(await site.type('stop'))
})

test('on the origin the work and the lock outlive the upgrade, and the next command waits for the new daemon', async (t) => {
  const site = await siteOf(t, 'alder')
  const { alder } = site
  assertDone(await site.type('start'))
  assertDone(await site.type('lock', 'upgrade ISconf'))
  assertDone(await site.type('exec', 'sh', '-c', 'echo before >> steps'))
  assertDone(await site.type('exec', installer(site, 'b')))
  assertDone(await site.type('exec', 'sh', '-c', 'echo after >> steps'))
  await until(async () => (await releaseOf(site)) === releases.b, 'the new release runs')
  const ci = assertDone(await site.type('ci'))
  assert.match(ci.stderr, /checked in [0-9a-f]+ on branch generic: 3 operations/)
  assert.equal(alder.read('tmp/steps'), 'before\ninstall 1\nafter\n')
  assert.deepEqual(historyOf(alder, 'made'), ['0', '1', '2'])
})

test('under a service manager the daemon ends with 75, to be started again', async (t) => {
  const site = await siteOf(t, 'alder')
  const daemon = site.begin({}, 'daemon')
  await until(async () => (await site.type('status')).status === 0, 'the daemon answers')
  assertDone(await site.type('lock', 'upgrade ISconf'))
  assertDone(await site.type('exec', installer(site, 'b')))
  const { status, stderr } = await daemon.done
  assert.equal(status, 75)
  assert.match(stderr, /^isconf: error: this daemon gives way to the next one\nisconf: hint: .*\n$/)
  // Whoever asks meanwhile waits until the manager has started the next one.
  const asked = site.begin({}, 'status', '--json')
  const next = site.begin({}, 'daemon')
  assert.equal((JSON.parse(assertDone(await asked.done).stdout) as { release: string }).release, releases.b)
  assertDone(await site.type('stop'))
  assertDone(await next.done)
})

test('a network process that ends once another release is installed takes its daemon over to that', {
  skip: await unlessNetworkProcess(),
}, async (t) => {
  const site = await siteOf(t, 'alder')
  const { alder, lab, place } = site
  chmodSync(lab.directory, 0o755)
  alder.env['IS_NETWORK'] = networkUser
  assertDone(await site.type('start'))
  const pid = alder.pid()
  rmSync(place, { recursive: true })
  cpSync(join(built, 'b'), place, { recursive: true })
  assert.equal(await releaseOf(site), releases.a)
  process.kill(networkOf(alder), 'SIGKILL')
  await until(async () => (await releaseOf(site)) === releases.b, 'the new release runs')
  assert.notEqual(alder.pid(), pid)
  assert.ok(networkOf(alder))
  assert.match(alder.log(), /the network process is of release 5\.0\.0-b, and this daemon of release 5\.0\.0-a/)
  assertDone(await site.type('stop'))
})

test('the same release installed again is no reason to restart', async (t) => {
  const site = await siteOf(t, 'alder')
  assertDone(await site.type('start'))
  const pid = site.alder.pid()
  assertDone(await site.type('lock', 'again'))
  assertDone(await site.type('exec', installer(site, 'a')))
  assertDone(await site.type('ci'))
  assert.equal(site.alder.pid(), pid)
  assert.deepEqual(
    readdirSync(join(site.alder.home, 'conf')).filter((name) => name === '.restarting'),
    [],
  )
})

test('a release that does not run is not gone over to', async (t) => {
  const site = await siteOf(t, 'alder')
  const { alder, place } = site
  assertDone(await site.type('start'))
  const pid = alder.pid()
  assertDone(await site.type('lock', 'break it'))
  const half = join(site.lab.directory, 'half')
  writeFileSync(half, `#!/bin/sh -e\ncp ${join(built, 'b')}/main.js ${place}/\nrm -f ${place}/chunk-*\n`)
  chmodSync(half, 0o755)
  assertDone(await site.type('exec', half))
  await until(() => alder.log().includes('replaced by one that does not run'), 'the log says so')
  assert.equal(alder.pid(), pid)
  // Mended from outside: the next operation's end is when it is seen.
  rmSync(place, { recursive: true })
  cpSync(join(built, 'b'), place, { recursive: true })
  assert.equal(await releaseOf(site), releases.a)
  assertDone(await site.type('exec', 'true'))
  await until(async () => (await releaseOf(site)) === releases.b, 'the new release runs')
})
