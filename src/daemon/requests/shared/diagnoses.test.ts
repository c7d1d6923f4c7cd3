import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Diagnosis } from '../../../control/index.ts'
import {
  clockDiagnoses,
  diskDiagnoses,
  keyDiagnoses,
  networkDiagnoses,
  ownerDiagnoses,
  releaseDiagnoses,
} from './diagnoses.ts'

const mebibyte = 1024 * 1024
const hour = 3_600_000
const now = Date.parse('2030-01-01T00:00:00Z')
const at = (...aheadMs: number[]) => aheadMs.map((one, index) => ({ name: `h${index}`, aheadMs: one }))
const disk = { home: '/var/is', freeBytes: 50_000 * mebibyte, totalBytes: 100_000 * mebibyte, freeFiles: 1e6 }
const nobody = { peers: 0, known: 0, unreached: [], strangers: [], silent: [], relayed: [] }

const cases: readonly (readonly [string, readonly Diagnosis[], Diagnosis['severity'], RegExp])[] = [
  ['clocks that agree', clockDiagnoses(at(300, -900, 59_000), now, now), 'good', /within a minute of 3 other hosts/],
  ['one clock that agrees', clockDiagnoses(at(300), now, now), 'good', /within a minute of 1 other host$/],
  ['nobody heard', clockDiagnoses([], undefined, now), 'good', /no other clock/],
  [
    'a clock that is behind',
    clockDiagnoses(at(hour, hour, 0), now, now),
    'warning',
    /of this host is 60 minutes behind those of most/,
  ],
  [
    'a clock that is ahead',
    clockDiagnoses(at(-3 * hour), now, now),
    'warning',
    /of this host is 3 hours ahead of those of h0$/,
  ],
  [
    'the clock of one other host',
    clockDiagnoses(at(0, 0, 90_000), now, now),
    'warning',
    /other hosts are off: h2 by 90 seconds/,
  ],
  [
    'a clock before the newest changeset',
    clockDiagnoses([], now + 96 * hour, now),
    'warning',
    /newest changeset is 4 days later/,
  ],
  ['room', diskDiagnoses(disk), 'good', /49 GiB of 98 GiB are free on the disk of \/var\/is/],
  ['little room', diskDiagnoses({ ...disk, freeBytes: 900 * mebibyte }), 'warning', /900 MiB/],
  [
    'little room that is much of a small disk',
    diskDiagnoses({ ...disk, freeBytes: 900 * mebibyte, totalBytes: 2000 * mebibyte }),
    'good',
    /900 MiB/,
  ],
  ['no room', diskDiagnoses({ ...disk, freeBytes: 9 * mebibyte }), 'error', /9 MiB/],
  ['no inodes', diskDiagnoses({ ...disk, freeFiles: 7 }), 'warning', /inodes for 7 more/],
  ['a file system without inodes', diskDiagnoses({ ...disk, freeFiles: undefined }), 'good', /are free/],
  ['keys', keyDiagnoses(true, [], undefined), 'good', /common key/],
  ['no key', keyDiagnoses(false, [], undefined), 'warning', /any host that knows/],
  ['a key that others read', keyDiagnoses(true, ['/k has mode 0644'], undefined), 'error', /0644/],
  ['a copy of this host', keyDiagnoses(true, [], 'another machine has this key'), 'error', /another machine/],
  ['owners', ownerDiagnoses([]), 'good', /every owner/],
  [
    'an owner that is not here',
    ownerDiagnoses(['there is no user www here', 'there is no user www here']),
    'error',
    /www/,
  ],
  ['nobody', networkDiagnoses(nobody), 'good', /no other host is known/],
  ['connected', networkDiagnoses({ ...nobody, peers: 2, known: 3 }), 'good', /connected to 2 of 3/],
  [
    'one over another',
    networkDiagnoses({ ...nobody, peers: 2, known: 3, relayed: [{ host: 'cedar', via: 'birch' }] }),
    'good',
    /connected to 2 of 3 other hosts, cedar over birch$/,
  ],
  ['nobody of those known', networkDiagnoses({ ...nobody, known: 3 }), 'error', /none of 3/],
  [
    'an address without a host',
    networkDiagnoses({ ...nobody, peers: 1, unreached: [{ address: '/ip4/1', reason: 'refused' }] }),
    'warning',
    /\/ip4\/1 \(refused\)/,
  ],
  [
    'a stranger',
    networkDiagnoses({ ...nobody, peers: 1, strangers: [{ address: '/ip4/2', text: 'has another key' }] }),
    'warning',
    /\/ip4\/2 has another key/,
  ],
  [
    'one of two that says nothing',
    networkDiagnoses({ ...nobody, peers: 2, known: 2, silent: ['cedar'] }),
    'warning',
    /^cedar: connected, but silent$/,
  ],
  ['none that says anything', networkDiagnoses({ ...nobody, peers: 1, known: 1, silent: ['cedar'] }), 'error', /cedar/],
  ['one release', releaseDiagnoses('5.0', new Map([['a', '5.0']])), 'good', /all hosts/],
  [
    'two releases',
    releaseDiagnoses(
      '5.0',
      new Map([
        ['a', '5.0'],
        ['b', '4.9'],
      ]),
    ),
    'warning',
    /4\.9 on b/,
  ],
]
for (const [what, found, severity, text] of cases) {
  test(`of ${what} it says that it is ${severity}`, () => {
    const [first] = found
    assert.deepEqual([found.length, first?.severity], [1, severity])
    assert.match(first?.message ?? '', text)
    assert.equal(first?.hint === null, severity === 'good', 'what is wrong has something that is to be done')
  })
}

test('many hosts are counted', () => {
  const others = new Map(Array.from({ length: 8 }, (_, index) => [`h${index}`, '4.9'] as const))
  assert.match(releaseDiagnoses('5.0', others)[0]?.message ?? '', /h0, h1, h2, h3, h4 and 3 more$/)
})
