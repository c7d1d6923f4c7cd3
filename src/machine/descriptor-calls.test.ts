import assert from 'node:assert/strict'
import { closeSync, mkdtempSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { systemCalls } from './system-calls.io.ts'

const { calls } = systemCalls()

test('open files arrive with the bytes that they were sent with, and nothing arrives when nothing was sent', {
  skip: calls === undefined && 'koffi is not here: this was NOT tested',
}, (t) => {
  if (calls === undefined) return
  const directory = mkdtempSync(join(tmpdir(), 'isconf-descriptors-'))
  const [from, to] = calls.socketPair()
  t.after(() => {
    closeSync(to)
    rmSync(directory, { recursive: true })
  })
  assert.equal(calls.receiveDescriptors(to), undefined)
  const paths = Array.from({ length: 33 }, (_, index) => join(directory, String(index)))
  for (const path of paths) writeFileSync(path, path)
  const send = (word: string, some: readonly string[]): void => {
    const opened = some.map((path) => openSync(path, 'r'))
    calls.sendDescriptors(from, Buffer.from(word), opened)
    for (const one of opened) closeSync(one)
  }
  send('all', paths)
  send('one', paths.slice(0, 1))
  for (const [word, some] of [
    ['all', paths],
    ['one', paths.slice(0, 1)],
  ] as const) {
    const received = calls.receiveDescriptors(to)
    assert.equal(String(received?.bytes), word)
    assert.deepEqual(
      received?.descriptors.map((one) => readFileSync(one, 'utf8')),
      some,
    )
    for (const one of received?.descriptors ?? []) closeSync(one)
  }
  closeSync(from)
  assert.deepEqual(calls.receiveDescriptors(to, 1_000), { bytes: Buffer.alloc(0), descriptors: [] })
})
