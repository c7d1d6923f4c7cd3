// @ts-check
/**
 * Receives a file over TLS 1.3, hashes it, and has it on disk.
 * Usage: node tls-receive.js ADDRESS PORT FILE; prints the milliseconds it took from connecting on, those of CPU time, and
 * the SHA-256.
 */
import { createHash } from 'node:crypto'
import { createWriteStream } from 'node:fs'
import { open } from 'node:fs/promises'
import { pipeline } from 'node:stream/promises'
import { connect } from 'node:tls'

const [host = '', port, path = ''] = process.argv.slice(2)
const hash = createHash('sha256')
const beganMs = performance.now()
const began = process.cpuUsage()
const socket = connect({ host, port: Number(port), minVersion: 'TLSv1.3', rejectUnauthorized: false })
socket.on('data', (chunk) => hash.update(chunk))
await pipeline(socket, createWriteStream(path, { highWaterMark: 1024 * 1024 }))
const file = await open(path, 'r+')
await file.datasync()
await file.close()
const { user, system } = process.cpuUsage(began)
console.log(performance.now() - beganMs, (user + system) / 1000, hash.digest('hex'))
