/** A parser of what comes from outside, what it takes, and what it may do with the rest. */
import assert from 'node:assert/strict'
import * as z from 'zod'
import { IsconfError } from '../../src/base/index.ts'

export interface Parser {
  readonly name: string
  /** What it takes: inputs are made from these. */
  readonly seeds: readonly Uint8Array[]
  /** Takes it, or refuses it as its callers expect; anything else is a finding. */
  readonly parse: (bytes: Uint8Array) => void | Promise<void>
}

/** A parser of bytes that refuses by what it returns. */
export function ofBytes(name: string, seeds: readonly Uint8Array[], parse: Parser['parse']): Parser {
  return { name, seeds, parse }
}

/** A parser of text; one that refuses throws an {@link IsconfError} that a person can read. */
export function ofText(name: string, seeds: readonly string[], parse: (text: string) => void): Parser {
  return {
    name,
    seeds: seeds.map((seed) => Buffer.from(seed)),
    parse: (bytes) => {
      try {
        parse(Buffer.from(bytes).toString('utf8'))
      } catch (error) {
        if (!(error instanceof IsconfError) || error.code === 'UNEXPECTED') throw error
        assert.ok(error.message.length < 100_000, 'a message that a person can read')
      }
    },
  }
}

/** A message in JSON: what its schema takes it takes again when it is written and read. */
export function ofJson(name: string, schema: z.ZodType, seeds: readonly unknown[]): Parser {
  return ofText(
    name,
    seeds.map((seed) => JSON.stringify(seed)),
    (text) => {
      const value = jsonOf(text)
      if (value === undefined) return
      const parsed = schema.safeParse(value)
      if (!parsed.success) return void z.prettifyError(parsed.error)
      const again = schema.safeParse(JSON.parse(JSON.stringify(parsed.data)))
      assert.ok(again.success, 'what was taken is taken again')
    },
  )
}

export function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
