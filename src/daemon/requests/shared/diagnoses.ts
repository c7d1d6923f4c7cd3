/** What is wrong with a host and what to do about it, worked out from what was found. */
import type { Diagnosis } from '../../../control/index.ts'
import type { ClockOfHost } from '../../../replication/index.ts'
import { silentText } from './company.ts'

/** A clock that is further off misleads people who compare times of two hosts. */
const clockOffMsMax = 60_000
/** With less room than this, and less than this part of the disk, an upgrade may not fit. */
const freeBytesMin = 1024 * 1024 * 1024
const freePartMin = 0.05
/** With less than this nothing can be recorded soon. */
const freeBytesLeast = 64 * 1024 * 1024
const freeFilesMin = 10_000
/** Names in one message; `isconf fleet` has all. */
const namesMax = 5

/** From the clocks that were heard lately: one that differs from most of the others is wrong. */
export function clockDiagnoses(
  clocks: readonly ClockOfHost[],
  newestChangeMs: number | undefined,
  nowMs: number,
): Diagnosis[] {
  const sorted = clocks.map(({ aheadMs }) => aheadMs).sort((a, b) => a - b)
  const median = sorted[Math.floor(sorted.length / 2)]
  if (median !== undefined && Math.abs(median) > clockOffMsMax) {
    const off = `${durationText(median)} ${median > 0 ? 'behind' : 'ahead of'}`
    return [
      wrong(
        'clock',
        'warning',
        `the clock of this host is ${off} those of ${clocks.length > 1 ? 'most other hosts' : clocks[0]?.name}`,
        setClock,
      ),
    ]
  }
  const others = clocks.filter(({ aheadMs }) => Math.abs(aheadMs) > clockOffMsMax)
  if (others.length > 0) {
    const texts = others.map(({ name, aheadMs }) => `${name} by ${durationText(aheadMs)}`)
    return [wrong('clock', 'warning', `clocks of other hosts are off: ${listed(texts)}`, `${setClock}, on those hosts`)]
  }
  if (newestChangeMs !== undefined && newestChangeMs - nowMs > clockOffMsMax)
    return [
      wrong(
        'clock',
        'warning',
        `the newest changeset is ${durationText(newestChangeMs - nowMs)} later than this host's clock`,
        setClock,
      ),
    ]
  const heard =
    clocks.length === 0 ? 'no other clock was heard lately' : `within a minute of ${otherHosts(clocks.length)}`
  return [good('clock', heard)]
}

const setClock = 'have a time service set it: systemd-timesyncd, chrony or ntpd'

export interface RoomOnDisk {
  readonly home: string
  readonly freeBytes: number
  readonly totalBytes: number
  readonly freeFiles: number | undefined
}

export function diskDiagnoses({ home, freeBytes, totalBytes, freeFiles }: RoomOnDisk): Diagnosis[] {
  const free = `${sizeText(freeBytes)} of ${sizeText(totalBytes)} are free on the disk of ${home}`
  const room = 'make room there, or move IS_HOME to a larger disk'
  if (freeBytes < freeBytesLeast) return [wrong('disk', 'error', free, room)]
  if (freeBytes < Math.min(freeBytesMin, totalBytes * freePartMin)) return [wrong('disk', 'warning', free, room)]
  if (freeFiles !== undefined && freeFiles < freeFilesMin)
    return [wrong('disk', 'warning', `the disk of ${home} has inodes for ${freeFiles} more files`, room)]
  return [good('disk', free)]
}

/** `open`: what others can reach and must not. */
export function keyDiagnoses(authenticated: boolean, open: readonly string[], cloned: string | undefined): Diagnosis[] {
  const found = open.map((text) =>
    wrong('keys', 'error', text, 'chown it to the user of the daemon, and chmod go-rwx the key, go-w the directory'),
  )
  if (cloned !== undefined)
    found.push(wrong('keys', 'error', cloned, 'on the copy: isconf stop, isconf seal, isconf start'))
  if (!authenticated)
    found.push(
      wrong(
        'keys',
        'warning',
        'any host that knows the name of the domain is let in',
        'make a key and give it to all hosts: isconf init says how',
      ),
    )
  return found.length > 0 ? found : [good('keys', 'hosts prove a common key, and only this host has its own')]
}

/** `unknown`: why owners of files that are to be installed can't be had here. */
export function ownerDiagnoses(unknown: readonly string[]): Diagnosis[] {
  if (unknown.length === 0) return [good('owners', 'every owner of what is to be installed is known here')]
  return [...new Set(unknown)].map((text) =>
    wrong('owners', 'error', text, '`isconf up` would stop there: add the user or group here'),
  )
}

export interface Connections {
  readonly peers: number
  readonly known: number
  readonly unreached: readonly { readonly address: string; readonly reason: string }[]
  readonly strangers: readonly { readonly address: string; readonly text: string }[]
  /** Connected hosts that answer nothing. */
  readonly silent: readonly string[]
  /** Hosts that are reached over another one only. */
  readonly relayed: readonly { readonly host: string; readonly via: string }[]
}

export function networkDiagnoses({ peers, known, unreached, strangers, silent, relayed }: Connections): Diagnosis[] {
  const found = strangers.map(({ address, text }) =>
    wrong(
      'network',
      'warning',
      `${address} ${text}`,
      'give both hosts the same domain and keys, or take the address out of IS_NETS',
    ),
  )
  const addresses = unreached.map(({ address, reason }) => `${address} (${reason})`)
  if (addresses.length > 0)
    found.push(
      wrong(
        'network',
        'warning',
        `no host is reached at ${listed(addresses)}`,
        'start the host, open IS_PORT (TCP) on the way there, or take it out of IS_NETS',
      ),
    )
  if (silent.length > 0)
    found.push(
      wrong(
        'network',
        silent.length === peers ? 'error' : 'warning',
        silentText(silent),
        'see whether the others run, and whether the network between them does',
      ),
    )
  if (peers === 0 && known > 0)
    found.push(
      wrong(
        'network',
        'error',
        `none of ${otherHosts(known)} of the domain is connected`,
        'see whether the others run, and whether IS_PORT (TCP) is open between them',
      ),
    )
  if (found.length > 0) return found
  if (peers === 0) return [good('network', 'no other host is known')]
  const over = relayed.map(({ host, via }) => `${host} over ${via}`)
  return [good('network', [`connected to ${peers} of ${otherHosts(known)}`, ...over].join(', '))]
}

/** By name, the release that each other host has told. */
export function releaseDiagnoses(own: string, others: ReadonlyMap<string, string>): Diagnosis[] {
  const namesByRelease = new Map<string, string[]>()
  for (const [name, release] of others) namesByRelease.set(release, [...(namesByRelease.get(release) ?? []), name])
  if (others.size === 0) return [good('releases', `this host has ${own}; no other has told its release`)]
  namesByRelease.delete(own)
  if (namesByRelease.size === 0) return [good('releases', `all hosts that have told have ${own}`)]
  const texts = [...namesByRelease].map(([release, names]) => `${release} on ${listed(names)}`)
  return [
    wrong(
      'releases',
      'warning',
      `this host has ${own}; there is ${texts.join('; ')}`,
      'bring all hosts to one release before you record what only the newer one can do',
    ),
  ]
}

export function good(check: string, message: string): Diagnosis {
  return { check, severity: 'good', message, hint: null }
}

export function wrong(check: string, severity: 'warning' | 'error', message: string, hint: string): Diagnosis {
  return { check, severity, message, hint }
}

function otherHosts(number: number): string {
  return `${number} other host${number === 1 ? '' : 's'}`
}

function listed(texts: readonly string[]): string {
  const more = texts.length - namesMax
  return more > 0 ? `${texts.slice(0, namesMax).join(', ')} and ${more} more` : texts.join(', ')
}

function durationText(ms: number): string {
  const seconds = Math.round(Math.abs(ms) / 1_000)
  if (seconds < 120) return `${seconds} seconds`
  if (seconds < 7_200) return `${Math.round(seconds / 60)} minutes`
  return seconds < 172_800 ? `${Math.round(seconds / 3_600)} hours` : `${Math.round(seconds / 86_400)} days`
}

function sizeText(bytes: number): string {
  const mebibytes = bytes / 1024 / 1024
  return mebibytes < 10_240 ? `${Math.round(mebibytes)} MiB` : `${Math.round(mebibytes / 1024)} GiB`
}
