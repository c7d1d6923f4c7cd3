/**
 * kill -9 of a daemon at moments of an `up` that installs a file and runs a command. CI kills fifty times
 * (ISCONF_KILLS=50).
 */
import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { readdirSync } from 'node:fs'
import { test } from 'node:test'
import { Lab, type LabHost, until } from '../harness/lab.ts'

const kills = Number(process.env['ISCONF_KILLS'] ?? 2)
/** From the beginning of an `up` to the last moment of a kill; after that it is done on most machines. */
const spanMs = 600

test(`a daemon that is killed at ${kills} moments leaves each file whole or as it was, no command beside another, and nothing behind`, async (context) => {
  const lab = await Lab.of(context, 'alder', 'birch')
  const [alder, birch] = lab.hosts as [LabHost, LabHost]
  await lab.start()
  const versions = ['absent']
  for (let kill = 0; kill < kills; kill += 1) {
    const version = randomBytes(400_000).toString('hex')
    versions.push(version)
    await alder.does('lock', 'version', String(kill))
    alder.write('etc/app/large', version)
    await alder.does('snap', '/etc/app')
    // Two at once would find the other's directory.
    await alder.does('exec', 'sh', '-c', 'mkdir alone && sleep 0.1 && rmdir alone')
    await alder.does('ci')
    await until(async () => (await birch.status()).pending !== 0, 'birch has heard of it')
    const running = birch.begin({}, 'up')
    await new Promise((resolve) => setTimeout(resolve, ((kill + 0.5) / kills) * spanMs))
    birch.kill9()
    await running.done
    await until(() => birch.pid() === undefined, 'the daemon is gone')
    const found = birch.has('etc/app/large') ? birch.read('etc/app/large') : 'absent'
    assert.ok(versions.slice(-2).includes(found), 'the file is the one before or the one after')
    await birch.start()
    // Refused for as long as the command that was left running does.
    await until(async () => (await birch.run('up')).status === 0, 'up comes to its end')
    assert.equal(birch.read('etc/app/large'), version)
    assert.deepEqual(readdirSync(birch.path('etc/app')), ['large'])
    assert.ok(!birch.has('tmp/alone'))
  }
})
