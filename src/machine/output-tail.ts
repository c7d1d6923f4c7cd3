/** The end of what a command writes, without secrets: for whoever looks later at what happened. */
import type { CommandListener, OutputStream } from './machine.ts'

/** Of each stream. */
export const tailBytesMax = 64 * 1024
/** How much of a line is shown beside other things. */
const lineLengthMax = 200
/** A shorter value is part of many words that are no secret. */
const secretLengthMin = 4
const mask = '***'

/** The end of both streams, as text. */
export interface OutputEnd {
  readonly stdout: string
  readonly stderr: string
  /** How many bytes came before, on each stream. */
  readonly cutBytes: { readonly stdout: number; readonly stderr: number }
}

/** Hears what a command writes, and keeps the end of it. */
export class OutputTail {
  readonly #secrets: readonly Buffer[]
  readonly #streams: Readonly<Record<OutputStream, Tail>>

  /** `secrets` are what is masked: the values of variables that were recorded. */
  constructor(secrets: readonly string[]) {
    this.#secrets = secrets
      .map((secret) => Buffer.from(secret))
      .filter(({ length }) => length >= secretLengthMin)
      // A secret within a longer one is not to leave the rest of that.
      .sort((a, b) => b.length - a.length)
    const longest = this.#secrets[0]?.length ?? 0
    this.#streams = { stdout: new Tail(longest), stderr: new Tail(longest) }
  }

  /** A listener that hears the same; what is written is kept here as well. */
  listening<L extends CommandListener>(listener: L): L {
    return {
      ...listener,
      output: (stream: OutputStream, bytes: Uint8Array) => {
        this.#streams[stream].add(bytes)
        return listener.output(stream, bytes)
      },
    }
  }

  /** Undefined when nothing was written. */
  end(): OutputEnd | undefined {
    const { stdout, stderr } = this.#streams
    if (stdout.isEmpty && stderr.isEmpty) return undefined
    const [out, err] = [stdout.end(this.#secrets), stderr.end(this.#secrets)]
    return { stdout: out.text, stderr: err.text, cutBytes: { stdout: out.cutBytes, stderr: err.cutBytes } }
  }
}

/** The last line that says something: of standard error if there is one, otherwise of standard output. */
export function lastLine({ stdout, stderr }: OutputEnd): string | undefined {
  for (const text of [stderr, stdout]) {
    const line = text
      .split(/[\r\n]/)
      .findLast((one) => one.trim() !== '')
      ?.trim()
    if (line !== undefined) return line.length > lineLengthMax ? `${line.slice(0, lineLengthMax - 1)}…` : line
  }
  return undefined
}

class Tail {
  /** If the beginning of a secret was cut off, its rest must not be seen either. */
  readonly #marginBytes: number
  #chunks: Buffer[] = []
  #heldBytes = 0
  #cutBytes = 0

  constructor(marginBytes: number) {
    this.#marginBytes = marginBytes
  }

  get isEmpty(): boolean {
    return this.#heldBytes === 0
  }

  add(bytes: Uint8Array): void {
    const wantedBytes = tailBytesMax + this.#marginBytes
    // What is kept is copied: the bytes may be a small part of a large buffer.
    const kept = Buffer.from(bytes.subarray(Math.max(0, bytes.length - wantedBytes)))
    this.#cutBytes += bytes.length - kept.length
    this.#chunks.push(kept)
    this.#heldBytes += kept.length
    // Not at each line: a command may write a million of them.
    if (this.#heldBytes > 2 * wantedBytes || this.#chunks.length > chunksMax) this.#compact(wantedBytes)
  }

  end(secrets: readonly Buffer[]): { readonly text: string; readonly cutBytes: number } {
    this.#compact(tailBytesMax + this.#marginBytes)
    const [bytes = Buffer.alloc(0)] = this.#chunks
    const secretRanges = rangesOf(bytes, secrets)
    // Only what was cut can have a part of a secret at its beginning.
    let from = this.#cutBytes > 0 ? Math.max(this.#marginBytes, bytes.length - tailBytesMax) : 0
    if (bytes.length > tailBytesMax) from = Math.max(from, bytes.length - tailBytesMax)
    const cutBytes = this.#cutBytes + from
    const parts: Buffer[] = []
    for (const [begin, end] of secretRanges) {
      if (end <= from) continue
      if (begin > from) parts.push(bytes.subarray(from, begin))
      parts.push(Buffer.from(mask))
      from = end
    }
    parts.push(bytes.subarray(from))
    return { text: Buffer.concat(parts).toString('utf8'), cutBytes }
  }

  #compact(wantedBytes: number): void {
    const all = Buffer.concat(this.#chunks)
    const kept = Buffer.from(all.subarray(Math.max(0, all.length - wantedBytes)))
    this.#cutBytes += all.length - kept.length
    this.#chunks = [kept]
    this.#heldBytes = kept.length
  }
}

const chunksMax = 4_096

type Range = readonly [begin: number, end: number]

/** Where secrets stand, in their order; those that touch or overlap are one. */
function rangesOf(bytes: Buffer, secrets: readonly Buffer[]): readonly Range[] {
  const found: Range[] = []
  for (const secret of secrets) {
    for (let at = bytes.indexOf(secret); at !== -1; at = bytes.indexOf(secret, at + 1))
      found.push([at, at + secret.length])
  }
  const merged: [number, number][] = []
  for (const [begin, end] of found.sort((a, b) => a[0] - b[0])) {
    const last = merged.at(-1)
    if (last && begin <= last[1]) last[1] = Math.max(last[1], end)
    else merged.push([begin, end])
  }
  return merged
}
