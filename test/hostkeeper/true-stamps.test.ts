/** A stamp that is there says that its step is done, whatever its recipe did and whatever ended it. */
import assert from 'node:assert/strict'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { assertDone, assertNoTrace, until } from '../harness/run.ts'
import { testWith } from '../support/tools.ts'
import { type MakeHost, makeHost, stateInMake } from './make-host.ts'

const makeTest = testWith('make')

/** `c` makes something of its own name and then fails; a and b are done before. */
const packages = (lines: string, more = ''): string => `all: a b c
a b:
\t@echo doing $@
\t@touch $@
c:
\t@echo doing $@
\t${lines.replaceAll('\n', '\n\t')}
${more}`

const failing = `test -e ${stateInMake}/mended`

for (const [what, lines, more] of [
  ['a file', `echo x > $@\n${failing}`, ''],
  ['a file that .PRECIOUS keeps', `echo x > $@\n${failing}`, '.PRECIOUS: c\n'],
  ['a directory', `mkdir $@ && echo x > $@/y\n${failing}`, ''],
  ['a link', `command -p ln -s ${stateInMake} $@\n${failing}`, ''],
  ['a stamp in front of what fails in the same line', `touch $@ && ${failing}`, ''],
] as const) {
  makeTest(`a step that makes ${what} of its name and then fails is done again`, async (t) => {
    const host = makeHost(t, { 'hosts.conf': 'DEFAULT: A=b\n', 'packages.conf': packages(lines, more) })
    for (let boots = 0; boots < 2; boots += 1) {
      const failed = await host.run(['run', 'BOOT'])
      assert.equal(failed.status, 2, failed.stderr)
      assert.match(failed.stderr, /make failed at c with status 2/)
      assert.deepEqual(host.stampNames(), ['a', 'b'])
    }
    writeFileSync(join(host.state, 'mended'), '')
    assert.match(assertDone(await host.run(['run', 'BOOT'])).stdout, /^doing c$/m)
    assert.doesNotMatch(assertDone(await host.run(['run', 'BOOT'])).stdout, /doing/)
  })
}

makeTest('a target of a group is done again when the step that makes all of them fails', async (t) => {
  const text = `all: x\nx y &:\n\ttouch y x\n\t${failing}\n`
  const host = makeHost(t, { 'hosts.conf': 'DEFAULT: A=b\n', 'packages.conf': text })
  assert.equal((await host.run(['run', 'BOOT'])).status, 2)
  assert.deepEqual(host.stampNames(), [])
})

for (const [what, text] of [
  ['.IGNORE:', '.IGNORE:\nall: a\na:\n\tfalse\n\ttouch $@\n'],
  ['.ONESHELL:', '.ONESHELL:\nall: a\na:\n\tfalse\n\ttouch $@\n'],
  ['MAKEFLAGS with -k', 'MAKEFLAGS += -k\nall: a\na:\n\ttouch $@\n'],
  ['MAKEFLAGS with -t', 'MAKEFLAGS += --touch\nall: a\na:\n\tfalse\n'],
] as const) {
  makeTest(`${what} is refused by lint, and by run before anything is done`, async (t) => {
    const host = makeHost(t, { 'hosts.conf': 'DEFAULT: A=b\n', 'packages.conf': text })
    const linted = await host.run(['lint', host.tree])
    assert.equal(linted.status, 1, linted.stdout)
    assert.ok(`${linted.stdout}${linted.stderr}`.includes(what), linted.stdout)
    const run = await host.run(['run', 'BOOT'])
    assert.equal(run.status, 22, run.stderr)
    assert.ok(run.stderr.includes(what), run.stderr)
    assert.deepEqual(host.stampNames(), [])
  })
}

makeTest('.ONESHELL with a shell that ends at the first failure is taken', async (t) => {
  const text = '.ONESHELL:\n.SHELLFLAGS = -ec\nall: a\na:\n\ttrue\n\ttouch $@\n'
  const host = makeHost(t, { 'hosts.conf': 'DEFAULT: A=b\n', 'packages.conf': text })
  assertDone(await host.run(['run', 'BOOT']))
  assert.deepEqual(host.stampNames(), ['a'])
})

makeTest('lint warns of a stamp that is made before its step is done', async (t) => {
  const host = makeHost(t, { 'hosts.conf': 'DEFAULT: A=b\n', 'packages.conf': packages('echo x > $@\nfalse') })
  const { stdout, stderr } = await host.run(['lint', host.tree])
  assert.match(`${stdout}${stderr}`, /packages\.conf:6: .*c: the stamp is there before all is done/)
})

makeTest('what a recipe calls as a make of its own is no step, and is told which step it belongs to', async (t) => {
  const lines = `$(MAKE) -f $(dir $(MAKEFILE))sub.mk\n${failing}\ntouch $@`
  const host = makeHost(t, {
    'hosts.conf': 'DEFAULT: A=b\n',
    'packages.conf': packages(lines),
    'sub.mk': 'sub:\n\t@echo sub of $$HOSTKEEPER_STEP\n',
  })
  const failed = await host.run(['run', 'BOOT'])
  assert.match(failed.stdout, /^sub of c$/m)
  assert.match(failed.stderr, /make failed at c with status 2/)
})

makeTest('a step that takes longer than HOSTKEEPER_STEP_TIMEOUT is ended, named, and not done', async (t) => {
  const host = makeHost(t, { 'hosts.conf': 'DEFAULT: A=b\n', 'packages.conf': packages('touch $@\nsleep 60') })
  const run = await host.run(['run', 'BOOT'], { HOSTKEEPER_STEP_TIMEOUT: '1' })
  assert.equal(run.status, 2, run.stderr)
  assert.match(run.stderr, /error: c took longer than 1 seconds \(HOSTKEEPER_STEP_TIMEOUT\)/)
  assert.deepEqual(host.stampNames(), ['a', 'b'])
  assert.match(assertDone(await host.run(['status'])).stdout, /^ {2}\S+Z {2}failed {2}BOOT/m)
})

makeTest('the log of a run tells when each step began, and how long it took', async (t) => {
  const host = makeHost(t, { 'hosts.conf': 'DEFAULT: A=b\n', 'packages.conf': packages('touch $@') })
  assertDone(await host.run(['run', 'BOOT']))
  const status = JSON.parse(assertDone(await host.run(['status', '--json'])).stdout) as { runs: { log: string }[] }
  const log = readFileSync(status.runs[0]?.log ?? '', 'utf8')
  const steps = [...log.matchAll(/^(\d{4}-\S+Z) +\d+\.\d\d s {2}(\S+)$/gm)]
  const begun = steps.map(([, time]) => time)
  assert.deepEqual(
    steps.map(([, , name]) => name),
    ['a', 'b', 'c'],
  )
  assert.deepEqual(begun, [...begun].sort())
})

async function killedInC(host: MakeHost, lines: string): Promise<void> {
  host.write({ 'packages.conf': packages(lines) })
  const { child, done } = host.begin(['run', 'BOOT'])
  await until(() => existsSync(join(host.state, 'there')), 'c is under way')
  const status = assertDone(await host.run(['status'])).stdout
  assert.match(status, /^step +c, since \d{4}-.*Z$/m)
  assert.match(status, /^ {2}\S+Z {2}under way {2}BOOT/m)
  assert.match(status, /^stamps +2$/m)
  const group = readFileSync(join(host.home, 'lock.make'), 'utf8').split(' ')[0]
  child.kill('SIGKILL')
  process.kill(-Number(group), 'SIGKILL')
  await done
}

makeTest(
  'a step whose stamp was there already when all of its run was killed is done again, and no other',
  async (t) => {
    const host = makeHost(t, { 'hosts.conf': 'DEFAULT: A=b\n' })
    await killedInC(host, `touch $@ ${stateInMake}/there\ntest -e ${stateInMake}/mended || sleep 60`)
    assert.deepEqual(host.stampNames(), ['a', 'b', 'c'])
    const { stdout } = assertDone(await host.run(['status']))
    assert.match(stdout, /^to be done +c$/m)
    assert.match(stdout, /^ {2}\S+Z {2}killed {2}BOOT/m)
    writeFileSync(join(host.state, 'mended'), '')
    const again = assertDone(await host.run(['run', 'BOOT']))
    assertNoTrace(again)
    assert.match(again.stderr, /the last run has no end, .* are done again: c$/m)
    assert.deepEqual(again.stdout.match(/^doing .*$/gm), ['doing c'])
    assert.doesNotMatch(assertDone(await host.run(['run', 'BOOT'])).stderr, /no end/)
  },
)

makeTest('where hostkeeper alone is killed, and make comes to its end, nothing is done again', async (t) => {
  const host = makeHost(t, { 'hosts.conf': 'DEFAULT: A=b\n' })
  host.write({
    'packages.conf': packages(
      `touch ${stateInMake}/there\nwhile test ! -e ${stateInMake}/mended; do sleep 0.05; done\ntouch $@`,
    ),
  })
  const { child, done } = host.begin(['run', 'BOOT'])
  await until(() => existsSync(join(host.state, 'there')), 'c is under way')
  child.kill('SIGKILL')
  await done
  writeFileSync(join(host.state, 'mended'), '')
  await until(async () => (await host.run(['run', 'BOOT'])).status === 0, 'make has ended')
  assert.doesNotMatch(assertDone(await host.run(['run', 'BOOT'])).stdout, /doing/)
  assert.deepEqual(host.stampNames(), ['a', 'b', 'c'])
})
