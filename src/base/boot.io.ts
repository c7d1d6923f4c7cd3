/** The present boot of this machine, which says what no clock can: whether something is older than the machine is up. */
import { readFileSync } from 'node:fs'

/** Another one after each boot; empty where the kernel does not tell. */
export function bootId(): string {
  return textOf('/proc/sys/kernel/random/boot_id')
}

/** For how many seconds the machine is up; undefined where the kernel does not tell. */
export function upSeconds(): number | undefined {
  const [up = ''] = textOf('/proc/uptime').split(' ')
  return up === '' ? undefined : Number(up)
}

function textOf(path: string): string {
  try {
    return readFileSync(path, 'utf8').trim()
  } catch {
    return ''
  }
}
