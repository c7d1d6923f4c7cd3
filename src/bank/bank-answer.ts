/** The package bank's half of HTTP, without a socket: what is answered to a request. */
import type { BlobRef, ByteRange, IsconfError } from '../base/index.ts'
import { bankPath } from '../control/index.ts'
import type { BankFound } from './bank-source.ts'

export interface BankRequest {
  readonly method: string
  /** As it came: path and query. */
  readonly target: string
  /** By their names in small letters. */
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>
}

export interface BankReply {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  /** A text, or a part of a file; a HEAD gets neither. */
  readonly body: { readonly text: string } | { readonly blob: BlobRef; readonly range: ByteRange }
}

/** What a request is for: everything that is published, or the file of this name, or nothing that a bank has. */
export type Asked = { readonly all: true } | { readonly name: string } | undefined

/** What is asked for by path and query. */
export function askedFor(target: string): Asked {
  const path = pathOf(target)
  if (path === bankPath || path === `${bankPath}/`) return { all: true }
  const name = nameIn(path)
  return name === undefined ? undefined : { name }
}

/** The reply to a request, for which the bank has found this, or has these names where all were asked for. */
export function answerBank(request: BankRequest, found: BankFound, names: readonly string[] = []): BankReply {
  const { method, target, headers } = request
  // A page that a browser has loaded under a name of its own must not read this host through that name.
  if (!isLoopback(headerOf(headers, 'host'))) {
    return plain(403, 'the package bank answers only to http://127.0.0.1 and http://localhost')
  }
  if (method !== 'GET' && method !== 'HEAD')
    return plain(405, `no ${method} here, only GET and HEAD`, { allow: 'GET, HEAD' })
  const asked = askedFor(target)
  if (asked && 'all' in asked) return plain(200, names.join('\n'))
  if (!asked || !found.blob) return plain(404, notFound(pathOf(target), asked?.name, found.branch))
  return fileReply(found.blob, request)
}

/** The reply when a file can't be had, before any byte of it is sent; it says why. */
export function unavailable({ code, message }: IsconfError): BankReply {
  const advice = code === 'BLOB_MISSING' ? '; try again when a host that has it is up' : ''
  return plain(503, `${message}${advice}`, { 'retry-after': '15' })
}

function notFound(path: string, name: string | undefined, branch: string): string {
  if (name === undefined) return `nothing is at ${path}: the files of the package bank are below ${bankPath}/`
  return `the package bank of branch ${branch} has no file ${JSON.stringify(name)}: \`isconf bank\` lists what is published, \`isconf bank add\` and \`isconf ci\` publish more`
}

/** Without what a caller may add to the name of a file. */
export function pathOf(target: string): string {
  return target.split('?')[0] ?? ''
}

function nameIn(path: string): string | undefined {
  if (!path.startsWith(`${bankPath}/`)) return undefined
  try {
    return decodeURIComponent(path.slice(bankPath.length + 1))
  } catch {
    return undefined
  }
}

function fileReply(blob: BlobRef, { method, headers }: BankRequest): BankReply {
  const { id, sizeBytes } = blob
  const etag = `"${id}"`
  const facts = { ...safe, etag, 'accept-ranges': 'bytes', 'content-type': 'application/octet-stream' }
  if (matches(headerOf(headers, 'if-none-match'), etag)) return { status: 304, headers: facts, body: { text: '' } }
  // HTTP knows ranges of a GET alone.
  const wanted = method === 'GET' ? headerOf(headers, 'range') : undefined
  const condition = headerOf(headers, 'if-range')
  const range = wanted === undefined || (condition ?? etag) !== etag ? undefined : rangeOf(wanted, sizeBytes)
  if (range === 'unsatisfiable') {
    return plain(416, `the file has ${sizeBytes} bytes`, { 'content-range': `bytes */${sizeBytes}` })
  }
  const { from, end } = range ?? { from: 0, end: sizeBytes }
  const length = { 'content-length': String(end - from) }
  const part = range ? { 'content-range': `bytes ${from}-${end - 1}/${sizeBytes}` } : {}
  return { status: range ? 206 : 200, headers: { ...facts, ...length, ...part }, body: { blob, range: { from, end } } }
}

/** One range of bytes. Undefined if the header is to be ignored: several ranges, another unit, or no range at all. */
function rangeOf(text: string, sizeBytes: number): ByteRange | 'unsatisfiable' | undefined {
  const [, first = '', last = ''] = /^bytes=(\d{0,15})-(\d{0,15})$/.exec(text.replaceAll(' ', '')) ?? []
  if (first === '' && last === '') return undefined
  if (first === '')
    return Number(last) === 0 ? 'unsatisfiable' : notEmpty(Math.max(0, sizeBytes - Number(last)), sizeBytes)
  if (last !== '' && Number(last) < Number(first)) return undefined
  return notEmpty(Number(first), last === '' ? sizeBytes : Math.min(sizeBytes, Number(last) + 1))
}

function notEmpty(from: number, end: number): ByteRange | 'unsatisfiable' {
  return from < end ? { from, end } : 'unsatisfiable'
}

/** Whether one of the entity tags of a condition is this one. */
function matches(condition: string | undefined, etag: string): boolean {
  const tags = condition?.split(',').map((tag) => tag.trim().replace(/^W\//, '')) ?? []
  return tags.includes(etag) || tags.includes('*')
}

function isLoopback(host: string | undefined): boolean {
  return host !== undefined && /^(127\.0\.0\.1|localhost)(:\d{1,5})?$/i.test(host)
}

function headerOf(headers: BankRequest['headers'], name: string): string | undefined {
  const value = headers[name]
  return typeof value === 'string' ? value : undefined
}

/** What keeps a page of another origin from making a script or a document of a file. */
const safe = { 'x-content-type-options': 'nosniff', 'cross-origin-resource-policy': 'same-origin' }

function plain(status: number, text: string, headers: Readonly<Record<string, string>> = {}): BankReply {
  const body = text === '' ? '' : `${text}\n`
  const type = { 'content-type': 'text/plain; charset=utf-8', 'content-length': String(Buffer.byteLength(body)) }
  return { status, headers: { ...safe, ...type, ...headers }, body: { text: body } }
}
