import assert from 'node:assert/strict'
import { existsSync, readFileSync } from 'node:fs'
import { connect, createServer, type Socket } from 'node:net'
import { join } from 'node:path'
import { test } from 'node:test'
import { temporaryDirectory } from '../../test/support/files.ts'
import { askedBy } from './asked-by.io.ts'
import { systemCalls } from './system-calls.io.ts'

const noLogin = 2 ** 32 - 1

test('askedBy() is who has connected to a unix socket, and from which login', {
  skip: systemCalls().calls === undefined && 'koffi is not here: this was NOT tested',
}, async (t) => {
  const path = join(temporaryDirectory(t), 'socket')
  const server = createServer()
  t.after(() => server.close())
  await new Promise<void>((resolve) => server.listen(path, resolve))
  const accepted = new Promise<Socket>((resolve) => server.once('connection', resolve))
  const client = connect(path)
  t.after(() => client.destroy())
  const socket = await accepted
  t.after(() => socket.destroy())
  const own = '/proc/self/loginuid'
  const login = existsSync(own) ? Number(readFileSync(own, 'utf8')) : noLogin
  const { uid, loginUid } = askedBy(socket) ?? {}
  assert.deepEqual([uid, loginUid], [process.geteuid?.(), login === noLogin ? undefined : login])
  socket.destroy()
  assert.equal(askedBy(socket), undefined)
})
