/** A package bank whose port a plain user has: nothing of root's fetches from it. */
import assert from 'node:assert/strict'
import { existsSync } from 'node:fs'
import { test } from 'node:test'
import { assertRefused, Lab, type LabHost, type Run } from '../harness/lab.ts'
import { foreignPort } from '../support/foreign-port.ts'
import { unlessRootHas } from '../support/tools.ts'
import { hostkeeperHost } from './host.ts'
import { makeHost } from './make-host.ts'

function assertSaid({ status, stderr }: Run, port: number): void {
  assert.equal(status, 1, stderr)
  assert.match(stderr, new RegExp(`: error: port ${port} of 127\\.0\\.0\\.1, .*\\n.*: hint: .*IS_HTTP_PORT.*\\n$`))
}

test("hostkeeper run begins nothing where PKGBANK is a plain user's", { skip: unlessRootHas('make') }, async (t) => {
  const port = await foreignPort(t)
  const host = makeHost(t, {
    'hosts.conf': `DEFAULT: PACKAGES=a PKGBANK=http://127.0.0.1:${port}/pkgbank\n`,
    'packages.conf': 'all: $(PACKAGES)\na:\n\ttouch $@\n',
  })
  const run = await host.run(['run', 'PACKAGES'])
  assertSaid(run, port)
  assert.equal(existsSync(`${host.home}/stamps/a`), false)
})

test("exech, exec and up fetch nothing from a bank that is a plain user's", { skip: unlessRootHas() }, async (t) => {
  const port = await foreignPort(t)
  const address = `http://127.0.0.1:${port}/pkgbank/foo`
  assertSaid(await hostkeeperHost(t).run('exech', address), port)
  const lab = await Lab.of(t, 'alder')
  const [alder] = lab.hosts as [LabHost]
  await alder.start()
  await alder.does('lock', 'fetch')
  assertRefused(await alder.run('exec', 'sh', '-c', `curl ${address}`), 1, `port ${port} of 127.0.0.1`)
  // It has not begun, so nothing of it can be left here.
  assert.deepEqual((await alder.status()).deviations, [])
})
