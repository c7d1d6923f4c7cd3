/** Inputs for parsers: what is right, changed here and there, and what never was. */
import fc from 'fast-check'

/** What parsers of text stumble over, more often than chance would bring it. */
const tokens = [
  ...[
    '{',
    '}',
    '[',
    ']',
    '"',
    ':',
    ',',
    '\\',
    '\\u0000',
    '\\ud800',
    '\n',
    '\r',
    '\t',
    '\0',
    ' ',
    '=',
    '#',
    '$',
    '`',
    "'",
  ],
  ...['../', '//', '/', '.', '*', '?', '(', ')', '+', '%', '@', '&', '|', ';', '~', '^', '-', '_', '<', '>', '!'],
  ...['null', 'true', '-1', '0', '-0', '1e309', '1e15', '9007199254740993', '4294967295', '0.1', '{"__proto__":{}}'],
  ...['"constructor":', '"__proto__":', 'é', '\u{1F980}', '\u2028', '\ufeff', '${A}', '$(A)', 'DEFAULT', '+ANY+'],
  ...['a'.repeat(300), '['.repeat(200), '{"a":'.repeat(100), '0'.repeat(64), 'f'.repeat(64)],
].map((token) => Buffer.from(token))

interface Edit {
  readonly kind: 'flip' | 'insert' | 'cut' | 'double' | 'move' | 'token'
  readonly at: number
  readonly length: number
  readonly byte: number
  readonly token: Uint8Array
}

const edit: fc.Arbitrary<Edit> = fc.record({
  kind: fc.constantFrom('flip', 'insert', 'cut', 'double', 'move', 'token'),
  at: fc.nat(),
  length: fc.nat(40),
  byte: fc.nat(255),
  token: fc.constantFrom(...tokens),
})

/** No input is longer: what grows at each of several edits must not fill the memory. */
const bytesMax = 16 * 1024

function edited(bytes: Uint8Array, { kind, at: anywhere, length, byte, token }: Edit): Uint8Array {
  const at = bytes.length === 0 ? 0 : anywhere % (bytes.length + 1)
  const [before, after] = [bytes.subarray(0, at), bytes.subarray(at)]
  const part = after.subarray(0, length)
  switch (kind) {
    case 'flip':
      return Buffer.concat([before, Uint8Array.of((after[0] ?? 0) ^ byte), after.subarray(1)])
    case 'insert':
      return Buffer.concat([before, Uint8Array.of(byte), after])
    case 'cut':
      return Buffer.concat([before, after.subarray(length)])
    case 'double':
      return Buffer.concat([before, part, part, after.subarray(length)])
    case 'move':
      return Buffer.concat([part, before, after.subarray(length)])
    default:
      return Buffer.concat([before, token, after])
  }
}

/** Inputs made from what a parser takes. */
export function inputsLike(seeds: readonly Uint8Array[]): fc.Arbitrary<Uint8Array> {
  const changed = fc
    .tuple(fc.constantFrom(...seeds), fc.array(edit, { maxLength: 5 }))
    .map(([seed, edits]) => edits.reduce(edited, seed).subarray(0, bytesMax))
  const soup = fc.array(fc.constantFrom(...tokens), { maxLength: 12 }).map((parts) => Buffer.concat(parts))
  const anything = fc.uint8Array({ maxLength: 200 })
  return fc.oneof({ arbitrary: changed, weight: 8 }, { arbitrary: soup, weight: 1 }, { arbitrary: anything, weight: 1 })
}
