/** Stamps: what is done again, with what, and what a run that went wrong must not make forgotten. */
import assert from 'node:assert/strict'
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import type { TestContext } from 'node:test'
import { bootId } from '../../src/base/boot.io.ts'
import { progressLine, progressName } from '../../src/hostkeeper/make/progress.ts'
import { assertDone, assertNoTrace, type Run } from '../harness/run.ts'
import { testWith } from '../support/tools.ts'
import { type MakeHost, makeHost, stateInMake } from './make-host.ts'

const test = testWith('make')

/** c needs b, which needs a; d needs nothing. A step fails while there is a file of its name beside the host. */
const packages = `all: $(PACKAGES)
a b c d etc/e:
\t@echo doing $@
\t@test ! -e ${stateInMake}/broken-$(notdir $@)
\t@touch $@
b: a
c: b
`

async function doneHost(t: TestContext, text = packages, words = 'a b c d'): Promise<MakeHost> {
  const host = makeHost(t, { 'hosts.conf': `DEFAULT: PACKAGES="${words}"\n`, 'packages.conf': text })
  assertDone(await host.run(['run']))
  return host
}

const doings = ({ stdout }: Run): readonly string[] =>
  stdout.split('\n').flatMap((line) => (line.startsWith('doing ') ? [line.slice(6)] : []))

const nextBoot = async (host: MakeHost): Promise<readonly string[]> =>
  doings(assertDone(await host.run(['run', 'BOOT'])))

/** As a person does it. */
const removeByHand = (host: MakeHost, name: string): void => rmSync(join(host.stamps, name))

function setBroken(host: MakeHost, step: string, isBroken: boolean): void {
  const path = join(host.state, `broken-${step}`)
  if (isBroken) writeFileSync(path, '')
  else rmSync(path)
}

interface Status {
  readonly pending: { readonly steps: readonly string[]; readonly everyRun: readonly string[] }
}

async function pendingOf(host: MakeHost): Promise<readonly string[]> {
  const { stdout } = assertDone(await host.run(['status', '--json']))
  return (JSON.parse(stdout) as Status).pending.steps
}

test('a stamp that somebody removes has its step done again and what needs it, and nothing else', async (t) => {
  const host = await doneHost(t)
  assert.deepEqual(await nextBoot(host), [])
  removeByHand(host, 'b')
  assert.deepEqual(await pendingOf(host), ['b', 'c'])
  assert.deepEqual(await nextBoot(host), ['b', 'c'])
  assert.deepEqual(await nextBoot(host), [])
})

test('what needs a step that was done again is not forgotten when only that step was asked for', async (t) => {
  const host = await doneHost(t)
  removeByHand(host, 'a')
  assert.deepEqual(doings(assertDone(await host.run(['run', 'a', 'd']))), ['a'])
  assert.deepEqual(await pendingOf(host), ['b', 'c'])
  assertDone(await host.run(['run', 'd']))
  assert.deepEqual(await nextBoot(host), ['b', 'c'])
})

test('what a failed run left to be done again is not forgotten after another that succeeds', async (t) => {
  const host = await doneHost(t)
  removeByHand(host, 'a')
  setBroken(host, 'b', true)
  const failed = await host.run(['run', 'BOOT'])
  assert.deepEqual([failed.status, doings(failed)], [2, ['a', 'b']])
  assertDone(await host.run(['run', 'd']))
  assertDone(await host.run(['run', 'a']))
  setBroken(host, 'b', false)
  assert.deepEqual(await nextBoot(host), ['b', 'c'])
})

test('a stamp that the run does not come to stays while what it needs is not done', async (t) => {
  const host = await doneHost(t)
  removeByHand(host, 'a')
  assertDone(await host.run(['run', 'd']))
  assert.deepEqual(host.stampNames(), ['b', 'c', 'd'])
  assert.deepEqual(await nextBoot(host), ['a', 'b', 'c'])
})

test('times do not count: a step that needs a younger one is not done again', async (t) => {
  const host = await doneHost(t)
  const old = new Date('2001-06-08T16:18:19Z')
  utimesSync(join(host.stamps, 'c'), old, old)
  utimesSync(join(host.stamps, 'b'), new Date(), new Date())
  assert.deepEqual(await nextBoot(host), [])
  const times = ['a', 'b', 'c', 'd'].map((name) => statSync(join(host.stamps, name)).mtimeMs)
  assert.equal(new Set(times).size, 1)
})

test('stamps shows when each step was done, whatever touches there were since', async (t) => {
  const host = await doneHost(t)
  const before = assertDone(await host.run(['stamps', '--json'])).stdout
  const { stamps } = JSON.parse(before) as { stamps: readonly { name: string; done: string }[] }
  assert.deepEqual(
    stamps.map(({ name }) => name),
    ['a', 'b', 'c', 'd'],
  )
  await nextBoot(host)
  await nextBoot(host)
  assert.equal(assertDone(await host.run(['stamps', '--json'])).stdout, before)
  removeByHand(host, 'c')
  await nextBoot(host)
  const after = assertDone(await host.run(['stamps'])).stdout
  assert.deepEqual(
    after.split('\n').map((line) => line.slice(-1)),
    ['a', 'b', 'd', 'c', ''],
  )
})

test('a need behind | is no reason to do a step again, and a phony one always is', async (t) => {
  const text = `${packages}.PHONY: always\nalways:\n\t@echo doing $@\nd: | a\n`
  const host = await doneHost(t, text)
  removeByHand(host, 'a')
  assert.deepEqual(await nextBoot(host), ['a', 'b', 'c'])
  host.write({ 'packages.conf': `${text}c: always\n` })
  assert.deepEqual(await nextBoot(host), ['always', 'c'])
  assert.deepEqual(await nextBoot(host), ['always', 'c'])
})

test('a group that needs a step brings those that need the group', async (t) => {
  const host = await doneHost(t, `${packages}group: a\nd: group\n`, 'd')
  // A group leaves no stamp, so make does again what needs it, at every run.
  assert.deepEqual(await nextBoot(host), ['d'])
})

test('the stamp of a target with directories finds them made', async (t) => {
  const host = await doneHost(t, packages, 'etc/e')
  assert.ok(existsSync(join(host.stamps, 'etc/e')))
  assert.deepEqual(await nextBoot(host), [])
  assertDone(await host.run(['stamps', 'remove', 'etc/e']))
  assert.deepEqual(await nextBoot(host), ['etc/e'])
})

test('a step is not done at every run because make has removed what a chain of pattern rules made for it', async (t) => {
  const chain = ['pkg-%: get-%', 'get-%: a'].map((head) => `${head}\n\t@echo doing $@\n\t@touch $@\n`).join('')
  const host = await doneHost(t, `${packages}${chain}`, 'pkg-1 d')
  assert.deepEqual(host.stampNames(), ['a', 'd', 'pkg-1'])
  assert.deepEqual(await pendingOf(host), [])
  assert.deepEqual(await nextBoot(host), [])
  removeByHand(host, 'a')
  assert.deepEqual(await nextBoot(host), ['a', 'get-1', 'pkg-1'])
  removeByHand(host, 'pkg-1')
  assert.deepEqual(await nextBoot(host), ['get-1', 'pkg-1'])
  assert.deepEqual(doings(assertDone(await host.run(['run', 'get-1']))), ['get-1'])
})

test('the time of a file that is no step does not count, in a plan or in a run', async (t) => {
  const host = makeHost(t, {
    'hosts.conf': 'DEFAULT: PACKAGES=d\n',
    'packages.conf': `${packages}d: ${stateInMake}/file\n`,
  })
  const file = join(host.state, 'file')
  assert.equal((await host.run(['run'])).status, 2, 'a file that is not there is an error')
  writeFileSync(file, '')
  assertDone(await host.run(['run']))
  const later = statSync(join(host.stamps, 'd')).mtimeMs / 1000 + 86_400
  utimesSync(file, later, later)
  assert.doesNotMatch(assertDone(await host.run(['plan'])).stdout, /doing/)
  assert.deepEqual(await nextBoot(host), [])
})

test('what needs a target of a group is done again when another of the group is missing', async (t) => {
  const group = 'x y &: a\n\t@echo doing x\n\t@touch x y\nz: y\n\t@echo doing $@\n\t@touch $@\n'
  const host = await doneHost(t, `${packages}${group}`, 'x z d')
  removeByHand(host, 'x')
  assertDone(await host.run(['run', 'x']))
  assert.deepEqual(await nextBoot(host), ['z'])
})

test('the stamp of a pattern rule with directories finds them made', async (t) => {
  const host = await doneHost(t, `${packages}pkg/%: a\n\t@echo doing $@\n\t@touch $@\n`, 'pkg/1')
  assert.deepEqual(await nextBoot(host), [])
  assert.ok(existsSync(join(host.stamps, 'pkg/1')))
})

test('what lies in the way among the stamps fails the step concerned alone', async (t) => {
  const host = await doneHost(t)
  writeFileSync(join(host.stamps, 'ntp'), '')
  symlinkSync('nowhere', join(host.stamps, 'link'))
  host.write({ 'packages.conf': `${packages}ntp/4 ntp/4/5:\n\t@touch $@\n` })
  removeByHand(host, 'a')
  assert.deepEqual(await nextBoot(host), ['a', 'b', 'c'])
  const run = await host.run(['run', 'ntp/4'])
  assert.equal(run.status, 2, run.stderr)
  assertNoTrace(run)
})

test('a stamp of a pattern rule is done again with what the pattern needs', async (t) => {
  const host = await doneHost(t, `${packages}pkg-%: a\n\t@echo doing $@\n\t@touch $@\n`, 'pkg-1 pkg-2 d')
  removeByHand(host, 'a')
  assert.deepEqual(await nextBoot(host), ['a', 'pkg-1', 'pkg-2'])
})

test('no rule that make has built in makes a stamp out of another', async (t) => {
  // For `x` without a recipe make would know: cat x.sh > x; chmod a+x x.
  const host = await doneHost(t, `${packages}x: x.sh\nx.sh:\n\t@touch $@\n`, 'x')
  await nextBoot(host)
  assert.deepEqual(host.stampNames(), ['x.sh'])
})

test('stamps remove says what will be done again, and it is', async (t) => {
  const host = await doneHost(t)
  const run = assertDone(await host.run(['stamps', 'remove', 'a']))
  assert.match(run.stderr, /does it again\nhostkeeper: and, because they need it: b, c\n/)
  assert.deepEqual(await nextBoot(host), ['a', 'b', 'c'])
})

for (const name of ['nope', '../tree/hosts.conf', '/etc/passwd', '.since', 'etc', '', 'a/../b']) {
  test(`stamps remove refuses ${JSON.stringify(name)}, and then removes none`, async (t) => {
    const host = await doneHost(t, packages, 'a b etc/e')
    const run = await host.run(['stamps', 'remove', 'a', name])
    assert.equal(run.status, 2, run.stderr)
    assertNoTrace(run)
    assert.match(run.stderr, /no such stamp: "/)
    assert.deepEqual(host.stampNames(), ['a', 'b'])
    assert.ok(existsSync(join(host.tree, 'hosts.conf')))
  })
}

test('stamps remove without a name is wrong use', async (t) => {
  const host = await doneHost(t)
  assert.equal((await host.run(['stamps', 'remove'])).status, 22)
})

test('stamps remove works also where packages.conf has a mistake', async (t) => {
  const host = await doneHost(t)
  host.write({ 'packages.conf': 'all:\n  oops\n' })
  const run = assertDone(await host.run(['stamps', 'remove', 'a']))
  assert.match(run.stderr, /what hangs on it cannot be told: .*packages\.conf:2/)
  assert.deepEqual(host.stampNames(), ['b', 'c', 'd'])
})

test('stamps remove --only has the step done again alone', async (t) => {
  const host = await doneHost(t)
  assertDone(await host.run(['stamps', 'remove', '--only', 'a']))
  // Not by a run that does not come to it.
  assertDone(await host.run(['run', 'd']))
  assert.match(assertDone(await host.run(['plan'])).stdout, /Done again alone, first:\n {2}a\n/)
  assert.deepEqual(await nextBoot(host), ['a'])
  assert.deepEqual(await nextBoot(host), [])
  removeByHand(host, 'a')
  assert.deepEqual(await nextBoot(host), ['a', 'b', 'c'])
})

test('stamps remove --only leaves alone only what needs that step alone', async (t) => {
  const host = await doneHost(t)
  assertDone(await host.run(['stamps', 'remove', '--only', 'b']))
  removeByHand(host, 'a')
  assert.deepEqual(await nextBoot(host), ['a', 'b', 'c'])
})

test('a step that is to be done again alone and fails stays so', async (t) => {
  const host = await doneHost(t)
  assertDone(await host.run(['stamps', 'remove', '--only', 'a']))
  setBroken(host, 'a', true)
  assert.equal((await host.run(['run', 'BOOT'])).status, 2)
  setBroken(host, 'a', false)
  assert.deepEqual(await nextBoot(host), ['a'])
  assert.deepEqual(await nextBoot(host), [])
})

test('stamps remove takes back an --only', async (t) => {
  const host = await doneHost(t)
  assertDone(await host.run(['stamps', 'remove', '--only', 'a']))
  writeFileSync(join(host.stamps, 'a'), '')
  assertDone(await host.run(['stamps', 'remove', 'a']))
  assert.deepEqual(await nextBoot(host), ['a', 'b', 'c'])
})

test('clean removes stamps that packages.conf has no target for and logs that are too many, and -n only shows them', async (t) => {
  const host = await doneHost(t)
  host.write({ 'packages.conf': packages.replace('a b c d', 'a b c'), 'hosts.conf': 'DEFAULT: PACKAGES="a b c"\n' })
  mkdirSync(join(host.stamps, 'etc'), { recursive: true })
  writeFileSync(join(host.stamps, 'etc/gone'), '')
  await nextBoot(host)
  const shown = assertDone(await host.run(['clean', '-n'], { HOSTKEEPER_LOGS: '1' })).stdout
  assert.match(shown, /^d\netc\/gone\n\S+-default\.log\n$/)
  assert.deepEqual(host.stampNames(), ['a', 'b', 'c', 'd'])
  assert.equal(assertDone(await host.run(['clean'], { HOSTKEEPER_LOGS: '1' })).stdout, shown)
  assert.deepEqual(host.stampNames(), ['a', 'b', 'c'])
  assert.ok(!existsSync(join(host.stamps, 'etc/gone')))
  assert.deepEqual(await nextBoot(host), [])
})

test('status shows the tree, the stamps, what is to be done, the runs, and what the boot hook left', async (t) => {
  const host = await doneHost(t, `${packages}e:\n\t@echo doing $@\n`, 'a b e')
  const { stdout } = assertDone(await host.run(['status']))
  for (const line of [
    /^tree +\/.*\/tree$/m,
    /^boot +right; \d+ seconds ago, at \S+Z$|^boot +right; a moment ago/m,
    /^stamps +2$/m,
    /^Stamps:\n {2}\S+Z {2}[ab]\n {2}\S+Z {2}[ab]$/m,
    /^to be done +nothing$/m,
    /^at every run +e$/m,
    /^ {2}\S+Z {2}done {2}all targets {2}\S+-default\.log$/m,
  ]) {
    assert.match(stdout, line)
  }
  const one = assertDone(await host.run(['status', '-n', '1'])).stdout
  assert.match(one, /^Last stamps \(hostkeeper stamps shows all\):\n {2}\S+Z {2}[ab]\n$/m)
  const { stamps } = JSON.parse(assertDone(await host.run(['status', '--json'])).stdout) as { stamps: object[] }
  assert.deepEqual(
    stamps.map((stamp) => Object.keys(stamp)),
    [
      ['name', 'done'],
      ['name', 'done'],
    ],
  )
  host.write({ 'hosts.conf': 'DEFAULT: PACKAGES=exclude\n' })
  assert.match(assertDone(await host.run(['status'])).stdout, /excluded: PACKAGES=exclude/)
  rmSync(host.tree, { recursive: true })
  assert.match(assertDone(await host.run(['status'])).stdout, /to be done +unknown: cannot read/)
})

test('status runs no line of a recipe, not even one that make runs when it only tells', async (t) => {
  const lines = `\t+echo plus >> ${stateInMake}/run\n\techo '$(MAKE)' >> ${stateInMake}/run\n\t@touch $@\n`
  const host = makeHost(t, { 'hosts.conf': 'DEFAULT: A=b\n', 'packages.conf': `all: a\na:\n${lines}` })
  assert.deepEqual(await pendingOf(host), ['a'])
  assert.ok(!existsSync(join(host.state, 'run')))
  assertDone(await host.run(['run']))
  assert.equal(readFileSync(join(host.state, 'run'), 'utf8'), 'plus\nmake\n')
})

test('the stamps keep nothing of a run but names: the record says which a run made', async (t) => {
  const host = await doneHost(t)
  removeByHand(host, 'b')
  await nextBoot(host)
  const last = readFileSync(join(host.home, 'runs'), 'utf8').trimEnd().split('\n').at(-1) ?? ''
  assert.deepEqual((JSON.parse(last) as { made: unknown }).made, ['b', 'c'])
})

test('a run leaves make alone only where make would read the same again, and say nothing', async (t) => {
  const host = await doneHost(t, packages, 'a')
  const run = async (): Promise<string> => assertDone(await host.run(['run'])).stdout
  const logOf = (): string => {
    const logs = join(host.home, 'log')
    return readFileSync(join(logs, readdirSync(logs).sort().at(-1) ?? ''), 'utf8')
  }
  await run()
  assert.match(logOf(), /make is not started/)
  // A program that a variable of conf/OS.mk runs.
  host.write({ 'conf/linux.mk': 'SAYS = $(shell echo said >&2)\n', 'packages.conf': `X := $(SAYS)\n${packages}` })
  assert.match(await run(), /^said$/m)
  host.write({ 'conf/linux.mk': '', 'packages.conf': `${packages}a:\n\t@touch $@\n` })
  assert.match(await run(), /warning: overriding recipe for target 'a'/)
  // The stamp of a step that a run without an end has left is taken away after make has seen it.
  host.write({ 'packages.conf': `all: a $(if $(wildcard d),,c)\n${packages.replace('all: $(PACKAGES)\n', '')}` })
  writeFileSync(join(host.stamps, 'd'), '')
  writeFileSync(join(host.stamps, progressName), `${progressLine.run(bootId())}begin 1 d\n`)
  assert.match(await run(), /^doing c$/m)
})
