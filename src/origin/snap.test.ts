/** What is snapped on one simulated host and arrives on another. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Cluster, codeOf } from '../../test/sim/cluster.ts'
import { sha256Hex } from '../base/index.ts'
import { describeOperation } from '../journal/index.ts'

async function two() {
  const cluster = await Cluster.of(1, ['alder', 'birch'])
  await cluster.meet()
  const [alder, birch] = [cluster.host('alder'), cluster.host('birch')]
  const type = async (...words: readonly string[]): Promise<string> => codeOf(await cluster.ask('alder', ...words))
  const noted = (): readonly string[] => alder.daemon.work.operations.map(describeOperation)
  await type('lock', 'because')
  return { cluster, alder, birch, type, noted }
}

test('a tree arrives as it was: files, links and directories', async () => {
  const { cluster, alder, birch, type, noted } = await two()
  alder.machine.makeDirectory('/srv', 0o711)
  alder.machine.write('/srv/index', 'hello\n', 0o4755)
  alder.machine.makeDirectory('/srv/sub')
  alder.machine.write('/srv/sub/empty', '')
  alder.machine.link('/srv/link', 'index')
  assert.equal(await type('snap', '/srv'), 'done')
  assert.deepEqual(noted(), [
    'snap /srv/index',
    'snap /srv/link -> index',
    'snap /srv/sub/empty',
    'snap /srv/sub/',
    'snap /srv/',
  ])
  assert.equal(await type('ci'), 'done')
  await cluster.ask('birch', 'up')
  assert.equal(birch.machine.tree, alder.machine.tree)
})

test('several paths are recorded together or not at all', async () => {
  const { alder, type, noted } = await two()
  for (const path of ['/a', '/b']) alder.machine.write(path, path)
  assert.equal(await type('snap', '/a', '/missing', '/b'), 'NO_SUCH_FILE')
  assert.deepEqual(noted(), [])
  assert.equal(await type('snap', '/a', '/b'), 'done')
  assert.deepEqual(noted(), ['snap /a', 'snap /b'])
})

test('snap --delete removes what is there, here and on the others, also where it is not there', async () => {
  const { cluster, alder, birch, type, noted } = await two()
  birch.machine.write('/etc/x/one', '1')
  birch.machine.write('/etc/never', '1')
  alder.machine.write('/etc/x/one', '1')
  alder.machine.write('/etc/x/two', '1')
  alder.machine.write('/etc/xy', '1')
  assert.equal(await type('snap', '--delete', '/etc/x', '/etc/never'), 'done')
  assert.equal(await type('snap', '--delete', '/'), 'PROTECTED_PATH')
  assert.deepEqual(noted(), ['snap --delete /etc/x', 'snap --delete /etc/never'])
  assert.match(alder.machine.tree, /^\/etc\/xy [^\n]*$/)
  assert.equal(await type('ci'), 'done')
  await cluster.ask('birch', 'up')
  assert.equal(birch.machine.tree, '')
})

test('of several removals none is done when one is refused', async () => {
  const { alder, type, noted } = await two()
  alder.machine.write('/etc/x', '1')
  assert.equal(await type('snap', '--delete', '/etc/x', '/'), 'PROTECTED_PATH')
  assert.deepEqual([alder.machine.read('/etc/x'), noted()], ['1', []])
})

test('a removal is done or not done, whichever byte a crash comes at, and typed again it is done once', async () => {
  for (const fate of ['lost', 'kept', 'chance'] as const) {
    for (let [bytes, done] = [0, false]; !done; bytes += 23) {
      const { cluster, alder, birch } = await two()
      for (const { machine } of [alder, birch]) machine.write('/etc/x', '1')
      alder.disk.bytesUntilPowerFailure = bytes
      done = codeOf(await cluster.ask('alder', 'snap', '--delete', '/etc/x')) === 'done'
      alder.disk.bytesUntilPowerFailure = Number.POSITIVE_INFINITY
      alder.crash(fate)
      await cluster.clock.until(alder.start())
      await cluster.meet()
      if (!done) assert.equal(codeOf(await cluster.ask('alder', 'snap', '--delete', '/etc/x')), 'done')
      assert.equal(codeOf(await cluster.ask('alder', 'ci')), 'done')
      await cluster.ask('birch', 'up')
      assert.deepEqual([alder.machine.tree, birch.machine.tree], ['', ''])
      cluster.end()
    }
  }
})

test('a removal that could not be recorded says that it was done', async () => {
  const { cluster, alder, noted } = await two()
  alder.machine.write('/etc/x', '1')
  alder.disk.full = true
  const outcome = await cluster.ask('alder', 'snap', '--delete', '/etc/x')
  assert.equal(codeOf(outcome), 'DISK_FULL')
  assert.match(outcome.type === 'failed' ? outcome.message : '', /^\/etc\/x: removed here, and not recorded: /)
  assert.deepEqual(noted(), [])
})

test('more than fits one changeset is refused before anything is read, and says what to do', async () => {
  const { cluster, alder, noted } = await two()
  const name = 'x'.repeat(4_000)
  alder.machine.makeDirectory('/srv')
  for (let count = 0; count < 2_500; count += 1) alder.machine.write(`/srv/${name}${count}`, '')
  const outcome = await cluster.ask('alder', 'snap', '/srv')
  assert.equal(codeOf(outcome), 'WIP_FULL')
  assert.match(
    outcome.type === 'failed' ? outcome.message : '',
    /^operations of about \d+ bytes do not fit .*journal\.wip/,
  )
  assert.deepEqual([noted(), alder.daemon.deps.store.has(sha256Hex(''))], [[], false])
})

test('snap --latest is for regular files', async () => {
  const { alder, type, noted } = await two()
  alder.machine.makeDirectory('/srv')
  alder.machine.link('/link', 'srv')
  alder.machine.write('/file', '1')
  assert.equal(await type('snap', '--latest', '/file', '/srv'), 'NOT_A_FILE')
  assert.equal(await type('snap', '--latest', '/link'), 'NOT_A_FILE')
  assert.deepEqual(noted(), [])
  assert.equal(await type('snap', '--latest', '/file'), 'done')
  assert.deepEqual(noted(), ['snap --latest /file'])
})

test('how far a large file has come is told about every second, when it is read and when it is installed', async () => {
  const { cluster, alder, birch } = await two()
  alder.machine.write('/var/image', 'x'.repeat(66 * 1024 * 1024))
  for (const { machine } of [alder, birch]) machine.msPerMebibyte = 50
  const body = { user: 'ann', cwd: '/', paths: ['/var/image'] }
  const told = await cluster.clock.until(alder.told('snap', body))
  const words = [20, 40, 60].map((mebibytes) => `${mebibytes * 1024 * 1024} of ${66 * 1024 * 1024} bytes`)
  assert.deepEqual(
    told,
    words.map((text) => `read ${text}`),
  )
  await cluster.ask('alder', 'ci')
  const [first, ...installed] = await cluster.clock.until(birch.told('up', { user: 'ann' }))
  assert.match(first ?? '', /snap \/var\/image$/)
  assert.deepEqual(
    installed,
    words.map((text) => `wrote ${text} of /var/image`),
  )
})

test('a large file whose snap is interrupted is not recorded', async () => {
  const { cluster, alder, noted } = await two()
  alder.machine.write('/var/image', 'x'.repeat(4 * 1024 * 1024))
  alder.machine.msPerMebibyte = 1_000
  const abort = new AbortController()
  const running = alder.verb('snap', { user: 'ann', cwd: '/', paths: ['/var/image'] }, abort.signal)
  await cluster.run(2_500)
  abort.abort(new Error('interrupted'))
  assert.equal((await cluster.clock.until(running)).type, 'failed')
  assert.deepEqual(noted(), [])
})
