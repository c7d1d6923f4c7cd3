/**
 * Extended attributes, and with them POSIX ACLs and file capabilities. Node
 * has no calls for them: `getfattr` and `setfattr` of the package attr do it.
 */
import { execFile } from 'node:child_process'
import { IsconfError } from '../base/index.ts'
import type { Xattrs } from './machine.ts'

/** Paths in one call: their names fit an argument list, whatever their length. */
const pathsPerCallMax = 128
/** What one call may say: more than a changeset could hold of these paths. */
const outputBytesMax = 64 * 1024 * 1024

/** Each host's own affair: labels of its policy, marks of its kernel, and what is bound to its keys. */
const hostsOwn = /^(trusted\.|system\.nfs4|security\.(selinux|evm)$)/

/** The attributes of each path that has any; undefined when there is no `getfattr` here. FILE_UNREADABLE. */
export async function readXattrs(paths: readonly string[]): Promise<ReadonlyMap<string, Xattrs> | undefined> {
  const found = new Map<string, Xattrs>()
  for (let from = 0; from < paths.length; from += pathsPerCallMax) {
    const some = paths.slice(from, from + pathsPerCallMax)
    const words = ['-h', '--absolute-names', '-m', '-', '-d', '-e', 'base64', '--', ...some]
    const { isThere, output, complaints } = await call('getfattr', words)
    if (!isThere) return undefined
    const complaint = complaints.find((line) => !isHarmless(line))
    if (complaint !== undefined) {
      throw new IsconfError('FILE_UNREADABLE', `cannot read extended attributes: ${complaint}`)
    }
    parseDump(output, found)
  }
  return found
}

/** Gives a path these attributes and no others but the host's own. Throws what to say when it can't. */
export async function setXattrs(path: string, found: Xattrs, wanted: Xattrs): Promise<void> {
  for (const name of Object.keys(found)) if (!Object.hasOwn(wanted, name)) await set(path, name, ['-x', name])
  for (const [name, value] of Object.entries(wanted)) {
    // An empty value is the one that is not given: of `0s` alone setfattr makes nothing, and says nothing.
    if (found[name] !== value) await set(path, name, ['-n', name, ...(value === '' ? [] : ['-v', `0s${value}`])])
  }
}

async function set(path: string, name: string, words: readonly string[]): Promise<void> {
  const { isThere, status, complaints } = await call('setfattr', ['-h', ...words, '--', path])
  if (!isThere) throw new Error(`its extended attribute ${name} needs setfattr, of the package attr, which is not here`)
  if (status === 0) return
  const reason = complaints.join('; ').replace(/^setfattr: .*: /, '')
  throw new Error(`cannot set its extended attribute ${name}: ${reason || `setfattr ended with status ${status}`}`)
}

/** It went away, which is noticed elsewhere; or its file system has no such attributes. */
function isHarmless(complaint: string): boolean {
  return /: (No such file or directory|Not a directory|Operation not supported)$/.test(complaint)
}

interface Called {
  readonly isThere: boolean
  readonly status: number
  /** As bytes, one a character: names need not be text. */
  readonly output: string
  readonly complaints: readonly string[]
}

function call(tool: string, words: readonly string[]): Promise<Called> {
  const options = { env: { ...process.env, LC_ALL: 'C' }, encoding: 'latin1', maxBuffer: outputBytesMax } as const
  return new Promise((resolve, reject) => {
    execFile(tool, words, options, (error, stdout, stderr) => {
      const code = error?.code
      if (typeof code === 'string' && code !== 'ENOENT') return reject(error)
      const complaints = Buffer.from(stderr, 'latin1')
        .toString('utf8')
        .split('\n')
        .filter((line) => line !== '')
      const status = typeof code === 'number' ? code : error ? 1 : 0
      resolve({ isThere: code !== 'ENOENT', status, output: stdout, complaints })
    })
  })
}

/** `# file: PATH`, then `NAME=0sBASE64` a line; then an empty line. */
function parseDump(output: string, found: Map<string, Xattrs>): void {
  for (const section of output.split('\n\n')) {
    const [first = '', ...lines] = section.split('\n')
    if (!first.startsWith('# file: ')) continue
    const path = unquoted(first.slice('# file: '.length))
    const attributes = lines.flatMap((line) => {
      const [, name = '', value = ''] = /^(.*?)=0s(.*)$/.exec(line) ?? []
      return name === '' || hostsOwn.test(name) ? [] : [[textOf(unquoted(name), path), value] as const]
    })
    if (attributes.length > 0) found.set(Buffer.from(path, 'latin1').toString('utf8'), Object.fromEntries(attributes))
  }
}

/** Backslashes, newlines and the like come as three octal digits. */
function unquoted(text: string): string {
  return text.replaceAll(/\\([0-7]{3})/g, (_, digits: string) => String.fromCharCode(Number.parseInt(digits, 8)))
}

function textOf(bytes: string, path: string): string {
  const text = Buffer.from(bytes, 'latin1').toString('utf8')
  if (Buffer.from(text).toString('latin1') === bytes) return text
  throw new IsconfError('FILE_UNREADABLE', `${path} has an extended attribute whose name is not UTF-8`)
}
