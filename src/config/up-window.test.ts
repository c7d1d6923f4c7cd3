import assert from 'node:assert/strict'
import { test } from 'node:test'
import { isWindowOpen, parseUpWindow, type UpWindow, windowOpensAt } from './up-window.ts'

function windowOf(text: string): UpWindow {
  const parsed = parseUpWindow(text)
  if ('problem' in parsed) throw new Error(parsed.problem)
  return parsed.value
}

/** When it opens and closes, minute by minute, between two moments. */
function changesOf(text: string, from: string, to: string): readonly string[] {
  const window = windowOf(text)
  const changes: string[] = []
  let before = false
  for (let ms = Date.parse(from); ms < Date.parse(to); ms += 60_000) {
    const open = isWindowOpen(window, ms)
    if (open !== before) changes.push(`${open ? 'opens' : 'closes'} ${new Date(ms).toISOString().slice(0, 16)}`)
    before = open
  }
  return changes
}

test('a window is open on its days, and after midnight until its end', () => {
  const changes = changesOf('Mon-Fri 22:00-05:00 Europe/Berlin', '2026-01-09T12:00Z', '2026-01-13T12:00Z')
  // Friday's goes on into Saturday; the next is Monday's.
  assert.deepEqual(changes, [
    'opens 2026-01-09T21:00',
    'closes 2026-01-10T04:00',
    'opens 2026-01-12T21:00',
    'closes 2026-01-13T04:00',
  ])
})

test('several windows, days over the end of the week, one day, and every day', () => {
  const changes = (text: string) => changesOf(text, '2026-01-10T00:00Z', '2026-01-12T23:59Z').join(' ')
  assert.equal(
    changes('Sat-Mon 01:00-02:00 UTC'),
    'opens 2026-01-10T01:00 closes 2026-01-10T02:00 opens 2026-01-11T01:00 closes 2026-01-11T02:00 opens 2026-01-12T01:00 closes 2026-01-12T02:00',
  )
  assert.equal(
    changes('mon 00:00-24:00 UTC, Sat 03:00-04:00 UTC'),
    'opens 2026-01-10T03:00 closes 2026-01-10T04:00 opens 2026-01-12T00:00',
  )
  assert.equal(changes('00:00-24:00 UTC'), 'opens 2026-01-10T00:00')
})

test('in the nights in which the clock is changed a window begins and ends by the clock on the wall', () => {
  const night = 'Sat 22:00-05:00 Europe/Berlin'
  const spring = changesOf(night, '2026-03-28T12:00Z', '2026-03-29T12:00Z')
  assert.deepEqual(spring, ['opens 2026-03-28T21:00', 'closes 2026-03-29T03:00'], 'six hours')
  const autumn = changesOf(night, '2026-10-24T12:00Z', '2026-10-25T12:00Z')
  assert.deepEqual(autumn, ['opens 2026-10-24T20:00', 'closes 2026-10-25T04:00'], 'eight hours')
  // Half an hour, on the other side of the earth.
  const island = changesOf('01:00-03:00 Australia/Lord_Howe', '2026-10-03T13:00Z', '2026-10-03T20:00Z')
  assert.deepEqual(island, ['opens 2026-10-03T14:30', 'closes 2026-10-03T16:00'], 'an hour and a half')
})

test('what the clock skips does not open a window, and what it shows twice opens it twice', () => {
  const short = 'Sun 02:15-02:45 Europe/Berlin'
  assert.deepEqual(changesOf(short, '2026-03-29T00:00Z', '2026-03-29T12:00Z'), [])
  assert.deepEqual(changesOf(short, '2026-10-25T00:00Z', '2026-10-25T12:00Z'), [
    'opens 2026-10-25T00:15',
    'closes 2026-10-25T00:45',
    'opens 2026-10-25T01:15',
    'closes 2026-10-25T01:45',
  ])
  const opens = windowOpensAt(windowOf(short), Date.parse('2026-03-28T00:00Z'))
  assert.equal(opens, Date.parse('2026-04-05T00:15Z'), 'a week later')
})

test('a window without a zone goes by the clock of this machine', () => {
  // Tests run in Pacific/Chatham: 12 hours and 45 minutes east, in summer an hour more.
  const changes = changesOf('Mon 00:00-01:00', '2026-06-07T00:00Z', '2026-06-09T00:00Z')
  assert.deepEqual(changes, ['opens 2026-06-07T11:15', 'closes 2026-06-07T12:15'])
})

test('what is no window is refused with what is wrong with it', () => {
  const problems = [
    ['nights', 'not "nights"'],
    ['Mon-Fri 22:00', 'not "Mon-Fri 22:00"'],
    ['Mon-Fry 22:00-05:00', 'Fry is no day'],
    ['Mon 25:00-05:00', '25:00 is no time of day'],
    ['24:00-05:00', '24:00 is no time of day'],
    ['22:00-05:60', '05:60 is no time of day'],
    ['22:00-22:00', 'ends when it begins'],
    ['22:00-05:00 Europe/Berlinn', 'Europe/Berlinn is no time zone'],
    ['22:00-05:00,', 'not ""'],
  ] as const
  for (const [text, problem] of problems) {
    const parsed = parseUpWindow(text)
    assert.ok('problem' in parsed, text)
    assert.ok(parsed.problem.includes(problem), parsed.problem)
  }
})
