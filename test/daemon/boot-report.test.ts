/** What other hosts see of a boot that Hostkeeper has done. */
import assert from 'node:assert/strict'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'
import type { HostRow } from '../../src/control/index.ts'
import { begin, Lab, type LabHost } from '../harness/lab.ts'
import { until } from '../harness/run.ts'
import { unlessThere } from '../support/tools.ts'

const hostkeeper = fileURLToPath(new URL('../../dist/hostkeeper.js', import.meta.url))

async function bootOf(host: LabHost): Promise<HostRow['boot']> {
  const lines = (await host.does('hosts', '--json')).stdout.split('\n').slice(0, -1)
  return lines.map((line) => JSON.parse(line) as HostRow).find(({ name }) => name === 'alder')?.boot ?? null
}

test('isconf hosts shows on every host how the last boot of each ended', { skip: unlessThere('make') }, async (t) => {
  const lab = await Lab.of(t, 'alder', 'birch')
  const [alder, birch] = lab.hosts as [LabHost, LabHost]
  const home = join(alder.home, 'hostkeeper')
  const boot = async (recipe: string): Promise<void> => {
    mkdirSync(join(home, 'tree'), { recursive: true })
    writeFileSync(join(home, 'tree/hosts.conf'), 'DEFAULT: X=y\n')
    writeFileSync(join(home, 'tree/packages.conf'), `all: bad\nbad:\n\t${recipe}\n`)
    const said = { HOSTKEEPER_MOTD: join(alder.home, 'motd.d'), HOSTKEEPER_RUN: join(alder.home, 'run') }
    const env = { ...process.env, ISCONFDIR: home, IS_HOSTNAME: 'alder', ...said }
    await begin([process.execPath, hostkeeper, 'run', 'BOOT'], { env }).done
  }
  await lab.start()
  assert.equal(await bootOf(birch), null)
  await boot('false')
  // The host itself looks at the record when it is asked, and tells the others with what it tells next.
  const own = await bootOf(alder)
  assert.deepEqual([own?.level, own?.step], ['failed', 'bad'])
  await alder.does('lock', 'to be heard')
  await until(async () => (await bootOf(birch))?.level === 'failed', 'birch has heard')
  assert.match((await birch.does('hosts')).stdout, /^alder .* boot failed at bad since \S+Z, tree \//m)
  await boot('true')
  await bootOf(alder)
  await alder.does('unlock')
  await until(async () => (await bootOf(birch))?.level === 'right', 'birch has heard')
})
