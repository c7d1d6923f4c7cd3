/** Servers on loopback that give out a tree. */
import { spawn, spawnSync } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { createServer as createTlsServer } from 'node:https'
import { type AddressInfo, connect, createServer as createPlainServer } from 'node:net'
import { join } from 'node:path'
import { until } from '../harness/run.ts'
import type { Ending } from '../support/files.ts'

/** A port that nobody has at this moment. */
async function freePort(): Promise<number> {
  const server = createPlainServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  await new Promise((resolve) => server.close(resolve))
  return port
}

/** `rsync --daemon` with one module `trees`; its port. */
export async function rsyncDaemon(ending: Ending, directory: string, path: string): Promise<number> {
  const port = await freePort()
  const config = join(directory, 'rsyncd.conf')
  // Only root may, and has to, say who serves.
  const server = process.getuid?.() === 0 ? 'uid = 0\ngid = 0\n' : ''
  writeFileSync(config, `use chroot = no\n[trees]\npath = ${path}\nread only = no\n${server}`)
  const words = ['--daemon', '--no-detach', `--config=${config}`, `--port=${port}`, '--address=127.0.0.1']
  await serverProcess(ending, port, 'rsync', words)
  return port
}

/** `git daemon` for the repositories below a directory; its port. */
export async function gitDaemon(ending: Ending, base: string): Promise<number> {
  const port = await freePort()
  const words = ['daemon', '--reuseaddr', '--export-all', `--base-path=${base}`, '--listen=127.0.0.1', `--port=${port}`]
  // The repositories belong to whoever runs the test.
  await serverProcess(ending, port, 'git', ['-c', 'safe.directory=*', ...words])
  return port
}

async function serverProcess(ending: Ending, port: number, program: string, words: readonly string[]): Promise<void> {
  const child = spawn(program, words, { stdio: 'ignore', detached: true })
  ending.after(() => {
    if (child.pid !== undefined && child.exitCode === null) process.kill(-child.pid)
  })
  await until(() => isOpen(port), `${program} listens on ${port}`)
}

function isOpen(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1', () => {
      socket.end()
      resolve(true)
    })
    socket.once('error', () => resolve(false))
  })
}

export type Answer = (request: IncomingMessage, response: ServerResponse) => void

/** Gives out the files of a directory, or what `answer` makes of a request; its address. */
export async function webServer(ending: Ending, directory: string, answer?: Answer): Promise<string> {
  const server = createServer(answer ?? filesOf(directory))
  return `http://127.0.0.1:${await listening(ending, server)}`
}

/** The same by https, with a certificate of its own; the path of that. */
export async function tlsServer(
  ending: Ending,
  directory: string,
  scratch: string,
  answer?: Answer,
): Promise<{ readonly address: string; readonly certificate: string }> {
  const [key, certificate] = [join(scratch, 'tls.key'), join(scratch, 'tls.crt')]
  const words = ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '2']
  const names = ['-subj', '/CN=localhost', '-addext', 'subjectAltName=IP:127.0.0.1']
  spawnSync('openssl', [...words, ...names, '-keyout', key, '-out', certificate])
  const options = { key: readFileSync(key), cert: readFileSync(certificate) }
  const server = createTlsServer(options, answer ?? filesOf(directory))
  return { address: `https://127.0.0.1:${await listening(ending, server)}`, certificate }
}

function filesOf(directory: string): Answer {
  return ({ url = '/' }, response) => {
    try {
      response.end(readFileSync(join(directory, new URL(url, 'http://localhost').pathname)))
    } catch {
      response.statusCode = 404
      response.end()
    }
  }
}

async function listening(ending: Ending, server: ReturnType<typeof createServer>): Promise<number> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  ending.after(() => {
    server.closeAllConnections()
    server.close()
  })
  return (server.address() as AddressInfo).port
}
