/** Extended attributes for tests, which do without the programs of the package attr. */
import { closeSync, openSync } from 'node:fs'
import { systemCalls } from '../../src/machine/system-calls.io.ts'

/** Gives a file or directory an attribute. */
export function setXattr(path: string, name: string, value: string | Uint8Array): void {
  const { calls } = systemCalls()
  if (!calls) throw new Error('npm has installed no koffi for this machine')
  const fd = openSync(path, 'r')
  try {
    calls.setXattr(fd, name, Buffer.from(value))
  } finally {
    closeSync(fd)
  }
}
