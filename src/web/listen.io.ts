/** Where the page listens: at a port of 127.0.0.1, or a unix socket of its owner's alone. */
import { chmod, lstat, rm } from 'node:fs/promises'
import type { AddressInfo } from 'node:net'
import { dirname } from 'node:path'
import type { FastifyInstance } from 'fastify'
import { refuseChangeable } from '../base/changeable.io.ts'
import { IsconfError } from '../base/index.ts'
import type { WebPlace } from '../config/index.ts'

/** Listens there; the address. WEB_ADDRESS when it can't be had. */
export async function listen(app: FastifyInstance, place: WebPlace): Promise<string> {
  try {
    if ('port' in place) {
      await app.listen({ host: '127.0.0.1', port: place.port })
      return `http://127.0.0.1:${(app.server.address() as AddressInfo).port}`
    }
    // Who can put something else in its place gets the mode that is meant for it put on whatever they like.
    refuseChangeable('web', dirname(place.path))
    await removeSocket(place.path)
    await app.listen({ path: place.path })
    await chmod(place.path, 0o600)
    return place.path
  } catch (error) {
    const where = 'port' in place ? `port ${place.port} of 127.0.0.1` : place.path
    const { code, message } = error as NodeJS.ErrnoException
    const why = code === 'EADDRINUSE' ? 'something else has it' : message
    throw new IsconfError('WEB_ADDRESS', `the page can't have ${where}: ${why}`, { cause: error })
  }
}

/** Removes a socket that a killed process has left; anything else belongs to somebody. */
async function removeSocket(path: string): Promise<void> {
  const found = await lstat(path).catch(() => undefined)
  if (found?.isSocket()) await rm(path, { force: true })
}
