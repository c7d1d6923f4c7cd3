/** ARCHITECTURE.md leads a reader through the code: what it names has to be there. */
import assert from 'node:assert/strict'
import { existsSync, readFileSync } from 'node:fs'
import { test } from 'node:test'

process.chdir(new URL('..', import.meta.url).pathname)

interface Stop {
  readonly path: string
  readonly functionNames: readonly string[]
}

/** Each path that the text names, with the functions that are named behind it. */
function stopsOf(text: string): readonly Stop[] {
  const stops: { path: string; functionNames: string[] }[] = []
  for (const [, word = ''] of text.matchAll(/`([^`\n]+)`/g)) {
    // NAME stands for what a reader will call a file of their own.
    if (/\bNAME\b/.test(word)) continue
    if (/^(src|test|packaging)\/[^\s*]*$/.test(word)) stops.push({ path: word, functionNames: [] })
    else if (/^\w+\(\)$/.test(word) && word !== 'import()') stops.at(-1)?.functionNames.push(word.slice(0, -2))
  }
  return stops
}

const isDeclared = (name: string, source: string): boolean =>
  new RegExp(`(function\\*? |^ +(?:async |static )*#?)${name}(<[^>]*>)?\\(`, 'm').test(source)

for (const page of ['ARCHITECTURE.md', 'CONTRIBUTING.md']) {
  const stops = stopsOf(readFileSync(page, 'utf8'))

  test(`${page} names files and functions`, () => {
    assert.notEqual(stops.length, 0)
  })

  for (const { path, functionNames } of stops) {
    test(`${page}: ${path} ${functionNames.join(' ')} is there`, () => {
      assert.ok(existsSync(path), `${path} is not there`)
      for (const name of functionNames) {
        assert.ok(isDeclared(name, readFileSync(path, 'utf8')), `${path} declares no ${name}()`)
      }
    })
  }
}
