/**
 * Starts commands with the limits, niceness and OOM score of {@link resourceLimits}: this process has them itself for
 * the moment of the fork, which takes them over, and its own again after it. None of our code runs in that moment.
 */
import { readFileSync, writeFileSync } from 'node:fs'
import { getPriority, setPriority } from 'node:os'
import {
  commandNiceness,
  commandOomScore,
  type LimitPair,
  type ResourceLimit,
  resourceLimits,
} from './command-limits.ts'
import { type SystemCalls, systemCalls } from './system-calls.io.ts'

const oomScorePath = '/proc/self/oom_score_adj'
/** CAP_SYS_NICE and CAP_SYS_RESOURCE, in /proc/self/status. */
const niceRight = 23n
const resourceRight = 24n

let rights: { readonly nice: boolean; readonly resource: boolean } | undefined

/** Whatever `start` starts has the fixed limits, as far as this process may set them and then get its own back. */
export function withCommandLimits<Started>(start: () => Started): Started {
  const restores = [setNiceness(), setOomScore(), ...setLimits()]
  try {
    return start()
  } finally {
    for (const restore of restores) restore?.()
  }
}

/**
 * Limits that commands will not have as fixed, in words for people; none for a plain user's daemon, which changes no
 * machine.
 */
export function limitRemarks(): readonly string[] {
  if (process.getuid?.() !== 0) return []
  const loaded = systemCalls()
  if (!loaded.calls) return [`commands have the limits of the daemon, for ${loaded.why}`]
  const { calls } = loaded
  const { nice, resource } = rightsHere()
  const others = resourceLimits.filter(
    (limit) => !resource && !limit.ofMachine && !isWithin(calls.getLimit(limit.number), limit),
  )
  const remarks = others.map(({ name }) => `the limit ${name}`)
  if (!nice && getPriority() !== commandNiceness) remarks.push(`niceness ${getPriority()}`)
  if (remarks.length === 0) return []
  return [`commands have what the daemon was started with, and has not the right to change: ${remarks.join(', ')}`]
}

type Restore = (() => void) | undefined

function setNiceness(): Restore {
  const own = getPriority()
  if (own === commandNiceness || !rightsHere().nice) return undefined
  setPriority(commandNiceness)
  return () => setPriority(own)
}

function setOomScore(): Restore {
  try {
    const own = readFileSync(oomScorePath, 'utf8')
    if (Number(own) === commandOomScore || !rightsHere().resource) return undefined
    writeFileSync(oomScorePath, String(commandOomScore))
    return () => writeFileSync(oomScorePath, own)
  } catch {
    // A machine without /proc.
    return undefined
  }
}

function setLimits(): readonly Restore[] {
  const { calls } = systemCalls()
  if (!calls) return []
  return resourceLimits.map((limit) => setLimit(calls, limit))
}

function setLimit(calls: SystemCalls, limit: ResourceLimit): Restore {
  const own = calls.getLimit(limit.number)
  const wanted = reachable(own, limit, rightsHere().resource)
  if (own.soft === wanted.soft && own.hard === wanted.hard) return undefined
  calls.setLimit(limit.number, wanted)
  return () => calls.setLimit(limit.number, own)
}

/**
 * Without the right, a hard limit that was lowered could not be raised again: so it stays as it is, and bounds the soft
 * one.
 */
function reachable(own: LimitPair, { soft, hard }: ResourceLimit, mayRaise: boolean): LimitPair {
  if (mayRaise) return { soft, hard }
  const bound = Math.min(own.hard ?? Number.POSITIVE_INFINITY, soft ?? Number.POSITIVE_INFINITY)
  return { soft: bound === Number.POSITIVE_INFINITY ? undefined : bound, hard: own.hard }
}

/** Whether a command can be given the soft limit that is wanted. */
function isWithin(own: LimitPair, { soft }: ResourceLimit): boolean {
  return own.hard === undefined || (soft !== undefined && soft <= own.hard)
}

/** What this process may do; it never changes. */
function rightsHere(): NonNullable<typeof rights> {
  if (rights) return rights
  let effective = 0n
  try {
    const [, digits = '0'] = /^CapEff:\s*([0-9a-f]+)$/m.exec(readFileSync('/proc/self/status', 'utf8')) ?? []
    effective = BigInt(`0x${digits}`)
  } catch {
    // A machine without /proc.
  }
  const has = (bit: bigint): boolean => (effective & (1n << bit)) !== 0n
  rights = { nice: has(niceRight), resource: has(resourceRight) }
  return rights
}
