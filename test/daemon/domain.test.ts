/** A host that has no domain, gets one, or was in a wrong one. */
import assert from 'node:assert/strict'
import { appendFileSync, chmodSync, existsSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import type { WaitingStatus } from '../../src/control/index.ts'
import { assertDone, assertRefused, Lab, type LabHost, labDomain, until } from '../harness/lab.ts'

test('a host without a domain runs its daemon, says so everywhere, and begins with isconf init', async (t) => {
  const alder = (await Lab.of(t, 'alder')).hosts[0] as LabHost
  rmSync(domainOf(alder))
  const started = await alder.does('start')
  const missing = `no domain is set on alder: looked in ${alder.home}/conf/domain, main.cf and IS_DOMAIN`
  const hint = 'name it: isconf init DOMAIN'
  assert.match(started.stderr, /the daemon answers: process \d+\n/)
  assert.ok(started.stderr.includes(`isconf: waiting: ${missing}\nisconf: hint: ${hint}\n`), started.stderr)
  assert.ok((await alder.does('status')).stdout.includes(`waiting ${missing}\nhint    ${hint}\n`))
  const status = JSON.parse((await alder.does('status', '--json')).stdout) as WaitingStatus
  assert.deepEqual([status.domain, status.waiting.code], [null, 'DOMAIN_MISSING'])
  assert.ok(alder.log().includes(missing) && alder.log().includes(hint))
  for (const words of [['lock', 'a change'], ['snap', 'x'], ['exec', 'true'], ['ci'], ['up'], ['fork', 'web'], ['log']])
    assertRefused(await alder.run(...words), 22, missing, hint)

  const run = assertDone(await alder.run('init', 'example.com'))
  assert.match(run.stdout, /^this host is in the domain example\.com .*\ncreated the secret key .*\n/)
  assert.match(run.stdout, /ssh HOST isconf init example\.com --key - < .*conf\/hmac_keys\n$/)
  assert.equal(run.stderr, 'isconf: the daemon takes part in the domain example.com\n')
  assert.match(readFileSync(keysOf(alder), 'utf8'), /^[0-9a-f]{40}\n$/)
  assert.equal(statSync(keysOf(alder)).mode & 0o777, 0o600)
  const now = await alder.status()
  assert.deepEqual([now.pid, now.domain.name, now.mesh.authenticated], [status.pid, 'example.com', true])
  await alder.does('lock', 'a change')
  assertRefused(await alder.run('init', 'example.org'), 22, 'is already in the domain example.com', 'isconf leave')
  const keys = join(alder.root, 'other-keys')
  writeFileSync(keys, `${'x'.repeat(40)}\n`)
  assertRefused(await alder.run('init', 'example.com', '--key', keys), 22, `put them into ${keysOf(alder)}`)
  assert.equal(readFileSync(domainOf(alder), 'utf8'), 'example.com\n')
})

test('the key that init made lets another host in, from its place or from standard input', async (t) => {
  const lab = await Lab.of(t, 'alder', 'birch', 'cedar')
  const [alder, birch, cedar] = lab.hosts as [LabHost, LabHost, LabHost]
  for (const host of lab.hosts) rmSync(domainOf(host))
  // Before any daemon runs.
  assert.match((await alder.does('init', labDomain)).stderr, /the daemon is not running; start it: isconf start/)
  const input = readFileSync(keysOf(alder), 'utf8')
  const joined = assertDone(await birch.runWith({ input }, 'init', labDomain, '--key', '-'))
  assert.match(joined.stdout, /\nstored the key that you gave \(.*\)\n$/)
  writeFileSync(keysOf(cedar), input, { mode: 0o600 })
  assert.match((await cedar.does('init', labDomain)).stdout, /\nkept the key that was there/)
  await lab.start()
})

test('init writes nothing that it would have to replace, and nothing for what is no domain or no key', async (t) => {
  const alder = (await Lab.of(t, 'alder')).hosts[0] as LabHost
  rmSync(domainOf(alder))
  assertRefused(await alder.run('init'), 22, 'no domain given')
  assertRefused(await alder.run('init', '../x'), 22, 'takes a domain name, not')
  assertRefused(await alder.run('init', 'a.b', 'c.d'), 22, 'c.d')
  assertRefused(await alder.run('init', 'a.b', '--key', 'gone'), 2, 'no such file: gone')
  assertRefused(await alder.runWith({ input: '# none\n' }, 'init', 'a.b', '--key', '-'), 22, 'it contains no key')
  assertRefused(await alder.runWith({ input: 'a#b\n' }, 'init', 'a.b', '--key', '-'), 22, 'must not hold #')
  writeFileSync(keysOf(alder), `${'k'.repeat(20)}\n`, { mode: 0o600 })
  const other = `${'o'.repeat(20)}\n`
  assertRefused(
    await alder.runWith({ input: other }, 'init', 'a.b', '--key', '-'),
    1,
    'already contains other keys',
    keysOf(alder),
  )
  assert.deepEqual([existsSync(domainOf(alder)), readFileSync(keysOf(alder), 'utf8')], [false, `${'k'.repeat(20)}\n`])
  writeFileSync(alder.mainCfPath, 'DEFAULT:\n\tIS_DOMAIN = example.org\n')
  assertRefused(await alder.run('init', 'a.b'), 22, 'already in the domain example.org', `${alder.mainCfPath}:2`)
})

test('a host that was in a wrong domain keeps nobody from going on, says what it waits for, and gets out of it', async (t) => {
  const lab = await Lab.of(t, 'alder', 'birch')
  const [alder, birch] = lab.hosts as [LabHost, LabHost]
  writeFileSync(domainOf(birch), 'exampel.com\n')
  await birch.start()
  await birch.does('lock', 'in the wrong domain')
  await birch.does('exec', 'sh', '-c', 'echo wrong > wrong')
  await birch.does('ci')
  await birch.does('lock', 'and more')
  await birch.does('exec', 'sh', '-c', 'echo more > more')
  await birch.stop()
  writeFileSync(domainOf(birch), `${labDomain}\n`)
  await alder.start()
  const started = await birch.does('start')
  const journal = `${birch.home}/branches/generic/journal: line 1: the changeset is of domain exampel.com, not ${labDomain}`
  assert.ok(started.stderr.includes(`isconf: waiting: ${journal}\n`), started.stderr)
  assert.match(started.stderr, /isconf leave/)
  assert.ok(birch.log().includes(journal))
  assertRefused(await birch.run('lock', 'on'), 223, journal, 'isconf leave')
  // It is not in the mesh, and nobody minds.
  await alder.does('lock', 'real work')
  await alder.does('exec', 'sh', '-c', 'echo right > right')
  await alder.does('ci')
  assert.deepEqual((await alder.status()).mesh.peers, [])

  assertRefused(await birch.run('leave', labDomain), 22, 'to leave it: isconf leave exampel.com')
  assertRefused(await birch.run('leave', 'nowhere.example.com'), 22, 'this host has no data of the domain')
  const run = assertDone(await birch.run('leave', 'exampel.com'))
  assert.match(run.stderr, /2 operations that were done here are in no journal of its domain/)
  assert.deepEqual(run.stdout.split('\n').map((line) => line.replace(/ in \/tmp.*/, '')).length, 3)
  assert.match(run.stdout, /echo wrong .*\n.*echo more .*\(not checked in\)\n$/)
  const kept = join(birch.home, 'left/exampel.com/branches/generic/journal')
  assert.match(readFileSync(kept, 'utf8'), /"domain":"exampel\.com"/)
  await lab.untilMet()
  await until(async () => (await birch.status()).operations === 1, 'birch has what alder has')
  assert.deepEqual(
    (await birch.status()).left.map(({ domain, operations }) => [domain, operations]),
    [['exampel.com', 2]],
  )
  assert.match(
    (await birch.does('status')).stdout,
    /^left {4}the domain exampel\.com at .*, after 2 operations that no other host gets: left\/exampel\.com below IS_HOME$/m,
  )
  await birch.does('up')
  assert.equal(birch.read('tmp/right'), 'right\n')
  await birch.does('lock', 'life goes on')
  await birch.does('restart')
  assert.equal((await birch.status()).left.length, 1)
  assert.match(birch.log(), /this host left the domain exampel\.com at .*, after 2 operations/)
})

test('a host of an earlier release that is in the mesh with the journal of another domain is passed over, and named', async (t) => {
  const lab = await Lab.of(t, 'alder', 'birch')
  const [alder, birch] = lab.hosts as [LabHost, LabHost]
  writeFileSync(domainOf(birch), 'exampel.com\n')
  for (const host of lab.hosts) {
    await host.start()
    await host.does('lock', `of ${host.name}`)
    await host.does('exec', 'true')
    await host.does('ci')
    await host.stop()
  }
  // Such a release took the note of what it had checked for the whole truth, whatever the domain.
  writeFileSync(domainOf(birch), `${labDomain}\n`)
  const notePath = join(birch.home, 'branches/generic/journal.checked')
  const note = JSON.parse(readFileSync(notePath, 'utf8')) as object
  writeFileSync(notePath, JSON.stringify({ ...note, domain: labDomain }))
  await lab.start()
  const what = /: birch sends what can't be taken: birch: .* is of domain exampel\.com, not /
  await until(async () => what.test((await alder.status()).warnings.join('\n')), 'alder has noticed')
  assert.deepEqual((await alder.status()).lines, [])
  await alder.does('lock', 'real work')
  await alder.does('exec', 'true')
  await alder.does('ci')
  assert.match((await alder.status()).warnings.join('\n'), /: birch says that branch generic .* nothing to show for it/)
})

test('leave of the domain in force leaves a host without one, which init refuses to give back', async (t) => {
  const alder = (await Lab.of(t, 'alder')).hosts[0] as LabHost
  await alder.start()
  await alder.does('lock', 'work')
  await alder.does('exec', 'true')
  await alder.does('ci')
  assertRefused(await alder.run('leave', labDomain), 223, 'takes part in the domain', 'isconf stop')
  await alder.stop()
  assert.match((await alder.does('leave', labDomain)).stderr, /1 operation that/)
  assert.deepEqual([existsSync(domainOf(alder)), existsSync(join(alder.home, 'branches/generic'))], [false, false])
  assertRefused(await alder.run('init', labDomain), 22, 'was in the domain', 'from its image')
  await alder.does('init', 'other.example.com')
  await alder.start()
  assert.deepEqual([(await alder.status()).operations, (await alder.status()).left.length], [0, 1])
})

test('keys that are short or open to others are told at the start, in status and by lint; a shorter one is refused', async (t) => {
  const alder = (await Lab.of(t, 'alder')).hosts[0] as LabHost
  writeFileSync(keysOf(alder), 'guessed\n', { mode: 0o600 })
  assertRefused(await alder.run('start'), 22, 'hmac_keys:1: a key must have at least 16 characters')
  writeFileSync(keysOf(alder), `${'k'.repeat(17)}\n`)
  chmodSync(keysOf(alder), 0o644)
  const warnings = [/hmac_keys is open to others \(mode 644\): chmod 600 /, /key 1 has 17 of the 20 characters/]
  const started = await alder.does('start')
  for (const warning of warnings) {
    assert.match(started.stderr, warning)
    assert.match((await alder.status()).warnings.join('\n'), warning)
    assert.match(alder.log(), warning)
  }
  const lint = await alder.run('lint')
  assert.equal(lint.status, 0)
  assert.match(lint.stdout, /open to others.*\n.*17 of the 20 characters/)
})

test('IS_HMAC_KEYS that is set while the daemon runs counts without a restart', async (t) => {
  const lab = await Lab.of(t, 'alder', 'birch')
  const [alder, birch] = lab.hosts as [LabHost, LabHost]
  await lab.start()
  const keys = join(lab.directory, 'keys')
  writeFileSync(keys, `${'k'.repeat(20)}\n`, { mode: 0o600 })
  appendFileSync(alder.mainCfPath, `alder:\n\tIS_HMAC_KEYS = ${keys}\n`)
  await until(async () => (await alder.status()).mesh.authenticated, 'alder asks for a key')
  await until(async () => (await alder.status()).mesh.peers.length === 0, 'birch, which has none, is turned away')
  appendFileSync(birch.mainCfPath, `birch:\n\tIS_HMAC_KEYS = ${keys}\n`)
  await lab.untilMet()
})

function domainOf(host: LabHost): string {
  return join(host.home, 'conf/domain')
}

function keysOf(host: LabHost): string {
  return join(host.home, 'conf/hmac_keys')
}
