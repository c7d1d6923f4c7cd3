/** docs/conformance.md says which test or document meets each statement of the specification; here it is held to that. */
import assert from 'node:assert/strict'
import { existsSync, readFileSync } from 'node:fs'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('..', import.meta.url))
const read = (path: string): string => readFileSync(`${root}/${path}`, 'utf8')

/** Row of the table: `| M001 | what it says | met | where |`. */
const rows = read('docs/conformance.md')
  .split('\n')
  .flatMap((line) => {
    const [, id, statement, state, where] = /^\| ([A-Z]\d{3}) \| (.+?) \| (\S[^|]*) \| (.*) \|$/.exec(line) ?? []
    return id && statement && state !== undefined && where !== undefined ? [{ id, statement, state, where }] : []
  })

/** The statements of the specification, by the letter of their source. */
const statements = { M: 193, C: 31, K: 65, A: 45 }

test('docs/conformance.md has each statement once, in order', () => {
  const wanted = Object.entries(statements).flatMap(([letter, count]) =>
    Array.from({ length: count }, (_, index) => `${letter}${String(index + 1).padStart(3, '0')}`),
  )
  assert.deepEqual(
    rows.map(({ id }) => id),
    wanted,
  )
})

for (const { id, state, where } of rows) {
  test(`${id} is as docs/conformance.md says`, () => {
    assert.match(state, /^(met|open|not met)$/, `${id}: the state is met, open or not met`)
    if (state !== 'met') return assert.ok(where.length > 20, `${id}: why it is ${state}`)
    const places = placesIn(where)
    assert.ok(places.length > 0, `${id}: ${where} names no place`)
    for (const { path, part } of places) assertPlace(id, path, part)
  })
}

interface Place {
  readonly path: string
  /** The name of a test, or the section of a manual page. */
  readonly part: string | undefined
}

/** Places as the table writes them: `path` "name of a test", `path` SECTION, or `path` alone. */
function placesIn(where: string): readonly Place[] {
  return [...where.matchAll(/`([^`]+)`(?: "([^"]+)"| ([A-Z][A-Z/ ]+[A-Z]))?/g)].map(([, path = '', name, section]) => ({
    path,
    part: name ?? section,
  }))
}

function assertPlace(id: string, path: string, part: string | undefined): void {
  assert.ok(existsSync(`${root}/${path}`), `${id}: there is no ${path}`)
  if (path.endsWith('.test.ts')) {
    assert.ok(part !== undefined, `${id}: which test of ${path}?`)
    assert.ok(
      testNames(path).some((name) => name.test(part)),
      `${id}: ${path} has no test "${part}"`,
    )
  } else if (path.startsWith('man/')) {
    assert.ok(part !== undefined, `${id}: which section of ${path}?`)
    assert.ok(read(path).split('\n').includes(`.Sh ${part}`), `${id}: ${path} has no section ${part}`)
  }
}

/** The names of a file's tests; what is filled in when it runs may be anything. */
function testNames(path: string): readonly RegExp[] {
  const literals = [
    ...read(path).matchAll(
      /\b(?:test|netnsTest|makeTest|systemdTest)\(\s*(?:'((?:[^'\\]|\\.)*)'|"((?:[^"\\]|\\.)*)"|`((?:[^`\\]|\\.)*)`)/g,
    ),
  ]
  return literals.map(([, single, double, template]) => {
    const text = (single ?? double ?? template ?? '').replaceAll(/\\(.)/g, '$1')
    const parts = template === undefined ? [text] : text.split(/\$\{[^}]*\}/)
    return new RegExp(`^${parts.map((part) => part.replaceAll(/[.*+?^$()[\]{}|\\/]/g, '\\$&')).join('.*')}$`)
  })
}
