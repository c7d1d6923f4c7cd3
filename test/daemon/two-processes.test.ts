/** A daemon whose network is a process of its own: what that may do, and what its end means. */
import assert from 'node:assert/strict'
import { spawn, spawnSync } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { chmodSync, existsSync, mkdirSync, readdirSync, readFileSync, readlinkSync } from 'node:fs'
import { connect, createServer, type Socket } from 'node:net'
import { dirname, join } from 'node:path'
import { test } from 'node:test'
import { pieceBytes } from '../../src/base/index.ts'
import { systemCalls } from '../../src/machine/index.ts'
import { empty } from '../../src/network/fetched.ts'
import { confinedAs } from '../../src/network/start-network.io.ts'
import { assertRefused, begin, Lab, type LabHost, program, until } from '../harness/lab.ts'
import { ask, logIn } from '../support/browser.ts'
import { type Change, joinChanged } from '../support/changed-network.ts'
import { connectAsPlainUser } from '../support/foreign-port.ts'
import {
  fieldsOf,
  networkOf,
  networksOf,
  textOf,
  unlessNetworkProcess,
  networkUser as user,
} from '../support/network-process.ts'
import { isRunning } from '../support/processes.ts'
import { isRoot } from '../support/tools.ts'

const skip = await unlessNetworkProcess()

test('the network is a process of its own, which may do next to nothing, and whose end is not that of the daemon', {
  skip,
}, async (t) => {
  const lab = await Lab.of(t, 'alder', 'birch')
  const [alder, birch] = lab.hosts as [LabHost, LabHost]
  const page = join(lab.directory, 'page.sock')
  Object.assign(alder.env, { IS_NETWORK: user, IS_WEB: page })
  await lab.start()
  const network = networkOf(alder)
  const { Uid = '', CapEff, CapBnd, NoNewPrivs } = fieldsOf(network)
  assert.equal(NoNewPrivs, '1')
  if (isRoot) {
    assert.equal(
      Uid,
      Array(4)
        .fill(String(uidOf(user)))
        .join('\t'),
    )
    assert.deepEqual([CapEff, CapBnd], ['0000000000000000', '0000000000000000'])
  }
  assert.deepEqual(networksOf(birch), [])

  // That process makes no files: where the page is one, it is the daemon's.
  const { pathname } = new URL((await alder.does('web')).stdout.trim())
  assert.match((await (await logIn(page, pathname)).get('')).text, /alder/)

  // A large file is on its way, or has yet to be asked for, or is there.
  birch.write('/tmp/large', Buffer.alloc(24 * 1024 * 1024, 'isconf'))
  await birch.does('lock', 'a large file')
  await birch.does('snap', 'large')
  await birch.does('ci')
  process.kill(network, 'SIGKILL')
  await until(() => networksOf(alder).some((pid) => pid !== network), 'another network process')
  await lab.untilMet()
  await until(async () => (await alder.status()).operations === 1, 'alder has the journal')
  await alder.does('up')
  assert.equal(alder.read('/tmp/large'), birch.read('/tmp/large'))
  const { stdout } = await alder.does('status')
  assert.match(stdout, /the network process has ended once, last at \S+ \(SIGKILL: .*\); another one runs/)

  // And the other way: the network process is handed what it serves, and the daemon writes none of it.
  alder.write('/tmp/served', randomBytes(8 * 1024 * 1024))
  await alder.does('lock', 'another one')
  await alder.does('snap', 'served')
  const writtenBefore = writtenBytes(alder)
  await alder.does('ci')
  await birch.does('up')
  assert.equal(birch.read('/tmp/served'), alder.read('/tmp/served'))
  const written = writtenBytes(alder) - writtenBefore
  if (systemCalls().calls) assert.ok(written < 4 * 1024 * 1024, `the daemon has written ${written} bytes`)

  const second = networkOf(alder)
  alder.kill9()
  await until(() => !isRunning(second), 'the network process ends with the daemon')
  await alder.start()
  const third = networkOf(alder)
  await alder.stop()
  await until(() => !isRunning(third), 'the network process ends with a daemon that is stopped')
})

test('a network process that dies, says what is no answer or lies while it fetches a file costs only time', {
  skip,
}, async (t) => {
  const lab = await Lab.of(t, 'alder', 'birch', 'cedar')
  const [alder, birch, cedar] = lab.hosts as [LabHost, LabHost, LabHost]
  let comeBytes = 0
  let hasLied = false
  const changes: readonly Change[] = [
    (bytes, hangUp) => {
      comeBytes += bytes.length
      if (comeBytes > 3 * pieceBytes) hangUp()
      return bytes
    },
    // A host has all of a file, and something is said that is no answer.
    (bytes) => (bytes.length === 1 && bytes[0] === empty ? Buffer.of(238) : bytes),
    (bytes) => {
      if (hasLied || bytes.length < 10_000) return bytes
      hasLied = true
      return Buffer.from(bytes.map((byte) => byte ^ 1))
    },
  ]
  const path = join(alder.home, 'network.sock')
  const inside = join(dirname(program), 'network-process.js')
  let count = 0
  const server = createServer((daemon) => {
    const child = spawn(process.execPath, [inside], { stdio: ['ignore', 'ignore', 'ignore', 'pipe'] })
    joinChanged(daemon, child.stdio[3] as Socket, changes[count] ?? ((bytes) => bytes))
    count += 1
  }).listen(path)
  await once(server, 'listening')
  t.after(() => server.close())
  alder.env['IS_NETWORK'] = path

  const [large, small] = [randomBytes(8 * pieceBytes), 'isconf '.repeat(10_000)]
  await lab.start(birch, cedar)
  birch.write('/tmp/large', large)
  birch.write('/tmp/small', small)
  await birch.does('lock', 'two files')
  await birch.does('snap', 'large', 'small')
  await birch.does('ci')
  await cedar.does('up')
  await alder.start()
  await until(async () => (await alder.status()).operations === 2, 'alder has the journal')
  await until(() => hasLied, 'all three have fetched some')
  await alder.does('up')
  assert.equal(alder.read('/tmp/large'), birch.read('/tmp/large'))
  assert.equal(alder.read('/tmp/small'), small)
  assert.match((await alder.does('status')).stdout, /the network process has ended twice|has ended 2 times/)
  assert.match(alder.log(), /no answer about a file/)
  assert.match(alder.log(), /a host sent what is not of the file/)
})

test('the page is served by the network process, and so is the bank to all but root, who listens at no other port', {
  skip,
}, async (t) => {
  const lab = await Lab.of(t, 'alder')
  const [alder] = lab.hosts as [LabHost]
  // Of root's daemon it may listen where other users may not.
  const port = isRoot ? await lowPort(alder.address) : alder.port
  Object.assign(alder.env, { IS_NETWORK: user, IS_WEB: '0', IS_PORT: String(port) })
  await alder.start()
  const network = networkOf(alder)
  const bank = (await alder.status()).bank.address ?? ''
  assert.deepEqual(listeningPortsOf(alder.pid()), [Number(new URL(bank).port)])
  assert.ok(listeningPortsOf(network).includes(port))
  if (isRoot) assert.deepEqual([fieldsOf(network)['CapEff'], fieldsOf(network)['CapBnd']], Array(2).fill(bindService))
  const pageOf = async (): Promise<URL> => new URL((await alder.does('web')).stdout.trim())
  const { origin, pathname } = await pageOf()
  const page = await logIn(origin, pathname)
  assert.match((await page.get('')).text, /alder/)
  assert.ok(listeningPortsOf(network).includes(Number(new URL(origin).port)))

  alder.write('tmp/foo.sh', '#!/bin/sh\necho foo of $1\n')
  await alder.does('lock', 'a script')
  await alder.does('bank', 'add', 'foo.sh')
  await alder.does('ci')
  const script = `${bank}/foo.sh`
  const served = async (): Promise<string> => (await fetch(script)).text()
  assert.equal(await served(), alder.read('tmp/foo.sh'))
  assert.equal(await servedToPlainUser(script), alder.read('tmp/foo.sh'))
  const exech = join(dirname(program), 'exech.js')
  const env = { ...alder.variables(), ISCONFDIR: alder.path('hostkeeper') }
  const { stdout } = await begin([process.execPath, exech, script, 'alder'], { env }).done
  assert.equal(stdout, 'foo of alder\n')
  await alder.does('lock', 'a command')
  await alder.does('exec', 'true', script)

  process.kill(network, 'SIGSTOP')
  assert.equal(await served(), alder.read('tmp/foo.sh'), 'root does not depend on it')
  process.kill(network, 'SIGKILL')
  await until(() => networksOf(alder).some((pid) => pid !== network), 'another network process')
  // Until then the connections of others are ended.
  const toOthers = (): Promise<string> => servedToPlainUser(script).catch(() => '')
  await until(async () => (await toOthers()) === alder.read('tmp/foo.sh'), 'the bank is served to others')
  // The page is elsewhere by now, and who was logged in still is.
  await until(async () => (await alder.run('web')).status === 0, 'the page is served')
  const again = await pageOf()
  assert.match((await ask(again.origin, page.top, { headers: { cookie: page.cookie } })).text, /alder/)
  assert.deepEqual(listeningPortsOf(alder.pid()), [Number(new URL(bank).port)])
})

test('what the network process may do: it reads no secret of root, and writes nothing', {
  skip: skip || (isRoot ? false : 'needs root: this was NOT tested'),
}, async (t) => {
  const lab = await Lab.of(t, 'alder')
  const [alder] = lab.hosts as [LabHost]
  await alder.start()
  chmodSync(lab.directory, 0o755)
  const open = join(lab.directory, 'open')
  mkdirSync(open)
  chmodSync(open, 0o777)
  const [command = '', ...words] = await confinedAs(user)
  const inside = (script: string): number | null =>
    spawnSync(command, [...words, 'sh', '-c', script], { cwd: '/', stdio: 'ignore' }).status
  assert.equal(inside(`test -d ${open}`), 0)
  assert.notEqual(inside(`cat ${alder.home}/conf/host.key`), 0)
  assert.notEqual(inside(`echo x > ${alder.home}/conf/x`), 0)
  assert.notEqual(inside(`echo x > ${open}/x`), 0)
  assert.equal(existsSync(join(open, 'x')) ? readFileSync(join(open, 'x'), 'utf8') : '', '')
})

test('a user that can be none is refused with status 22, and a socket at which nobody is with 223', {
  skip,
}, async (t) => {
  const lab = await Lab.of(t, 'alder')
  const [alder] = lab.hosts as [LabHost]
  alder.env['IS_NETWORK'] = 'no-such-user'
  assertRefused(
    await alder.run('start'),
    22,
    isRoot ? 'there is no user no-such-user' : "only root's daemon",
    'IS_NETWORK',
  )
  alder.env['IS_NETWORK'] = isRoot ? 'root' : 'no good'
  assertRefused(await alder.run('start'), 22, 'IS_NETWORK')
  alder.env['IS_NETWORK'] = join(alder.home, 'nobody.sock')
  assertRefused(await alder.run('start'), 223, 'IS_NETWORK', 'ENOENT')
})

/** What a program of another user is sent, where there can be one. */
async function servedToPlainUser(address: string): Promise<string> {
  const { hostname, port, pathname } = new URL(address)
  const socket = isRoot ? await connectAsPlainUser(Number(port)) : connect(Number(port), hostname)
  socket.write(`GET ${pathname} HTTP/1.1\r\nHost: ${hostname}\r\nConnection: close\r\n\r\n`)
  const [, body = ''] = Buffer.concat(await socket.toArray())
    .toString()
    .split('\r\n\r\n')
  return body
}

/** CAP_NET_BIND_SERVICE and nothing else, as the kernel writes it. */
const bindService = '0000000000000400'

/** A port below 1024 that is free. */
async function lowPort(address: string): Promise<number> {
  for (let port = 1023; port > 0; port -= 1) {
    const server = createServer().listen(port, address)
    const isFree = await Promise.race([
      once(server, 'listening').then(() => true),
      new Promise<boolean>((resolve) => server.once('error', () => resolve(false))),
    ])
    server.close()
    if (isFree) return port
  }
  throw new Error(`no port below 1024 is free at ${address}`)
}

/** The TCP ports at which a process listens. */
function listeningPortsOf(pid: number | undefined): readonly number[] {
  const sockets = readdirSync(`/proc/${pid}/fd`).map((name) => linkOf(`/proc/${pid}/fd/${name}`))
  const lines = ['tcp', 'tcp6'].flatMap((name) => textOf(`/proc/${pid}/net/${name}`).split('\n').slice(1))
  return lines.flatMap((line) => {
    const [, local = '', , state, , , , , , inode] = line.trim().split(/\s+/)
    const isListening = state === '0A' && sockets.includes(`socket:[${inode}]`)
    return isListening ? [Number.parseInt(local.split(':')[1] ?? '', 16)] : []
  })
}

/** Bytes that a host's daemon has handed to write(), for files and sockets alike. */
function writtenBytes(host: LabHost): number {
  return Number(/^wchar: (\d+)$/m.exec(textOf(`/proc/${host.pid()}/io`))?.[1])
}

function linkOf(path: string): string {
  try {
    return readlinkSync(path)
  } catch {
    // It was closed meanwhile.
    return ''
  }
}

function uidOf(name: string): number {
  return Number(spawnSync('id', ['-u', name], { encoding: 'utf8' }).stdout)
}
