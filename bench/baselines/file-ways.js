// @ts-check
/**
 * Bytes from one process to another over one TLS 1.3 connection, bare or in ranges of 4 MiB, two at once.
 * Usage: node file-ways.js send KEY CERTIFICATE, which prints its port; node file-ways.js receive WAY PORT MIB, which
 * prints milliseconds. Each then prints the milliseconds of CPU time that it took.
 */
import { randomFillSync } from 'node:crypto'
import { readFileSync } from 'node:fs'
import http from 'node:http'
import http2 from 'node:http2'
import https from 'node:https'
import { connect, createServer } from 'node:tls'

const MiB = 1024 * 1024
const rangeBytes = 4 * MiB
const writeBytes = 256 * 1024
const lanes = 2
const [role, ...words] = process.argv.slice(2)
/** As the mesh sets them. */
const http2Options = { maxSessionMemory: 192, settings: { enablePush: false, initialWindowSize: MiB } }
const http2WindowBytes = 16 * MiB
const began = process.cpuUsage()

if (role === 'send') send(words)
else await receive(words)

/** @param {readonly string[]} words */
function send([keyPath = '', certificatePath = '']) {
  const bytes = randomFillSync(Buffer.alloc(rangeBytes))
  /** @param {import('node:stream').Writable} to */
  const sendRange = async (to) => {
    for (let at = 0; at < rangeBytes; at += writeBytes)
      if (!to.write(bytes.subarray(at, at + writeBytes))) await new Promise((resolve) => to.once('drain', resolve))
    to.end()
  }
  const files = http.createServer((_, answer) => {
    answer.writeHead(206, { 'content-length': rangeBytes })
    void sendRange(answer)
  })
  let open = 0
  const own = { key: readFileSync(keyPath), cert: readFileSync(certificatePath) }
  const server = createServer(
    { ...own, minVersion: 'TLSv1.3', ALPNProtocols: ['bare', 'h2', 'http/1.1'] },
    (socket) => {
      open += 1
      socket
        .on('error', () => undefined)
        .once('close', () => {
          open -= 1
          if (open > 0) return
          const { user, system } = process.cpuUsage(began)
          console.log((user + system) / 1000)
          process.exit()
        })
      if (socket.alpnProtocol === 'bare') {
        const write = () => {
          while (socket.write(bytes.subarray(0, writeBytes)));
        }
        socket.on('drain', write)
        write()
      } else if (socket.alpnProtocol === 'h2') {
        const session = http2.performServerHandshake(socket, http2Options)
        session.on('error', () => undefined).setLocalWindowSize(http2WindowBytes)
        session.on('stream', (stream) => {
          stream.on('error', () => undefined).respond({ ':status': 200 })
          void sendRange(stream)
        })
      } else files.emit('connection', socket)
    },
  )
  server.listen(0, '127.0.0.1', () =>
    console.log(/** @type {import('node:net').AddressInfo} */ (server.address()).port),
  )
}

/** @param {readonly string[]} words */
async function receive([way = '', port = '', sizeMiB = '']) {
  const wantedBytes = Number(sizeMiB) * MiB
  const memory = Buffer.alloc(rangeBytes)
  const to = { host: '127.0.0.1', port: Number(port), rejectUnauthorized: false, ALPNProtocols: [way] }
  const beganMs = performance.now()
  /** @param {AsyncIterable<Buffer>} from */
  const take = async (from, bytesMax = Number.POSITIVE_INFINITY) => {
    let taken = 0
    for await (const chunk of from) {
      memory.set(chunk.subarray(0, rangeBytes - (taken % rangeBytes)), taken % rangeBytes)
      taken += chunk.length
      if (taken >= bytesMax) break
    }
  }
  if (way === 'bare') await take(connect(to), wantedBytes)
  else if (way === 'own-memory') await fill()
  else {
    const ask = way === 'h2' ? http2Asker() : http1Asker()
    const lane = async () => {
      for (let got = 0; got < wantedBytes / lanes; got += rangeBytes) await take(await ask())
    }
    await Promise.all(Array.from({ length: lanes }, lane))
  }
  const tookMs = performance.now() - beganMs
  const { user, system } = process.cpuUsage(began)
  console.log(tookMs)
  console.log((user + system) / 1000)
  process.exit()

  /** Has Node read into memory of this program's own, rather than make some for each portion. */
  function fill() {
    let taken = 0
    const buffer = Buffer.allocUnsafeSlow(64 * 1024)
    return new Promise((resolve) => {
      /** @param {number} count */
      const callback = (count) => {
        const at = taken % rangeBytes
        buffer.copy(memory, at, 0, Math.min(count, rangeBytes - at))
        taken += count
        if (taken >= wantedBytes) resolve(undefined)
        return true
      }
      connect({ ...to, ALPNProtocols: ['bare'], onread: { buffer, callback } })
    })
  }
  function http2Asker() {
    const session = http2.connect('https://bench', { ...http2Options, createConnection: () => connect(to) })
    session.once('connect', () => session.setLocalWindowSize(http2WindowBytes))
    return async () => session.request({ ':path': '/' })
  }
  function http1Asker() {
    const agent = new https.Agent({ keepAlive: true, maxSockets: lanes })
    return () =>
      /** @type {Promise<http.IncomingMessage>} */ (
        new Promise((resolve, reject) => {
          https.get({ ...to, agent, path: '/' }, resolve).on('error', reject)
        })
      )
  }
}
