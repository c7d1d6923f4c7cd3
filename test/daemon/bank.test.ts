import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { type IncomingHttpHeaders, request } from 'node:http'
import { test } from 'node:test'
import { Lab, type LabHost, until } from '../harness/lab.ts'

test('a file that is added to the package bank is at its URL on every host of the branch, also before up', async (t) => {
  const lab = await Lab.of(t, 'alder', 'birch')
  const [alder, birch] = lab.hosts as [LabHost, LabHost]
  await lab.start()
  await publish(alder, { 'foo-1.sh': '#!/bin/sh\necho foo\n', empty: '' })
  for (const host of [alder, birch]) {
    const url = await addressOf(host)
    assert.match(url, /^http:\/\/127\.0\.0\.1:\d+\/pkgbank$/)
    await until(async () => (await fetched(`${url}/foo-1.sh`)).status === 200, `${host.name} has heard of it`)
    const { body, headers } = await fetched(`${url}/foo-1.sh`)
    assert.equal(String(body), '#!/bin/sh\necho foo\n')
    assert.deepEqual([headers['content-length'], headers.etag], ['19', `"${sha256(body)}"`])
    assert.equal((await fetched(`${url}/empty`)).body.length, 0)
    assert.equal(String((await fetched(`${url}/`)).body), 'empty\nfoo-1.sh\n')
  }
  assert.equal((await birch.status()).position, 0)
  assert.equal(birch.has('tmp/foo-1.sh'), false)
  await birch.does('up')
  assert.deepEqual([(await birch.status()).pending, birch.has('tmp/foo-1.sh')], [0, false])
})

/** Publishes files from a host's /tmp. */
async function publish(host: LabHost, contents: Readonly<Record<string, string | Uint8Array>>): Promise<void> {
  for (const [name, content] of Object.entries(contents)) host.write(`tmp/${name}`, content)
  await host.does('lock', 'packages')
  await host.does('bank', 'add', ...Object.keys(contents))
  await host.does('ci')
}

/** Where a host offers the bank. */
async function addressOf(host: LabHost): Promise<string> {
  const { address } = (await host.status()).bank
  assert.ok(address !== null)
  return address
}

interface Fetched {
  readonly status: number | undefined
  readonly headers: IncomingHttpHeaders
  readonly body: Buffer
}

interface Asking {
  readonly method?: string
  readonly headers?: Readonly<Record<string, string>>
}

async function fetched(url: string, { method = 'GET', headers = {} }: Asking = {}): Promise<Fetched> {
  return new Promise((resolve, reject) => {
    const call = request(url, { method, headers, agent: false }, (response) => {
      const chunks: Buffer[] = []
      response.on('data', (bytes: Buffer) => chunks.push(bytes))
      response.once('error', reject)
      response.once('end', () =>
        resolve({ status: response.statusCode, headers: response.headers, body: Buffer.concat(chunks) }),
      )
    })
    call.once('error', reject).end()
  })
}

function sha256(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex')
}
