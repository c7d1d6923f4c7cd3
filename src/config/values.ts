/** The forms that a setting's value can take. A refusal completes the sentence "IS_PORT …". */

/** A value, or what is wrong with the text. */
export type Parsed<Value> = { readonly value: Value } | { readonly problem: string }

/** How a snapped file's owner is found on the host it arrives at: by name or by number. */
export type OwnerMode = 'name' | 'numeric'

/** Where the daemon's log goes. */
export type LogPlace = 'auto' | 'journal' | 'syslog' | 'file'

/** Whether other hosts may rehearse on this one, and whether what they rehearse sees its network. */
export type RehearsalConsent = 'no' | 'yes' | 'net'

/** Whether a host does `up` when somebody asks for it, or by itself. */
export type UpMode = 'manual' | 'auto'

/** What `ci` does with operations that do not replay. */
export type ReplayWarnings = 'warn' | 'error'

/** Where the page is served: a TCP port of 127.0.0.1, 0 for any free one, or the path of a unix socket. */
export type WebPlace = { readonly port: number } | { readonly path: string }

const booleanByWord: ReadonlyMap<string, boolean> = new Map([
  ['1', true],
  ['yes', true],
  ['true', true],
  ['on', true],
  ['0', false],
  ['no', false],
  ['false', false],
  ['off', false],
])

export function parseText(text: string): Parsed<string> {
  return { value: text }
}

export function parseBoolean(text: string): Parsed<boolean> {
  const value = booleanByWord.get(text.toLowerCase())
  return value === undefined ? { problem: wrong('1, 0, yes, no, true, false, on or off', text) } : { value }
}

/** A TCP port, 0 to 65535. */
export function parsePort(text: string): Parsed<number> {
  const value = /^\d{1,5}$/.test(text) ? Number(text) : Number.NaN
  return value <= 65_535 ? { value } : { problem: wrong('a port, 0 to 65535', text) }
}

/** Up to a day. */
export function parseSeconds(text: string): Parsed<number> {
  const value = /^[1-9]\d{0,4}$/.test(text) ? Number(text) : Number.NaN
  return value <= 86_400 ? { value } : { problem: wrong('a number of seconds, 1 to 86400', text) }
}

/** Up to a day, and none. */
export function parseSplay(text: string): Parsed<number> {
  const parsed = text === '0' ? { value: 0 } : parseSeconds(text)
  return 'value' in parsed ? parsed : { problem: wrong('a number of seconds, 0 to 86400', text) }
}

export function parseUpMode(text: string): Parsed<UpMode> {
  return text === 'manual' || text === 'auto' ? { value: text } : { problem: wrong('manual or auto', text) }
}

/** Relative ones are refused: the command line and the daemon don't share a working directory. */
export function parseAbsolutePath(text: string): Parsed<string> {
  if (!text.startsWith('/')) return { problem: wrong('an absolute path', text) }
  return { value: text.length > 1 ? text.replace(/\/+$/, '') || '/' : text }
}

/** Separated by spaces. */
export function parseAbsolutePaths(text: string): Parsed<string> {
  const paths: string[] = []
  for (const word of text.split(/\s+/).filter((one) => one !== '')) {
    const parsed = parseAbsolutePath(word)
    if ('problem' in parsed) return parsed
    paths.push(parsed.value)
  }
  return { value: paths.join(' ') }
}

export function parseOwner(text: string): Parsed<OwnerMode> {
  return text === 'name' || text === 'numeric' ? { value: text } : { problem: wrong('name or numeric', text) }
}

export function parseLog(text: string): Parsed<LogPlace> {
  if (text === 'auto' || text === 'journal' || text === 'syslog' || text === 'file') return { value: text }
  return { problem: wrong('auto, journal, syslog or file', text) }
}

export function parseWarnings(text: string): Parsed<ReplayWarnings> {
  return text === 'warn' || text === 'error' ? { value: text } : { problem: wrong('warn or error', text) }
}

export function parseRehearsals(text: string): Parsed<RehearsalConsent> {
  return text === 'no' || text === 'yes' || text === 'net'
    ? { value: text }
    : { problem: wrong('no, yes or net', text) }
}

/** A place of the page; undefined for `no`. */
export function parseWebPlace(text: string): Parsed<WebPlace | undefined> {
  if (text === 'no') return { value: undefined }
  const port = parsePort(text)
  if ('value' in port) return { value: { port: port.value } }
  const path = parseAbsolutePath(text)
  return 'value' in path
    ? { value: { path: path.value } }
    : { problem: wrong('no, a port of 127.0.0.1, or the absolute path of a unix socket', text) }
}

/** The same as text: `no`, a port, or a path. */
export function parseWeb(text: string): Parsed<string> {
  const parsed = parseWebPlace(text)
  return 'value' in parsed ? { value: text } : parsed
}

export function parseIpAddress(text: string): Parsed<string> {
  return ipVersion(text) === undefined ? { problem: wrong('an IP address', text) } : { value: text }
}

/** 4 or 6; undefined when the text is not an IP address. A zone (`%eth0`) is not part of one. */
export function ipVersion(text: string): 4 | 6 | undefined {
  const octets = text.split('.')
  if (octets.length === 4 && octets.every((octet) => /^(0|[1-9]\d{0,2})$/.test(octet) && Number(octet) <= 255)) return 4
  if (!/^[0-9A-Fa-f:.]+$/.test(text) || !text.includes(':')) return undefined
  return URL.canParse(`http://[${text}]/`) ? 6 : undefined
}

export function wrong(wanted: string, text: string): string {
  return `must be ${wanted}, not ${JSON.stringify(text)}`
}
