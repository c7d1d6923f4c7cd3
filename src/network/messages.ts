/**
 * What the two processes say to each other. What the daemon is told is checked as if a stranger had said it, and each
 * field has a bound.
 */
import * as z from 'zod/mini'
import { isSha256Hex } from '../base/index.ts'
import type { DomainKeys, PeerId, Stranger } from '../mesh/index.ts'
import { type FileAsked, type FilesAsked, rangeBytesMax } from '../transfer/index.ts'
import { localQuestionSchema } from './local/questions.ts'

/** Counts up to what no honest side reaches. */
const count = z.int().check(z.minimum(0), z.maximum(Number.MAX_SAFE_INTEGER))
export const peerPattern = /^[1-9A-HJ-NP-Za-km-z]{40,64}$/
const peer = z.pipe(
  z.string().check(z.regex(peerPattern)),
  z.transform((id) => id as PeerId),
)
/** An address, with the id of a peer and another one that it is reached over. */
const address = z.string().check(z.maxLength(300))
const text = z.string().check(z.maxLength(1_024))
/** As the channel numbers them. */
const stream = z.int().check(z.minimum(1), z.maximum(0xffff_ffff))

const peerFacts = {
  address,
  dialable: z.array(address).check(z.maxLength(32)),
  via: z.optional(peer),
}

const stranger = z.object({ address, text, time: z.string().check(z.maxLength(64)), isOnlyHeard: z.boolean() })

const file = z.string().check(z.refine(isSha256Hex))

/** How many files one message may ask for: they are handed over together. */
export const openFilesMax = 32

/** What is wanted of a file: these bytes of it, or its piece list. */
const fileWanted = z.object({
  file,
  position: count,
  length: z.int().check(z.minimum(0), z.maximum(rangeBytesMax)),
  isList: z.boolean(),
})
export type FileWanted = z.infer<typeof fileWanted>

/** From the network process to the daemon. */
export const fromNetworkSchema = z.discriminatedUnion('type', [
  /** Its first word, which each release understands of every other. What follows is of this release. */
  z.object({ type: z.literal('hello'), release: z.string().check(z.maxLength(100)) }),
  /** It listens. */
  z.object({ type: z.literal('ready') }),
  /** It can't listen, and ends. */
  z.object({ type: z.literal('failed'), code: z.enum(['PORT_TAKEN', 'PORT_FORBIDDEN', 'NETWORK_PROCESS']), text }),
  z.object({ type: z.literal('dialed'), dial: count, peer }),
  z.object({ type: z.literal('not dialed'), dial: count, isOwn: z.boolean(), text }),
  z.object({ type: z.literal('up'), peer, ...peerFacts }),
  z.object({ type: z.literal('peer'), peer, ...peerFacts }),
  z.object({ type: z.literal('down'), peer }),
  z.object({
    type: z.literal('pong'),
    peer,
    roundTripMs: z.optional(z.number().check(z.minimum(0), z.maximum(3_600_000))),
  }),
  z.object({
    type: z.literal('facts'),
    addresses: z.array(address).check(z.maxLength(256)),
    refused: count,
    strangers: z.array(stranger).check(z.maxLength(32)),
  }),
  /** Another machine has this host's key. */
  z.object({ type: z.literal('own key'), address }),
  z.object({ type: z.literal('log'), level: z.enum(['info', 'warn', 'error']), text, facts: z.record(text, text) }),
  /** The answer to 'alive'. */
  z.object({ type: z.literal('alive') }),
  /** The page is served at a port of 127.0.0.1. */
  z.object({ type: z.literal('page served'), port: z.int().check(z.minimum(1), z.maximum(65_535)) }),
  /** It can't be. */
  z.object({ type: z.literal('page not served'), text }),
  /** A connection to the package bank that was handed over has ended. */
  z.object({ type: z.literal('connection over'), connection: count }),
  /** A question of what is served, whose answer goes on a stream that this opens. */
  z.object({ type: z.literal('local question'), stream, question: localQuestionSchema }),
  /** A peer has asked what is here of a file. */
  z.object({ type: z.literal('file asked for'), file, peer }),
  /** What is here of a file? */
  z.object({ type: z.literal('held'), ask: count, file }),
  /** Files that the network process wants to read. */
  z.object({
    type: z.literal('files'),
    ask: count,
    files: z.array(fileWanted).check(z.minLength(1), z.maxLength(openFilesMax)),
  }),
])

export type FromNetwork = z.infer<typeof fromNetworkSchema>

/** What counts from one moment to the next, and is told again when it has changed. */
export interface NetworkSettings {
  readonly keys: DomainKeys
  /** Whether hosts are looked for on the local network, from now on. */
  readonly discovers: boolean
  /** How many more connections are wanted; absent where everybody may know everybody. */
  readonly wanted?: number | undefined
}

/** What the network process is to do, told once. */
export interface NetworkStart extends NetworkSettings {
  /** This host's private key, PKCS #8 in PEM: TLS has no other way to prove who it is. */
  readonly hostKey: string
  /** Its certificate, as PEM. */
  readonly certificate: string
  readonly host: string
  readonly port: number
  readonly domain: string
}

/** What the programs of this host are to be served. */
export interface LocalSettings {
  /** The user whose daemon it is: what is theirs counts as root's. */
  readonly owner: number | undefined
  /** The port of the page, or 0 for any free one; absent when there is none. */
  readonly pagePort?: number | undefined
}

/** From the daemon to the network process, which believes it. */
export type ToNetwork =
  | ({ readonly type: 'start' } & NetworkStart)
  | ({ readonly type: 'settings' } & NetworkSettings)
  | { readonly type: 'handle'; readonly protocol: string }
  | { readonly type: 'dial'; readonly dial: number; readonly address: string }
  | { readonly type: 'stop dialing'; readonly dial: number }
  /** Files are to be fetched on a stream (`fetched.ts`): pieces of one, for which memory may be lent, or small ones together. */
  | ({ readonly type: 'fetch lane'; readonly stream: number; readonly isLent: boolean } & FileAsked)
  | ({ readonly type: 'fetch files'; readonly stream: number } & FilesAsked)
  | { readonly type: 'ping'; readonly peer: PeerId }
  | { readonly type: 'disconnect'; readonly peer: PeerId }
  | { readonly type: 'alive' }
  | { readonly type: 'close' }
  | ({ readonly type: 'serve' } & LocalSettings)
  /** A connection to the package bank is to be served, and was handed over before. */
  | { readonly type: 'connection'; readonly connection: number }
  /** Comes with the socket over which files are handed over, where there can be one. */
  | { readonly type: 'handover' }
  /** The answer: how many pieces a file has, and a bit for each that is here; no bits when all are. */
  | { readonly type: 'held'; readonly ask: number; readonly pieces?: number; readonly bits?: string }
  /** The answer: what there is, in the order of the question. Each that is not missing is handed over. */
  | { readonly type: 'files'; readonly ask: number; readonly found: readonly Found[] }

/** Whether a file is missing, or open with the part that was wanted, or as a whole. */
export type Found = 'missing' | 'part' | 'whole'

/** What people are told of the network. */
export interface NetworkFacts {
  readonly addresses: readonly string[]
  /** Connections that came to nothing at admission. */
  readonly refused: number
  readonly strangers: readonly Stranger[]
}
