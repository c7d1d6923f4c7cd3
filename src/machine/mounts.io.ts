/** What is mounted on this machine, as the kernel has it. */
import { readFile, realpath } from 'node:fs/promises'

export interface Mount {
  readonly path: string
  /** Of its file system, as `mount -t` takes it. */
  readonly type: string
  /** The mount itself, or all of its file system. */
  readonly isReadOnly: boolean
}

/** What is mounted. Of two mounts at one place, the later one comes later. */
export async function mounts(): Promise<readonly Mount[]> {
  const text = await readFile('/proc/self/mountinfo', 'latin1')
  return text.split('\n').flatMap((line) => {
    const words = line.split(' ')
    const [path, own = ''] = words.slice(4, 6)
    if (path === undefined) return []
    const isReadOnly = [own, words.at(-1) ?? ''].some((options) => options.split(',').includes('ro'))
    const type = words[words.indexOf('-') + 1] ?? ''
    return [{ path: Buffer.from(unquoted(path), 'latin1').toString('utf8'), type, isReadOnly }]
  })
}

/** Every place where something is mounted. Comparing device numbers would miss bind mounts within one file system. */
export async function mountPoints(): Promise<readonly string[]> {
  return (await mounts()).map(({ path }) => path)
}

/** Whether something is mounted at the path itself, as on a file of a container that is bound to one of its host. */
export async function isMountPoint(path: string): Promise<boolean> {
  const there = await realpath(path).catch(() => path)
  return (await mountPoints()).includes(there)
}

/** Where the file system is mounted that a path is on, or would be. */
export async function mountPointOf(path: string): Promise<string> {
  const there = await realpath(path).catch(() => path)
  const isAbove = (mounted: string): boolean => mounted === '/' || there === mounted || there.startsWith(`${mounted}/`)
  return (await mountPoints()).filter(isAbove).reduce((one, other) => (other.length > one.length ? other : one), '/')
}

/** Spaces, newlines and backslashes come as three octal digits. */
function unquoted(text: string): string {
  return text.replaceAll(/\\([0-7]{3})/g, (_, digits: string) => String.fromCharCode(Number.parseInt(digits, 8)))
}
