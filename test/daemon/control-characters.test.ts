/** What names, messages and other hosts say reaches a terminal without what would move its cursor, and the journal as it is. */
import assert from 'node:assert/strict'
import { symlinkSync } from 'node:fs'
import { test } from 'node:test'
import { assertDone, Lab, type LabHost, type Run } from '../harness/lab.ts'

const sequence = '\u001b[2J\u009b\u202e'
/** A name that would clear the screen and then pass a line of its own off as ours. */
const name = `motd${sequence}\nisconf: error: gone`
const message = `why ${sequence}\n  * 0123456789ab:0  exec rm -rf`

test('control characters in names and messages are shown, on origin and target, and in the log; files and output are as they are', async (t) => {
  const lab = await Lab.of(t, 'alder', 'birch')
  const [alder, birch] = lab.hosts as readonly [LabHost, LabHost]
  await lab.start()
  alder.write(`tmp/${name}`, `hello${sequence}`)
  symlinkSync(`to${sequence}`, alder.path('tmp/link'))
  const said: Run[] = []
  const types = async (host: LabHost, ...words: readonly string[]): Promise<Run> => {
    const run = await host.runWith({ user: `luke${sequence}` }, ...words)
    said.push(run)
    return run
  }
  assertDone(await types(alder, 'lock', message))
  await types(alder, 'lock', message)
  await types(birch, 'lock', 'mine')
  assertDone(await types(alder, 'snap', name, 'link'))
  await types(alder, 'snap', `no${name}`)
  await types(alder, 'exec', `no${name}`)
  await types(alder, `no${name}`)
  const written = await alder.runWith({ user: `luke${sequence}` }, 'exec', 'printf', `%s`, sequence)
  assert.equal(written.stdout, sequence)
  assertDone(await types(alder, 'status'))
  assertDone(await types(alder, 'wip'))
  assertDone(await types(alder, 'ci'))
  assert.equal((await types(birch, 'up', '--dry-run')).status, 5)
  assert.ok((await birch.does('up')).stdout.includes(sequence))
  for (const words of [['log'], ['log', '--oneline'], ['show', (await birch.status()).head], ['history'], ['hosts']])
    assertDone(await types(birch, ...words))
  for (const { stdout, stderr, command } of said) {
    // As regular expressions have it, a tab and a line break are controls, too.
    assert.doesNotMatch(`${stdout}${stderr}`.replaceAll(/[\t\n]/g, ''), /[\p{Cc}\u202e]/u, command)
    assert.doesNotMatch(`${stdout}${stderr}`, /^isconf: error: gone|^ {2}\* 0123456789ab:0/m, command)
  }
  const [entry] = (await birch.does('log', '--json')).stdout.split('\n')
  assert.equal((JSON.parse(entry ?? '') as { message: string }).message, message)
  assert.equal(birch.read(`tmp/${name}`), `hello${sequence}`)
  assert.equal((await birch.does('cat', name)).stdout, `hello${sequence}`)
  for (const host of [alder, birch]) assert.doesNotMatch(host.log().replaceAll('\n', ''), /[\p{Cc}\u202e]/u)
})
