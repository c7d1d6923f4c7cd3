import assert from 'node:assert/strict'
import { test } from 'node:test'
import { SimClock } from '../../test/sim/clock.ts'
import { pieceBytes, sleep } from '../base/index.ts'
import { RangeInPortions } from './range-in-portions.ts'

/** A lane on a line that brings so many bytes a second, of a file of which so many portions are there, and what was asked for. */
function onLine(bytesPerSecond: number, portionsThere = Number.POSITIVE_INFINITY) {
  const clock = new SimClock()
  const asked: { readonly position: number; readonly length: number }[] = []
  let waitingBytes = 0
  let waitingBytesMax = 0
  let answered = 0
  const ask = async (position: number, length: number): Promise<void> => {
    asked.push({ position, length })
    waitingBytes += length
    waitingBytesMax = Math.max(waitingBytesMax, waitingBytes)
  }
  const fill = async (into: Uint8Array): Promise<boolean> => {
    await sleep(clock, (1_000 * into.length) / bytesPerSecond)
    waitingBytes -= into.length
    answered += 1
    return answered <= portionsThere
  }
  const range = new RangeInPortions({ ask, fill }, clock)
  const piece = (length: number): Promise<boolean> => range.piece(new Uint8Array(length), () => undefined)
  return { clock, asked, range, piece, waiting: () => [waitingBytes, waitingBytesMax] }
}

for (const [bytesPerSecond, bytesMax] of [
  [8_000, 32 * 1024],
  [125_000, 125_000],
  [100_000_000, pieceBytes],
] as const) {
  test(`of a range no more is on its way than a line of ${bytesPerSecond} bytes a second brings soon`, async () => {
    const { clock, asked, range, piece, waiting } = onLine(bytesPerSecond)
    for (const position of [4 * pieceBytes, 0]) {
      await range.ask(position, 2 * pieceBytes + 5)
      for (const length of [pieceBytes, pieceBytes, 5]) assert.ok(await clock.until(piece(length)))
    }
    assert.equal(waiting()[0], 0)
    assert.ok((waiting()[1] ?? 0) <= bytesMax && (waiting()[1] ?? 0) >= bytesMax / 2, `${waiting()[1]} bytes`)
    let at = 4 * pieceBytes
    for (const { position, length } of asked) {
      if (position === 0) at = 0
      assert.equal(position, at)
      at += length
      assert.equal(Math.floor(position / pieceBytes), Math.floor((at - 1) / pieceBytes), 'one piece at a time')
    }
    assert.equal(at, 2 * pieceBytes + 5)
  })
}

test('the time between two ranges says nothing of the line', async () => {
  const { clock, asked, range, piece } = onLine(100_000_000)
  const counts: number[] = []
  for (let count = 0; count < 2; count += 1) {
    await range.ask(0, 4 * pieceBytes)
    for (let index = 0; index < 4; index += 1) assert.ok(await clock.until(piece(pieceBytes)))
    await clock.run(60_000)
    counts.push(asked.splice(0).length)
  }
  assert.ok((counts[1] ?? 0) <= 9, `${counts}`)
})

test('what is not there leaves no answer behind that the next question would get', async () => {
  const { clock, range, piece, waiting } = onLine(125_000, 3)
  await range.ask(0, 2 * pieceBytes)
  assert.equal(await clock.until(piece(pieceBytes)), false)
  assert.equal(waiting()[0], 0)
})
