// @ts-check
/**
 * The least that a replay can be: runs a command N times, its output read
 * through pipes, and has a line about each on disk before the next.
 * Usage: node spawn-and-sync.js N FILE COMMAND [WORD...]
 */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { open } from 'node:fs/promises'

const [count, path = '', command = '', ...words] = process.argv.slice(2)
const file = await open(path, 'w')
for (let number = 1; number <= Number(count); number += 1) {
  const child = spawn(command, words, { cwd: '/tmp', stdio: ['ignore', 'pipe', 'pipe'] })
  child.stdout.resume()
  child.stderr.resume()
  const [status] = await once(child, 'close')
  await file.write(`${JSON.stringify({ number, status })}\n`)
  await file.datasync()
}
await file.close()
