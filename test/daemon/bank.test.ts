import assert from 'node:assert/strict'
import { createHash, randomBytes } from 'node:crypto'
import { type IncomingHttpHeaders, request } from 'node:http'
import { type AddressInfo, createServer } from 'node:net'
import { test } from 'node:test'
import { pieceBytes } from '../../src/base/index.ts'
import type { BankRow } from '../../src/control/index.ts'
import { assertRefused, Lab, type LabHost, until } from '../harness/lab.ts'
import { loses } from '../harness/store.ts'

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

test('a host without the file hands it on while it comes from another host that has only a part of it', async (t) => {
  const lab = await Lab.of(t, 'alder', 'birch', 'cedar')
  const [alder, birch, cedar] = lab.hosts as [LabHost, LabHost, LabHost]
  await lab.start()
  const content = randomBytes(8 * pieceBytes + 1000)
  await publish(alder, { 'big.rpm': content })
  for (const host of [birch, cedar]) await until(() => hasAll(host), `${host.name} has the file`)
  await loses(birch, content, 0)
  await loses(cedar, content, 2)
  await lab.untilMet()
  // From here on nobody can have more than the two pieces that cedar has.
  alder.freeze()
  const atCedar = new Download(`${await addressOf(cedar)}/big.rpm`)
  const atBirch = new Download(`${await addressOf(birch)}/big.rpm`)
  for (const download of [atCedar, atBirch]) {
    await until(() => download.bytes().length >= 2 * pieceBytes, 'two pieces arrive')
    assert.deepEqual(download.bytes(), content.subarray(0, 2 * pieceBytes))
    assert.equal(download.isOver, false)
  }
  alder.thaw()
  for (const download of [atCedar, atBirch]) {
    assert.equal(await download.end(), 'whole')
    assert.equal(sha256(download.bytes()), sha256(content))
  }
  assert.ok(await hasAll(birch))
})

test('a download ends in the middle when the rest can be had from no host, and one that cannot begin is 503', async (t) => {
  const lab = await Lab.of(t, 'alder', 'birch')
  const [alder, birch] = lab.hosts as [LabHost, LabHost]
  await lab.start()
  const content = randomBytes(4 * pieceBytes)
  await publish(alder, { 'big.rpm': content, small: 'small\n' })
  await until(() => hasAll(birch), 'birch has the files')
  await loses(birch, 'small\n', 0)
  await loses(birch, content, 1)
  await alder.stop()
  const url = await addressOf(birch)
  const download = new Download(`${url}/big.rpm`)
  const small = fetched(`${url}/small`)
  const missing = birch.run('bank', 'get', 'small')
  assert.equal(await download.end(), 'cut')
  assert.deepEqual(download.bytes(), content.subarray(0, pieceBytes))
  assert.equal((await small).status, 503)
  assert.match(String((await small).body), /^no reachable host has file [0-9a-f]{12}; try again when a host/)
  assertRefused(await missing, 1, 'no reachable host has file')
  await alder.start()
  await until(async () => (await fetched(`${url}/small`)).status === 200, 'the file can be had again')
})

test('parts, HEAD, what is not there, another name of the host and removed names are answered as they should', async (t) => {
  const lab = await Lab.of(t, 'alder')
  const [alder] = lab.hosts as [LabHost]
  await alder.start()
  const content = randomBytes(2 * pieceBytes + 17)
  await publish(alder, { 'foo.deb': content, 'bar.deb': 'bar' })
  let url = await addressOf(alder)
  const part = await fetched(`${url}/foo.deb`, { headers: { range: `bytes=${pieceBytes - 3}-${pieceBytes + 2}` } })
  assert.equal(part.status, 206)
  assert.deepEqual(part.body, content.subarray(pieceBytes - 3, pieceBytes + 3))
  assert.equal((await fetched(`${url}/foo.deb`, { headers: { range: 'bytes=99999999-' } })).status, 416)
  const head = await fetched(`${url}/foo.deb`, { method: 'HEAD' })
  assert.deepEqual([head.status, head.headers['content-length'], head.body.length], [200, String(content.length), 0])
  assert.equal((await fetched(`${url}/foo.deb`, { headers: { 'if-none-match': head.headers.etag ?? '' } })).status, 304)
  assert.match(String((await fetched(`${url}/baz.deb`)).body), /has no file "baz.deb": `isconf bank` lists/)
  assert.equal((await fetched(`${url}/foo.deb`, { headers: { host: 'rebound.example' } })).status, 403)
  assert.equal((await fetched(`${url}/foo.deb`, { method: 'POST' })).status, 405)

  await alder.does('lock', 'old packages')
  await alder.does('bank', 'remove', 'bar.deb')
  assert.equal((await fetched(`${url}/bar.deb`)).status, 200)
  await alder.does('ci')
  assert.equal((await fetched(`${url}/bar.deb`)).status, 404)
  assertRefused(await alder.run('bank', 'get', 'bar.deb'), 2, 'has no file "bar.deb"', 'isconf bank')

  await alder.does('restart')
  url = await addressOf(alder)
  assert.equal(String((await fetched(`${url}/`)).body), 'foo.deb\n')
  assert.deepEqual((await fetched(`${url}/foo.deb`)).body, content)
  assert.deepEqual((await alder.does('bank', 'get', 'foo.deb')).stdoutBytes, content)
})

test('a daemon starts where another program has the port of the package bank, and says so', async (t) => {
  const other = createServer()
  await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve))
  t.after(() => other.close())
  const { port } = other.address() as AddressInfo
  const lab = await Lab.of(t, 'alder')
  const [alder] = lab.hosts as [LabHost]
  alder.env['IS_HTTP_PORT'] = String(port)
  await alder.start()
  const { bank, warnings } = await alder.status()
  const warning = `the package bank can't have port ${port} of 127.0.0.1, which IS_HTTP_PORT sets: something else has it`
  assert.deepEqual([bank.address, warnings], [null, [warning]])
  assert.ok((await alder.does('status')).stdout.includes(warning))
  assert.ok(alder.log().includes(warning))
  await publish(alder, { foo: 'foo\n' })
  assert.equal((await alder.does('bank', 'get', 'foo')).stdout, 'foo\n')
})

/** Whether a host has all that its branch publishes. */
async function hasAll(host: LabHost): Promise<boolean> {
  const { stdout } = await host.does('bank', '--json')
  const rows = stdout.split('\n').slice(0, -1)
  return rows.length > 0 && rows.every((row) => (JSON.parse(row) as BankRow).here)
}

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

/** A download that is looked at while it goes on. */
class Download {
  readonly #chunks: Buffer[] = []
  readonly #ended: Promise<'whole' | 'cut'>
  isOver = false

  constructor(url: string) {
    this.#ended = new Promise((resolve, reject) => {
      const call = request(url, { agent: false }, (response) => {
        assert.equal(response.statusCode, 200)
        response.on('data', (bytes: Buffer) => this.#chunks.push(bytes))
        response.once('error', () => undefined)
        response.once('close', () => {
          this.isOver = true
          resolve(response.complete ? 'whole' : 'cut')
        })
      })
      call.once('error', reject).end()
    })
    // Seen by who waits for its end.
    this.#ended.catch(() => undefined)
  }

  bytes(): Buffer {
    return Buffer.concat(this.#chunks)
  }

  end(): Promise<'whole' | 'cut'> {
    return this.#ended
  }
}

function sha256(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex')
}
