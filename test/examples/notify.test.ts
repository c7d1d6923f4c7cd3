/** The examples of hooks that tell what happens: that they say what they are to say, to a sink on this machine. */
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync, statSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { temporaryDirectory } from '../support/files.ts'
import { unlessThere } from '../support/tools.ts'

const examples = fileURLToPath(new URL('../../examples/notify', import.meta.url))
const event = `${JSON.stringify({ version: 1, domain: 'a', toldBy: 'alder', type: 'host-lost', host: 'birch' })}\n`

/** Runs a hook as the daemon does; its exit status. */
async function run(name: string, type: string, variables: Record<string, string>): Promise<number> {
  const env = { PATH: process.env['PATH'], IS_HOOK: 'notify', IS_EVENT: type, IS_BRANCH: '', ...variables }
  const child = spawn(join(examples, name), [], { env, cwd: '/', stdio: ['pipe', 'ignore', 'ignore'] })
  child.stdin.on('error', () => undefined).end(event)
  const [status] = await once(child, 'exit')
  return status as number
}

test('the examples are hooks: executable, and without a dot in their names', () => {
  for (const name of ['mail', 'webhook']) assert.equal(statSync(join(examples, name)).mode & 0o111, 0o111, name)
})

test('mail sends the event to root, and not every event', async (t) => {
  const directory = temporaryDirectory(t)
  const sent = join(directory, 'sent')
  writeFileSync(join(directory, 'sendmail'), '#!/bin/sh\necho "$@" > "$SENT"; cat >> "$SENT"\n', { mode: 0o755 })
  const variables = { PATH: `${directory}:${process.env['PATH']}`, SENT: sent }
  assert.equal(await run('mail', 'operation-done', variables), 0)
  assert.throws(() => readFileSync(sent))
  assert.equal(await run('mail', 'host-lost', { ...variables, IS_BRANCH: 'web' }), 0)
  const head = 'To: root\nSubject: isconf: host-lost on branch web\nContent-Type: application/json\n'
  assert.equal(readFileSync(sent, 'utf8'), `-t\n${head}\n${event}`)
})

test('webhook posts the event, and fails when it is not taken', { skip: unlessThere('curl') }, async (t) => {
  const posted: string[] = []
  let status = 204
  const server = createServer(async (request, response) => {
    let body = ''
    for await (const chunk of request) body += chunk
    posted.push(`${request.method} ${request.url} ${request.headers['content-type']} ${body}`)
    response.writeHead(status).end()
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  t.after(() => server.close())
  const place = join(temporaryDirectory(t), 'webhook')
  writeFileSync(place, `http://127.0.0.1:${(server.address() as AddressInfo).port}/isconf\n`)
  const variables = { ISCONF_WEBHOOK: place, no_proxy: '127.0.0.1' }
  assert.equal(await run('webhook', 'operation-begun', variables), 0)
  assert.deepEqual(posted, [])
  assert.equal(await run('webhook', 'host-lost', variables), 0)
  assert.deepEqual(posted, [`POST /isconf application/json ${event}`])
  status = 500
  assert.notEqual(await run('webhook', 'host-lost', variables), 0)
  assert.notEqual(await run('webhook', 'host-lost', { ...variables, ISCONF_WEBHOOK: `${place}.none` }), 0)
})
