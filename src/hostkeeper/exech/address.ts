/** What exech is told to fetch. */
import { fileURLToPath } from 'node:url'
import { IsconfError, isBankName } from '../../base/index.ts'
import { bankPath } from '../../control/index.ts'

export type Address =
  | { readonly kind: 'web'; readonly url: URL; readonly name: string }
  | { readonly kind: 'file'; readonly path: string; readonly name: string }
  /** By name, from the package bank of the domain. */
  | { readonly kind: 'bank'; readonly name: string }

export interface Script {
  readonly address: Address
  /** In lower-case hexadecimal; undefined when none was given. */
  readonly sha256: string | undefined
}

/** A word of the command line, with the value of --sha256. USAGE. */
export function parseScript(word: string, flag: string | undefined): Script {
  const [, before = word, fragment] = /^([^#]*)#(.*)$/s.exec(word) ?? []
  const inWord = fragment === undefined ? undefined : hashInFragment(word, fragment)
  const inFlag = flag === undefined ? undefined : hashFrom(flag, flag)
  if (inWord !== undefined && inFlag !== undefined && inWord !== inFlag)
    throw usage(`--sha256 ${inFlag} is not the hash in ${JSON.stringify(word)}`)
  return { address: addressOf(before), sha256: inFlag ?? inWord }
}

const hint = 'exech takes a URL of http, https or file, or the name of a file in the package bank'

function usage(message: string): IsconfError {
  return new IsconfError('USAGE', message, { hint })
}

function hashInFragment(word: string, fragment: string): string {
  const [, hash] = /^sha256=(.*)$/s.exec(fragment) ?? []
  if (hash === undefined) throw usage(`${JSON.stringify(word)} has a # that is not #sha256=HEX`)
  return hashFrom(hash, word)
}

function hashFrom(text: string, word: string): string {
  if (!/^[0-9a-f]{64}$/i.test(text)) throw usage(`${JSON.stringify(word)}: a SHA-256 has 64 hexadecimal digits`)
  return text.toLowerCase()
}

function addressOf(word: string): Address {
  if (/^[A-Za-z0-9][\w.+~-]*$/.test(word)) return { kind: 'bank', name: word }
  const url = URL.canParse(word) ? new URL(word) : undefined
  if (url?.protocol === 'file:') return { kind: 'file', path: pathFrom(word, url), name: nameOf(url) }
  if (url?.protocol !== 'http:' && url?.protocol !== 'https:')
    throw usage(`${JSON.stringify(word)} is no address of a script`)
  return { kind: 'web', url, name: nameOf(url) }
}

/** What an address of the package bank of this host names, where that has this port; undefined for all others. */
export function bankNameOf({ protocol, hostname, port, pathname }: URL, bankPort: number): string | undefined {
  const isBank = protocol === 'http:' && /^(127\.0\.0\.1|localhost)$/.test(hostname) && Number(port) === bankPort
  const name = pathname.slice(`${bankPath}/`.length)
  return isBank && pathname.startsWith(`${bankPath}/`) && isBankName(name) ? name : undefined
}

function pathFrom(word: string, url: URL): string {
  try {
    return fileURLToPath(url)
  } catch {
    throw usage(`${JSON.stringify(word)} names no file of this host`)
  }
}

/** What the script sees as its own name: a part of the address, made fit for a file. */
function nameOf(url: URL): string {
  const last = url.pathname.split('/').pop() ?? ''
  const name = last.replaceAll(/[^\w.+~-]/g, '_').slice(0, nameLengthMax)
  return /^\.*$/.test(name) ? 'script' : name
}

/** File systems take 255 bytes. */
const nameLengthMax = 200

/** What to run: the file itself where the kernel knows what it is, otherwise /bin/sh with it. */
export function commandFor(file: string, firstBytes: Uint8Array): readonly [string, ...string[]] {
  const head = Buffer.from(firstBytes)
  const isKnown = head.subarray(0, 2).equals(Buffer.from('#!')) || head.subarray(0, 4).equals(Buffer.from('\x7fELF'))
  return isKnown ? [file] : ['/bin/sh', file]
}
