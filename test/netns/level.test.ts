/** Hosts that can't have all that there is, or reach nobody: they say so, and a slow line is no dead one. */
import assert from 'node:assert/strict'
import type { TestContext } from 'node:test'
import { assertRefused, until } from '../harness/lab.ts'
import { type NetHost, NetLab, netnsTest } from '../harness/netns.ts'
import { networkUser, unlessNetworkProcess } from '../support/network-process.ts'
import { unlessRootHas } from '../support/tools.ts'

const missing = unlessRootHas('tc', 'ip')

/** Commands, checked in together, each with some words of so much that does not get smaller on the way. */
async function recordLong(host: NetHost, commands: number, bytes: number, words = 1): Promise<void> {
  await host.does('lock', 'much')
  for (let part = 0; part < commands; part += 1)
    await host.types(
      `word=$(head -c ${bytes} /dev/urandom | base64 -w 0 | head -c ${bytes}); isconf exec true${' "$word"'.repeat(words)}`,
    )
  await host.does('ci')
}

netnsTest('a changeset comes over a slow line however long it takes, and up waits for it', async (t) => {
  if (missing !== false) return t.skip(missing)
  const lab = await NetLab.of(t, 'alder', 'birch')
  const [alder, birch] = lab.hosts as [NetHost, NetHost]
  await lab.start()
  await birch.untilConnectedTo(alder)
  await lab.slow(alder, '1mbit', 'from')
  await recordLong(alder, 18, 100_000)
  const { stderr } = await birch.does('up')
  assert.match(stderr, /did 18 operations/)
})

/** Eight kilobytes a second: what is taken of a long answer at once, a window of HTTP/2, would be two minutes of it. */
const verySlow = '64kbit'

/** Birch hears everything from alder alone, over a line that is slow, and there is much of another branch. */
async function besideMuch(t: TestContext, ...settings: readonly string[]): Promise<void> {
  const lab = await NetLab.of(t, 'alder', 'birch', 'cedar')
  const [alder, birch, cedar] = lab.hosts as [NetHost, NetHost, NetHost]
  await lab.isolate(birch, cedar)
  for (const host of [birch, cedar]) {
    // What they would say to each other over alder does not wait for what alder says.
    await host.configure('IS_NETS = /etc/is/nets', 'IS_NOBROADCAST = yes', ...(host === birch ? settings : []))
    await host.knows(alder)
  }
  await lab.start(alder, cedar)
  await cedar.untilConnectedTo(alder)
  await recordLong(alder, 1, 1_000)
  await alder.does('fork', 'web')
  await recordLong(alder, 3, 100_000, 8)
  await cedar.does('up')
  const refused = await lab.slow(birch, verySlow)
  if (refused !== undefined) return t.skip(`no line can be made slow: ${refused}`)
  const isUnderWay = async (): Promise<boolean> => ((await birch.branch('web'))?.operations ?? 0) < 4
  await lab.start(birch)
  // On a busy machine a host may seem to hang for a moment: then up ends with what is here.
  const isAt = async (position: number): Promise<boolean> => {
    await birch.run('up')
    return (await birch.status()).position === position
  }
  await until(() => isAt(1), 'birch has its own branch')
  assert.ok(await isUnderWay(), 'its own comes first')
  await until(async () => (await birch.branch('web')) !== undefined, 'the other branch is under way')
  await recordLong(cedar, 1, 1_000)
  await until(() => isAt(2), 'birch has what is new on its own branch')
  assert.ok(await isUnderWay(), 'news of its own come beside it')
  await lab.slow(birch, '1gbit')
  await until(async () => !(await isUnderWay()), 'all of it comes')
}

netnsTest("a large changeset of another branch keeps no host from its own branch's on a slow line", async (t) => {
  if (missing !== false) return t.skip(missing)
  await besideMuch(t)
})

netnsTest('nor one whose network is a process of its own', async (t) => {
  const unable = missing || (await unlessNetworkProcess())
  if (unable !== false) return t.skip(unable)
  await besideMuch(t, `IS_NETWORK = ${networkUser}`)
})

netnsTest('what is known and does not come is said by up, with a status of its own, and status', async (t) => {
  if (missing !== false) return t.skip(missing)
  const lab = await NetLab.of(t, 'alder', 'birch')
  const [alder, birch] = lab.hosts as [NetHost, NetHost]
  await lab.start()
  await birch.untilConnectedTo(alder)
  // What is larger is lost on the way, without a word: small messages come through.
  await alder.types('ip link set eth0 gso_max_size 1500 gso_max_segs 1')
  await lab.narrow(birch, 900)
  await recordLong(alder, 1, 20_000)
  const what = /alder has 1 changeset of branch generic, up to [0-9a-f]{12}, which could not be fetched: /
  const heard = async (): Promise<boolean> => (await birch.status()).warnings.some((text) => what.test(text))
  await until(heard, 'birch hears of it', 60_000)
  assertRefused(await birch.run('up'), 3, what, 'isconf up')
  assertRefused(await birch.run('up', '--dry-run'), 3, what)
  assert.match((await birch.status()).warnings.join('\n'), what)
  await lab.narrow(birch, 1500)
  await birch.untilConnectedTo(alder)
  await until(async () => (await birch.status()).operations === 1, 'it comes', 60_000)
  const { stderr } = await birch.does('up')
  assert.match(stderr, /did 1 operation/)
  assert.deepEqual((await birch.status()).warnings, [])
})
