/** Listing 2 of the paper, as it is, under the real GNU make. */
import assert from 'node:assert/strict'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { assertDone } from '../harness/run.ts'
import { namesIn } from '../support/files.ts'
import { testWith } from '../support/tools.ts'
import { listing, type MakeHost, makeHost } from './make-host.ts'

const makeTest = testWith('make')

const bank = 'http://isconf/pkgbank'
const ntp = [
  'service ntpd stop',
  'rpm -q ntp-4.0.99k-15',
  `rpm -Uvh ${bank}/ntp-4.0.99k-15.i386.rpm`,
  'ntpdate ntp',
  'chkconfig --add ntpd',
  'service ntpd start',
  'touch ntp-4.0.99k-15',
]
const rpm = (name: string): readonly string[] => [
  `rpm -q ${name}`,
  `rpm -Uvh ${bank}/${name}.i386.rpm`,
  `touch ${name}`,
]
const everyRun = ['isync -o etc/ntp.conf', 'service ntpd restart']
const golden = [
  ...ntp,
  ...rpm('tcsh-6.10-1'),
  ...rpm('cvs-1.10.8-8'),
  ...rpm('wget-1.5.3-10'),
  'rpm -q openssh-2.5.2p2-1.7.2',
  `rpm -Uvh ${bank}/openssh-2.5.2p2-1.7.2.i386.rpm ${bank}/openssh-server-2.5.2p2-1.7.2.i386.rpm ${bank}/openssh-clients-2.5.2p2-1.7.2.i386.rpm`,
  'service sshd restart',
  'touch openssh-all-2.5.2p2-1.7.2',
  'isync -o etc/rc.d/init.d/ntpclock',
  'chkconfig --add ntpclock',
  'service ntpd restart',
  'touch ntpclock-2',
  'chkconfig --level 2345 ntpd on',
  'service ntpd restart',
  'touch enable-ntp-3',
  ...everyRun,
  ...rpm('cvs-1.11-3'),
]

makeTest(
  'run does Listing 2 on scramjet in the golden order, and then only the step that leaves no stamp',
  async (t) => {
    const host = makeHost(t)
    assertDone(await host.run(['run', 'BOOT']))
    assert.deepEqual(host.calls(), golden)
    host.forgetCalls()
    assertDone(await host.run(['run', 'BOOT']))
    assert.deepEqual(host.calls(), everyRun)
  },
)

/** What the programs were told by a run of these words on a new host. */
async function callsOf(t: TestContext, words: readonly string[], env: NodeJS.ProcessEnv = {}): Promise<Calls> {
  const host = makeHost(t)
  assertDone(await host.run(['run', ...words], env))
  return { host, calls: host.calls() }
}

interface Calls {
  readonly host: MakeHost
  readonly calls: readonly string[]
}

makeTest('HOSTNAME and PKGBANK, which packages.conf sets to nothing, have the values of the host', async (t) => {
  const { calls } = await callsOf(t, ['t7a-ntp-conf-1.0-2.sh'])
  const script = [`exech ${bank}/t7a-ntp-conf-1.0-2.sh`, 'ln -fs /etc/ntp.conf.scramjet /etc/ntp.conf']
  assert.deepEqual(calls, [...ntp, ...script, 'service ntpd restart', 'touch t7a-ntp-conf-1.0-2.sh'])
})

makeTest('a script package has a step for each revision, and the second does not undo the first', async (t) => {
  const { host } = await callsOf(t, ['t7a-ntp-conf-1.0-1.sh'])
  host.forgetCalls()
  assertDone(await host.run(['run', 't7a-ntp-conf-1.0-1.sh', 't7a-ntp-conf-1.0-2.sh']))
  assert.deepEqual(host.calls()[0], `exech ${bank}/t7a-ntp-conf-1.0-2.sh`)
  assert.deepEqual(host.calls().at(-1), 'touch t7a-ntp-conf-1.0-2.sh')
})

makeTest('all does what PACKAGES of the host names, and nothing else', async (t) => {
  const host = makeHost(t, { 'hosts.conf': 'DEFAULT: PACKAGES=wget-1.5.3-10 PKGBANK=http://isconf/pkgbank\n' })
  assertDone(await host.run(['run']))
  assert.deepEqual(host.calls(), rpm('wget-1.5.3-10'))
})

test('PACKAGES=exclude is caught before make: said, with exit status 0, and nothing but that is written', async (t) => {
  const host = makeHost(t)
  const run = assertDone(await host.run(['run', 'BOOT'], { IS_HOSTNAME: 'voyager' }))
  assert.match(run.stderr, /^hostkeeper: this host is excluded from configuration management: .*hosts\.conf:\d+\n$/)
  assert.deepEqual(host.calls(), [])
  assert.deepEqual(namesIn(host.home), ['boot', 'tree'])
  assert.match(readFileSync(join(host.home, 'boot'), 'utf8'), /excluded/)
})

makeTest('the exclude stanza says who is excluded, and fails', async (t) => {
  const run = await makeHost(t).run(['run', 'exclude'])
  assert.equal(run.status, 2)
  assert.match(run.stdout, /^excluding scramjet from configuration management -- exiting\.\.\.$/m)
  assert.match(run.stdout, /Error 127/)
})

makeTest('a superpackage goes on behind a backslash and may hold another', async (t) => {
  const { calls } = await callsOf(t, ['Block00'])
  const { calls: nested } = await callsOf(t, ['Block00-cron'])
  assert.deepEqual(nested, everyRun)
  assert.deepEqual(calls, golden.slice(0, -rpm('cvs-1.11-3').length))
})

makeTest('the generic rpm installer leaves an installed package alone, and notes it as done', async (t) => {
  const host = makeHost(t)
  writeFileSync(join(host.state, 'installed/wget-1.5.3-10'), '')
  assertDone(await host.run(['run', 'wget-1.5.3-10']))
  assert.deepEqual(host.calls(), ['rpm -q wget-1.5.3-10', 'touch wget-1.5.3-10'])
})

makeTest('the generic executor fetches a script from the package bank, runs it, and is not done again', async (t) => {
  const { host, calls } = await callsOf(t, ['foo'])
  assert.deepEqual(calls, [`exech ${bank}/foo`, 'touch foo'])
  host.forgetCalls()
  assertDone(await host.run(['run', 'foo']))
  assert.deepEqual(host.calls(), [])
})

makeTest('one step may install several packages, and asks for one of them', async (t) => {
  const host = makeHost(t)
  writeFileSync(join(host.state, 'installed/openssh-2.5.2p2-1.7.2'), '')
  assertDone(await host.run(['run', 'openssh-all-2.5.2p2-1.7.2']))
  const restarted = ['service sshd restart', 'touch openssh-all-2.5.2p2-1.7.2']
  assert.deepEqual(host.calls(), ['rpm -q openssh-2.5.2p2-1.7.2', ...restarted])
})

makeTest('etc/ntp.conf is installed by isync at every run, and leaves no stamp', async (t) => {
  const { host, calls } = await callsOf(t, ['etc/ntp.conf'])
  assert.deepEqual(calls, everyRun)
  assertDone(await host.run(['run', 'etc/ntp.conf']))
  assert.deepEqual(host.calls(), [...everyRun, ...everyRun])
  assert.ok(!existsSync(join(host.stamps, 'etc/ntp.conf')))
})

makeTest('a line that begins with - may fail, any other ends the run', async (t) => {
  await callsOf(t, ['ntp-4.0.99k-15'], { FAIL: 'service ntpd stop' })
  const host = makeHost(t)
  const failed = await host.run(['run', 'ntp-4.0.99k-15'], { FAIL: 'chkconfig --add ntpd' })
  assert.equal(failed.status, 2)
  assert.deepEqual(host.calls(), ntp.slice(0, 5))
})

makeTest('a comment inside a recipe does nothing', async (t) => {
  const { calls } = await callsOf(t, ['ntp-4.0.99k-15'])
  assert.deepEqual(calls, ntp)
})

makeTest('a step brings what it needs, once, and its number is its revision', async (t) => {
  const { host, calls } = await callsOf(t, ['ntpclock-2'])
  assert.deepEqual(calls.slice(0, ntp.length + 1), [...ntp, 'isync -o etc/rc.d/init.d/ntpclock'])
  host.write({ 'packages.conf': listing('packages.conf').replaceAll('ntpclock-2', 'ntpclock-3') })
  host.forgetCalls()
  assertDone(await host.run(['run', 'ntpclock-3']))
  assert.deepEqual(host.calls().at(0), 'isync -o etc/rc.d/init.d/ntpclock')
  assert.deepEqual(host.calls().at(-1), 'touch ntpclock-3')
})

makeTest('a rule without a recipe adds to what a step needs', async (t) => {
  const { calls } = await callsOf(t, ['cvs-1.10.8-8'])
  assert.deepEqual(calls, [...rpm('tcsh-6.10-1'), ...rpm('cvs-1.10.8-8')])
})

makeTest('targets are stamps in the directory where make runs; a new version is a new target', async (t) => {
  const host = makeHost(t, { 'hosts.conf': 'DEFAULT: PACKAGES=wget-1.5.3-10 PKGBANK=http://isconf/pkgbank\n' })
  assertDone(await host.run(['run']))
  host.write({
    'hosts.conf': 'DEFAULT: PACKAGES=wget-1.5.3-11 PKGBANK=http://isconf/pkgbank\n',
    'packages.conf': listing('packages.conf').replaceAll('wget-1.5.3-10', 'wget-1.5.3-11'),
  })
  host.forgetCalls()
  assertDone(await host.run(['run']))
  assert.deepEqual(host.calls(), rpm('wget-1.5.3-11'))
  assert.deepEqual(host.stampNames(), ['wget-1.5.3-10', 'wget-1.5.3-11'])
})

makeTest('make reads the very packages.conf of the tree', async (t) => {
  const { host } = await callsOf(t, ['BOOT'])
  assert.equal(readFileSync(join(host.tree, 'packages.conf'), 'utf8'), listing('packages.conf'))
  assertDone(await host.run(['lint']))
})
