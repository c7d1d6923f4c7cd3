// @ts-check
/**
 * Sends a file over TLS 1.3 to whoever connects.
 * Usage: node tls-send.js KEY CERTIFICATE ADDRESS FILE; prints its port, and at the end the milliseconds of CPU time that
 * it took.
 */
import { createReadStream, readFileSync } from 'node:fs'
import { pipeline } from 'node:stream'
import { createServer } from 'node:tls'

const [keyPath = '', certificatePath = '', address = '', path = ''] = process.argv.slice(2)
const server = createServer(
  { key: readFileSync(keyPath), cert: readFileSync(certificatePath), minVersion: 'TLSv1.3' },
  (socket) => {
    const began = process.cpuUsage()
    pipeline(createReadStream(path, { highWaterMark: 256 * 1024 }), socket, () => {
      const { user, system } = process.cpuUsage(began)
      console.log((user + system) / 1000)
      server.close()
    })
  },
)
server.listen(0, address, () => console.log(/** @type {import('node:net').AddressInfo} */ (server.address()).port))
