import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import type { BranchRow, HostRow } from '../../src/control/index.ts'
import { assertDone, assertRefused, Lab, type LabHost, until } from '../harness/lab.ts'

test('only the host that ran fork moves; the others get the branch, and a second one follows by migrate', async (context) => {
  const lab = await Lab.of(context, 'alder', 'birch', 'cedar')
  const [alder, birch, cedar] = lab.hosts
  await lab.start()
  await changed(alder!, 'common')
  await birch!.does('up')
  await cedar!.does('up')
  await alder!.does('lock', 'before the fork')
  const forked = await alder!.does('fork', 'web')
  assert.match(forked.stderr, /forked web from generic, stored on 3 hosts; this host is now on branch web\n/)
  assert.deepEqual(await branchOfEach(lab.hosts), ['web', 'generic', 'generic'])
  assert.equal(journalOf(alder!, 'web'), journalOf(alder!, 'generic'))
  assert.equal((await alder!.status()).lock, null)
  for (const host of [birch!, cedar!]) {
    assert.equal(journalOf(host, 'web'), journalOf(alder!, 'web'), host.name)
    assert.equal((await host.status()).lock, null)
  }

  await changed(alder!, 'on-web')
  assert.match((await birch!.does('migrate', 'web')).stderr, /from branch generic to branch web: 1 operation to do\n/)
  await birch!.does('up')
  await changed(cedar!, 'on-generic')
  assert.equal(birch!.read('tmp/steps'), 'common\non-web\n')
  assert.equal(cedar!.read('tmp/steps'), 'common\non-generic\n')

  await birch!.does('restart')
  await lab.untilMet()
  assert.deepEqual(await branchOfEach(lab.hosts), ['web', 'web', 'generic'])
  await changed(birch!, 'more-on-web')
  await until(async () => (await alder!.status()).pending === 1, 'alder hears of the change on web')
  await alder!.does('up')
  assert.deepEqual([alder!.read('tmp/steps'), (await cedar!.status()).pending], [birch!.read('tmp/steps'), 0])
})

test('migrate is refused on a host that has done something since the fork, and names the first difference', async (context) => {
  const lab = await Lab.of(context, 'alder', 'birch')
  const [alder, birch] = lab.hosts
  await lab.start()
  await changed(alder!, 'common')
  await birch!.does('up')
  await alder!.does('fork', 'web')
  await changed(alder!, 'on-web')
  await changed(birch!, 'on-generic')
  const refused = await birch!.run('migrate', 'web')
  assertRefused(
    refused,
    1,
    'operation 2 is',
    /[0-9a-f]{12}:0 \(exec sh -c 'echo on-generic/,
    /'echo on-web >> steps'\) on web/,
  )
  assertRefused(await birch!.run('migrate', 'generic'), 22, 'birch is already on branch generic')
  assertRefused(await birch!.run('migrate', 'nowhere'), 22, 'no branch nowhere', 'isconf branches')
  assertRefused(await birch!.run('migrate', '../web'), 22, 'not a branch name: "../web"')
  assertRefused(await birch!.run('fork', 'generic'), 22, 'birch is already on branch generic')
  assertRefused(await birch!.run('fork', 'web'), 22, 'did you mean isconf migrate web?')
  await birch!.does('lock', 'more')
  await birch!.does('exec', 'true')
  for (const verb of ['fork', 'migrate']) {
    assertRefused(await birch!.run(verb, 'mail'), 1, 'luke@birch has 1 operation here', 'isconf ci')
  }
  assert.deepEqual(await branchOfEach(lab.hosts), ['web', 'generic'])
})

test('of hosts that fork to one name at the same moment exactly one gets it', async (context) => {
  const lab = await Lab.of(context, 'alder', 'birch', 'cedar')
  await lab.start()
  const runs = await Promise.all(lab.hosts.map((host) => host.run('fork', 'web')))
  const done = runs.filter(({ status }) => status === 0)
  assert.equal(done.length, 1, runs.map(({ stderr }) => stderr).join(''))
  for (const run of runs) if (run.status !== 0) assertRefused(run, 22, 'there is a branch web')
  assert.equal((await branchOfEach(lab.hosts)).filter((name) => name === 'web').length, 1)
})

test('branches and hosts show where everybody is, also with the network down', async (context) => {
  const lab = await Lab.of(context, 'alder', 'birch')
  const [alder, birch] = lab.hosts
  await lab.start()
  await changed(alder!, 'common')
  await birch!.does('up')
  await birch!.does('fork', 'web')
  await birch!.does('lock', 'on web')
  await until(async () => (await rows<BranchRow>(alder!, 'branches'))[1]?.lock !== null, 'alder hears of the lock')
  const branches = await rows<BranchRow>(alder!, 'branches')
  assert.deepEqual(
    branches.map(({ name, current, parent, hosts, operations, lock }) => [
      name,
      current,
      parent,
      hosts,
      operations,
      lock?.host,
    ]),
    [
      ['generic', true, null, ['alder'], 1, undefined],
      ['web', false, 'generic', ['birch'], 1, 'birch'],
    ],
  )
  const [here, there] = await rows<HostRow>(alder!, 'hosts')
  assert.deepEqual([here?.name, here?.here, here?.branch, here?.position], ['alder', true, 'generic', 1])
  assert.deepEqual([there?.name, there?.connected, there?.branch, there?.position], ['birch', true, 'web', 1])
  assert.equal(there?.release, here?.release)
  assert.equal(there?.peerId, (await birch!.status()).mesh.peerId)

  await birch!.stop()
  await until(async () => (await rows<HostRow>(alder!, 'hosts'))[1]?.connected === false, 'alder has lost birch')
  const [, gone] = await rows<HostRow>(alder!, 'hosts')
  assert.deepEqual([gone?.branch, gone?.position, gone?.address], ['web', 1, null])
  assert.match(gone?.seen ?? '', /^2\d{3}-/)
  assert.equal((await rows<BranchRow>(alder!, 'branches')).length, 2)
})

test('a split of a branch that no host is on is resolved by naming it', async (context) => {
  const lab = await Lab.of(context, 'alder', 'birch')
  const [alder, birch] = lab.hosts
  await apart(lab)
  for (const host of lab.hosts) {
    await changed(host, `${host.name}-first`)
    await host.does('fork', 'web')
    await host.does('fork', `${host.name}-only`)
  }
  await together(lab)
  await until(async () => (await rows<BranchRow>(alder!, 'branches')).some(isSplitWeb), 'alder knows that web is split')
  const head = (await rows<BranchRow>(alder!, 'branches')).find(isSplitWeb)?.head ?? ''
  assertRefused(await alder!.run('migrate', 'web'), 1, 'branch web is split', 'isconf resolve')
  assertRefused(await alder!.run('resolve', head, 'nowhere'), 22, 'no branch nowhere')
  assertDone(await alder!.run('resolve', head, 'web'))
  for (const host of [alder!, birch!]) {
    await until(async () => !(await rows<BranchRow>(host, 'branches')).some(isSplitWeb), `${host.name} hears of it`)
  }
})

function isSplitWeb({ name, split }: BranchRow): boolean {
  return name === 'web' && split
}

async function apart(lab: Lab): Promise<void> {
  for (const host of lab.hosts) {
    host.knows([host])
    await host.start()
  }
}

async function together(lab: Lab): Promise<void> {
  for (const host of lab.hosts) {
    host.knows(lab.hosts)
    await host.does('restart')
  }
  await lab.untilMet()
}

async function rows<Row>(host: LabHost, verb: string): Promise<readonly Row[]> {
  const { stdout } = await host.does(verb, '--json')
  return stdout
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as Row)
}

function branchOfEach(hosts: readonly LabHost[]): Promise<readonly string[]> {
  return Promise.all(hosts.map(async (host) => (await host.status()).branch))
}

function journalOf(host: LabHost, branch: string): string {
  return readFileSync(join(host.home, 'branches', branch, 'journal'), 'utf8')
}

async function changed(host: LabHost, message: string): Promise<void> {
  await host.does('lock', message)
  await host.does('exec', 'sh', '-c', `echo ${message} >> steps`)
  await host.does('ci')
}
