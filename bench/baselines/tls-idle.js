// @ts-check
/**
 * A bare daemon that holds TLS 1.3 connections with HTTP/2 on them, as two hosts have two of, and does nothing else.
 * Usage: node tls-idle.js KEY CERTIFICATE ADDRESS; prints its port. Each line of its input is a port that it connects to,
 * twice; it answers each with the number of connections that it holds.
 */
import { readFileSync } from 'node:fs'
import { connect, createSecureServer } from 'node:http2'
import { createInterface } from 'node:readline'

const [keyPath = '', certificatePath = '', address = ''] = process.argv.slice(2)
const identity = {
  key: readFileSync(keyPath),
  cert: readFileSync(certificatePath),
  minVersion: /** @type {const} */ ('TLSv1.3'),
}
let held = 0
const server = createSecureServer({ ...identity, requestCert: true, rejectUnauthorized: false })
server.on('session', () => {
  held += 1
})
server.listen(0, address, () => console.log(/** @type {import('node:net').AddressInfo} */ (server.address()).port))
createInterface({ input: process.stdin }).on('line', async (port) => {
  if (port !== '') {
    const sessions = [1, 2].map(() => connect(`https://${address}:${port}`, { ...identity, rejectUnauthorized: false }))
    await Promise.all(sessions.map((session) => new Promise((resolve) => session.once('remoteSettings', resolve))))
    held += sessions.length
  }
  console.log(held)
})
