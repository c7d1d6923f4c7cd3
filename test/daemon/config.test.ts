/** Whole daemons and their configuration: keys, nets, isolation and healing. */
import assert from 'node:assert/strict'
import { chmodSync, existsSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { test } from 'node:test'
import { assertRefused, keyOf, Lab, type LabHost, labDomain, program, until } from '../harness/lab.ts'
import { manualExample } from '../support/manual-example.ts'

/** The manual's promise: new content of hmac_keys and nets counts within this. */
const noticedMs = 10_000

const keysPath = (host: LabHost): string => join(host.home, 'conf/hmac_keys')

/** Puts whole new content in place at once, as a tool that deploys files does. */
function hasKeys(host: LabHost, ...words: readonly string[]): void {
  const lines = words.map((word) => (word === '+ANY+' ? word : keyOf(word)))
  writeFileSync(`${keysPath(host)}.new`, `# keys of the house\n\n${lines.join('\n')}\n`, { mode: 0o600 })
  renameSync(`${keysPath(host)}.new`, keysPath(host))
}

async function peersOf(host: LabHost): Promise<readonly string[]> {
  return (await host.status()).mesh.peers.map((peer) => peer.host)
}

/** How often the log says that a file was read again. */
function rereads(host: LabHost, path = keysPath(host)): number {
  return host.log().split(`read again: ${path}`).length - 1
}

async function untilReread(hosts: readonly LabHost[], times: number): Promise<void> {
  for (const host of hosts) {
    await until(() => rereads(host) >= times, `${host.name} has read its keys ${times} times again`, noticedMs)
  }
}

test('keys are rotated as the manual says, without a restart, and a host that has missed it is cut off', async (t) => {
  const lab = await Lab.of(t, 'alder', 'birch', 'cedar')
  const [alder, birch, cedar] = lab.hosts as [LabHost, LabHost, LabHost]
  for (const host of lab.hosts) hasKeys(host, 'old-key')
  await lab.start()
  assert.equal((await alder.status()).mesh.authenticated, true)

  // First the new key as a secondary everywhere, then as the primary: nobody is cut off. cedar is forgotten.
  for (const host of [alder, birch]) hasKeys(host, 'old-key', 'new-key')
  await untilReread([alder, birch], 1)
  for (const host of [alder, birch]) hasKeys(host, 'new-key', 'old-key')
  await untilReread([alder, birch], 2)
  assert.deepEqual([...(await peersOf(alder))].sort(), ['birch', 'cedar'])

  // Then the old one is retired. The limit is the manual's: the file is seen and the connection is gone within it.
  for (const host of [alder, birch]) hasKeys(host, 'new-key')
  await until(async () => !(await peersOf(alder)).includes('cedar'), 'alder has cut cedar off', noticedMs)
  await until(async () => (await peersOf(cedar)).length === 0, 'cedar is alone')
  await lab.untilMet(alder, birch)
  await alder.does('lock', 'without cedar')
  await alder.does('exec', 'true')
  assert.match((await alder.does('ci')).stderr, /stored on 2 hosts/)
  assert.equal((await cedar.status()).operations, 0)

  // What it has missed comes with the key.
  hasKeys(cedar, 'new-key')
  await lab.untilMet()
  await until(async () => (await cedar.status()).operations === 1, 'cedar hears of it')
})

test('hosts with different keys are apart; a secondary key joins them, and then the second lock is 220', async (t) => {
  const lab = await Lab.of(t, 'alder', 'birch')
  const [alder, birch] = lab.hosts as [LabHost, LabHost]
  hasKeys(alder, 'key-of-alder')
  hasKeys(birch, 'key-of-birch')
  await alder.start()
  await birch.start()
  await until(async () => (await alder.status()).mesh.refused > 0, 'alder has turned birch away')
  assert.deepEqual(await peersOf(alder), [])
  hasKeys(alder, 'key-of-alder', 'key-of-birch')
  hasKeys(birch, 'key-of-birch', 'key-of-alder')
  await lab.untilMet()
  await alder.does('lock', 'first')
  assertRefused(await birch.run('lock', 'second'), 220, 'alder')
})

test('+ANY+ lets hosts in that have no keys yet; without it they are cut off until they have them', async (t) => {
  const lab = await Lab.of(t, 'alder', 'birch')
  const [alder, birch] = lab.hosts as [LabHost, LabHost]
  hasKeys(alder, 'house-key', '+ANY+')
  await lab.start()
  // It proves a key and asks for none: still open.
  assert.equal((await alder.status()).mesh.authenticated, false)
  assert.equal((await birch.status()).mesh.authenticated, false)
  assert.match((await alder.does('status')).stdout, /^open +any host .* or \+ANY\+ is among them$/m)
  hasKeys(alder, 'house-key')
  await until(async () => (await peersOf(alder)).length === 0, 'alder has cut birch off', noticedMs)
  hasKeys(birch, 'house-key')
  await lab.untilMet()
  assert.equal((await birch.status()).mesh.authenticated, true)
})

test('an empty or missing file of keys opens nothing: a daemon keeps the keys, says so, and does not start again', async (t) => {
  const lab = await Lab.of(t, 'alder', 'birch')
  const [alder, birch] = lab.hosts as [LabHost, LabHost]
  hasKeys(alder, 'house-key')
  await lab.start(alder)
  writeFileSync(keysPath(alder), '')
  const said = /hmac_keys: it contains no key; what was read before stays in effect/
  await until(async () => said.test((await alder.status()).warnings.join()), 'alder has seen it', 20_000)
  assert.match(alder.log(), said)
  // It has no key, and comes when the file was empty.
  await birch.start()
  await until(async () => (await alder.status()).mesh.refused > 0, 'alder has turned birch away')
  await alder.stop()
  assertRefused(await alder.run('start'), 22, 'hmac_keys: it contains no key', '+ANY+')
  assert.equal((await alder.run('lint')).status, 1)
  rmSync(keysPath(alder))
  assertRefused(await alder.run('start'), 22, 'hmac_keys, which had the keys of the domain', '+ANY+')
  // The way on, which is said.
  hasKeys(alder, '+ANY+')
  await lab.start(alder)
  await lab.untilMet()
  assert.match((await alder.does('status')).stdout, /^open +any host that knows the domain name is admitted/m)
})

test('keys that others can read are a warning in the log and of lint, and are shown by neither nor by -D', async (t) => {
  const lab = await Lab.of(t, 'alder')
  const [alder] = lab.hosts as [LabHost]
  hasKeys(alder, 'house-key')
  alder.env['IS_HMAC_KEYS'] = keysPath(alder)
  chmodSync(keysPath(alder), 0o644)
  await alder.start()
  assert.match(alder.log(), /hmac_keys is open to others \(mode 644\)/)
  const lint = await alder.does('lint')
  assert.match(lint.stdout, /hmac_keys: warning: open to others \(mode 644\): chmod 600/)
  const debug = await alder.does('-D', 'status')
  assert.match(debug.stderr, /IS_HMAC_KEYS=.*hmac_keys \(environment\)/)
  assert.doesNotMatch(alder.log() + lint.stdout + lint.stderr + debug.stdout + debug.stderr, /house-key/)
})

test('IS_NOBROADCAST and nets that lead nowhere keep two hosts apart; healed, the stale one must up before it locks', async (t) => {
  const lab = await Lab.of(t, 'alder', 'birch')
  const [alder, birch] = lab.hosts as [LabHost, LabHost]
  // Nobody listens on the discard port of these addresses.
  for (const host of lab.hosts) writeFileSync(host.netsPath, `tcp ${host.address}:9\nudp 127.255.255.255\n`)
  await alder.start()
  await birch.start()
  await alder.does('lock', 'alone')
  await alder.does('exec', 'touch', '/tmp/made')
  assert.match((await alder.does('ci')).stderr, /stored on 1 host\n/)
  const { operations, mesh } = await birch.status()
  assert.deepEqual([operations, mesh.peers], [0, []])

  for (const host of lab.hosts) host.knows(lab.hosts)
  await lab.untilMet()
  await until(async () => (await birch.status()).pending === 1, 'birch hears of it')
  assertRefused(await birch.run('lock', 'too early'), 1, 'isconf up')
  await birch.does('up')
  await birch.does('lock', 'level now')
})

test('nets is read again: a host whose line is taken out is not called again, one that is added is', async (t) => {
  const lab = await Lab.of(t, 'alder', 'birch')
  const [alder, birch] = lab.hosts as [LabHost, LabHost]
  alder.knows([])
  birch.knows([])
  await alder.start()
  await birch.start()
  assert.deepEqual(await peersOf(alder), [])
  alder.knows([birch])
  await until(async () => (await peersOf(alder)).includes('birch'), 'alder has called birch', noticedMs + 5_000)
  alder.knows([])
  // Until then it would call birch again at once.
  await until(() => rereads(alder, alder.netsPath) >= 2, 'alder has read nets twice again', noticedMs + 5_000)
  await birch.does('restart')
  await until(async () => (await peersOf(alder)).length === 0, 'the connection went with the restart')
})

test('a daemon refuses a configuration with file and line; lint names all of it; neither needs more than the files', async (t) => {
  const lab = await Lab.of(t, 'alder')
  const [alder] = lab.hosts as [LabHost]
  writeFileSync(alder.mainCfPath, 'alder: LOST\n  IS_PORT = many\n')
  writeFileSync(alder.netsPath, 'tcp\n')
  assertRefused(await alder.run('start'), 22, `${alder.mainCfPath}:1: no stanza to include: LOST`)
  const lint = await alder.run('lint')
  assert.equal(lint.status, 1)
  for (const line of [`${alder.mainCfPath}:1: error`, `${alder.mainCfPath}:2: error`])
    assert.ok(lint.stdout.includes(line))
  writeFileSync(alder.mainCfPath, '')
  assertRefused(await alder.run('start'), 22, `${alder.netsPath}:1: tcp without an address`)
  assert.match((await alder.run('lint')).stdout, /nets:1: error: tcp without an address/)
})

test('isconf exec isconf render makes the file on every host from its own variables, within up', async (t) => {
  const lab = await Lab.of(t, 'alder', 'birch')
  const [alder, birch] = lab.hosts as [LabHost, LabHost]
  for (const host of lab.hosts) {
    writeFileSync(host.mainCfPath, `DEFAULT:\n  GATEWAY = "gateway of ${host.name}"\n  MAIN_CF = ${host.mainCfPath}\n`)
  }
  await lab.start()
  alder.write('/tmp/gateway.t', 'via {{ GATEWAY }}\n')
  await alder.does('lock', 'the gateway comes from main.cf')
  await alder.does('snap', 'gateway.t')
  const line = `exec ${process.execPath} ${program} -c "$MAIN_CF" render gateway.t gateway`
  await alder.does('exec', 'sh', '-c', line)
  await alder.does('ci')
  await until(async () => (await birch.status()).pending === 2, 'birch hears of it')
  assert.match((await birch.does('up')).stderr, /rendered .*\/tmp\/gateway \(\d+ bytes\)/)
  assert.deepEqual(
    lab.hosts.map((host) => host.read('/tmp/gateway')),
    ['via gateway of alder\n', 'via gateway of birch\n'],
  )
  // A template that asks for what this host lacks fails the exec, and nothing is recorded.
  alder.write('/tmp/gateway.t', '{{ NOWHERE }}\n')
  await alder.does('lock', 'a mistake')
  const failed = await alder.run('exec', 'sh', '-c', line)
  assert.equal(failed.status, 1)
  assert.match(failed.stderr, /gateway\.t:1: NOWHERE is not set/)
  assert.equal((await alder.status()).work?.operations.length ?? 0, 0)
})

test('conf/domain beats main.cf, which beats the environment, and status says where the domain is set', async (t) => {
  const lab = await Lab.of(t, 'alder')
  const [alder] = lab.hosts as [LabHost]
  const path = join(alder.home, 'conf/domain')
  const domainNow = async (): Promise<readonly string[]> => {
    const { name, source } = (await alder.status()).domain
    return [name, source]
  }
  alder.env['IS_DOMAIN'] = 'environment.example.com'
  writeFileSync(alder.mainCfPath, 'DEFAULT:\n  IS_DOMAIN = main.example.com\n')
  // One line; the newline is optional.
  writeFileSync(path, 'file.example.com')
  await alder.start()
  assert.deepEqual(await domainNow(), ['file.example.com', path])
  rmSync(path)
  await alder.does('restart')
  assert.deepEqual(await domainNow(), ['main.example.com', `${alder.mainCfPath}:2`])
  writeFileSync(alder.mainCfPath, '')
  await alder.does('restart')
  assert.deepEqual(await domainNow(), ['environment.example.com', 'environment'])
  assert.ok(!existsSync(path))
})

test('peers are remembered over a restart, and called where IS_NOBROADCAST does not forbid it', async (t) => {
  const lab = await Lab.of(t, 'alder', 'birch')
  const [alder, birch] = lab.hosts as [LabHost, LabHost]
  // Its own, so that no other lab's hosts answer on the local network.
  for (const host of lab.hosts)
    writeFileSync(join(host.home, 'conf/domain'), `${basename(lab.directory)}.example.com\n`)
  await lab.start()
  // Who has just met another does not know yet where it can be called.
  for (const host of lab.hosts) await until(() => existsSync(join(host.home, 'conf/peers')), 'the peer was noted')
  for (const host of lab.hosts) {
    await host.stop()
    host.knows([])
  }
  const remembered = readFileSync(join(alder.home, 'conf/peers'), 'utf8')
  assert.match(remembered, new RegExp(`^0 12D3\\w+ /ip4/${birch.address}/tcp/${birch.port}/p2p/\\w+\\n$`))
  for (const host of lab.hosts) await host.start()
  // The first change waits until whoever may be called was called.
  await alder.does('lock', 'alone')
  assert.deepEqual(await peersOf(alder), [])
  await alder.does('ci')
  for (const host of lab.hosts) {
    host.env['IS_NOBROADCAST'] = 'no'
    await host.does('restart')
  }
  await lab.untilMet()
})

test("isconf env gives the hosts of the manual's example exactly what it documents, and lint has one warning", async (t) => {
  const lab = await Lab.of(t, 'alder')
  const [alder] = lab.hosts as [LabHost]
  const ntp = { NTPSERVERS: 'ntp1 ntp2 bigben.ucsd.edu mcs.anl.gov' }
  const lost = { building: 'unknown', floor: 'unknown' }
  const without: object = JSON.parse((await alder.does('env', '--json')).stdout)
  const withoutMainCf = Object.keys(without).filter((name) => !/^(HOSTNAME|IS_HOME|IS_DOMAIN|IS_VOLROOT)$/.test(name))
  writeFileSync(alder.mainCfPath, manualExample)
  const documented: Readonly<Record<string, Readonly<Record<string, string>>>> = {
    'scotty.example.com': {
      ...ntp,
      GATEWAY: '10.10.1.1',
      building: '23',
      floor: '2',
      IS_NETS: '/etc/is/nets.scotty',
    },
    'kirk.example.com': { ...ntp, GATEWAY: '10.10.2.1', building: '52', floor: '12', IS_NETS: '/etc/is/nets' },
    'uhura.example.com': { ...ntp, ...lost, GATEWAY: '10.2.3.1', IS_NETS: '/etc/is/nets' },
    'khan.example.org': { ...ntp, ...lost, GATEWAY: '10.0.0.1', IS_NETS: '/etc/is/nets' },
  }
  for (const [name, variables] of Object.entries(documented)) {
    const { stdout } = await alder.runWith({ env: { IS_HOSTNAME: name } }, 'env', '--json')
    const own = { HOSTNAME: name.split('.')[0], IS_HOME: alder.home, IS_DOMAIN: labDomain, IS_VOLROOT: alder.root }
    const all: Record<string, string> = JSON.parse(stdout)
    // What commands get besides is the same on all of them: isconf(8), ENVIRONMENT.
    for (const name of withoutMainCf) delete all[name]
    assert.deepEqual(all, { ...variables, ...own })
  }
  const lint = await alder.does('lint', alder.mainCfPath)
  assert.match(lint.stdout, /^\S+main\.cf:19: warning: building was set in line 18 of the same stanza[^\n]*\n$/)
})
