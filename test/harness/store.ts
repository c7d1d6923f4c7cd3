/** What a host's daemon keeps of files, changed by hand while it does not run. */
import { createHash } from 'node:crypto'
import { existsSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import type { LabHost } from './lab.ts'

/**
 * Makes a host lose the bytes of a file that its journal names; the next daemon gets them when somebody asks for them,
 * and not before.
 */
export async function forgets(host: LabHost, content: string | Uint8Array): Promise<{ readonly id: string }> {
  await host.does('restart')
  await host.stop()
  const id = createHash('sha256').update(content).digest('hex')
  const path = blobPath(host, id)
  if (!existsSync(path)) throw new Error(`${host.name} has no file ${id}`)
  for (const one of [path, `${path}.pieces`]) rmSync(one, { force: true })
  await host.start()
  return { id }
}

export function blobPath(host: LabHost, id: string): string {
  return join(host.outsideHome, 'store', id.slice(0, 2), id)
}
