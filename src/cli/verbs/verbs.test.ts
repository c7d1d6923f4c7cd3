/** What holds for every verb, and what each one says. */
import assert from 'node:assert/strict'
import { existsSync } from 'node:fs'
import { test } from 'node:test'
import { type Answers, hostWith, result, type Typed } from '../../../test/support/typed.ts'
import { errorKinds, somethingToDo } from '../../base/index.ts'
import type { CheckInAnswer, LineStatus, LogEntry, PlanAnswer, Status } from '../../control/index.ts'
import { usagesOf } from '../../terminal/index.ts'
import { verbs } from './index.ts'

/** What every verb can end with, and what a verb may say that it can end with besides. */
const everyVerb = [4, 22, 223, 224]
const documented = new Set([0, somethingToDo, ...Object.values(errorKinds).map(({ exit }) => exit)])
/** No page: some run in the foreground, the others' work is shown elsewhere. */
const pageOf: Readonly<Record<string, string>> = {
  restart: 'start',
  stop: 'start',
  reboot: 'kernel',
  paths: 'blame',
  release: 'hold',
  daemon: 'start',
  done: 'skip',
  unlock: 'lock',
  version: 'help',
  web: 'fleet',
}

test('verbs have names of their own', () => {
  const names = verbs.map(({ name }) => name)
  assert.equal(new Set(names).size, names.length)
})

for (const verb of verbs) {
  const { name, summary, help, exits } = verb
  test(`the verb ${name} has usage, summary, help and an example, and exits as documented`, async (t) => {
    for (const usage of usagesOf(verb)) assert.match(usage, new RegExp(`^${name}( |$)`))
    for (const action of [verb, ...(verb.verbs ?? [])]) {
      for (const { describe } of [...Object.values(action.options ?? {}), ...Object.values(action.arguments ?? {})])
        assert.match(describe, /^[^A-Z][^\n]*[^.]$/)
    }
    assert.match(summary, /^[A-Z][^\n]{5,70}[^.]$/)
    assert.match(help, /^[A-Z][^\n]+\.$/)
    assert.doesNotMatch(help, / {2}|undefined/)
    assert.equal(exits[0], 0)
    assert.deepEqual(
      [...exits].sort((a, b) => a - b),
      exits,
    )
    for (const exit of exits) assert.ok(documented.has(exit) && !everyVerb.includes(exit), `exit ${exit}`)
    assert.ok(existsSync(`test/cli/${pageOf[name] ?? name}.md`), 'a page in test/cli')

    const { type } = await hostWith(t, undefined)
    const typed = await type(name, '--help')
    assert.deepEqual([typed.status, typed.err], [0, ''])
    assert.ok(typed.out.startsWith(`Usage: isconf ${name}`), typed.out)
    assert.ok(typed.out.replaceAll(/\s+/g, ' ').includes(` ${help} `), typed.out)
    for (const line of typed.out.split('\n')) assert.ok(line.length <= 80, line)
  })
}

const id = '0123456789ab'.padEnd(64, 'c')
const other = 'fedcba987654'.padEnd(64, 'd')
const since = '2030-01-01T00:00:00.000Z'
const lock = { branch: 'web', user: 'ann', host: 'birch', message: 'mail server', since }

function said(typed: Typed): readonly [number, string, string] {
  return [typed.status, typed.out, typed.err]
}

async function typed(t: Parameters<typeof hostWith>[0], answers: Answers, ...words: string[]): Promise<Typed> {
  return (await hostWith(t, answers)).type(...words)
}

test('unlock says whose lock it broke, and whom to tell', async (t) => {
  const shown = await typed(t, { 'POST /v1/unlock': result(lock) }, 'unlock')
  const broke = `isconf: broke the lock that ann@birch had on branch web since ${since}: mail server\n`
  assert.deepEqual(said(shown), [0, '', `${broke}isconf: please tell ann@birch\n`])
  assert.deepEqual(shown.asked, ['POST /v1/unlock {"user":"luke"}'])
})

const file = { path: '/etc/motd', kind: 'file', target: null, sizeBytes: 12, files: 1, directories: 0, symlinks: 0 }
const snaps: readonly (readonly [object, string])[] = [
  [file, 'snapped /etc/motd (12 bytes)'],
  [{ ...file, path: '/etc/a', kind: 'symlink', target: 'b', files: 0, symlinks: 1 }, 'snapped /etc/a -> b'],
  [
    { ...file, path: '/etc/dir', kind: 'directory', sizeBytes: 34567, files: 12, directories: 3, symlinks: 1 },
    'snapped /etc/dir: 12 files, 3 directories, 1 symbolic link (34567 bytes)',
  ],
  [
    { ...file, path: '/etc/one', kind: 'directory', files: 1, directories: 1 },
    'snapped /etc/one: 1 file, 1 directory (12 bytes)',
  ],
]
for (const [snapped, text] of snaps) {
  test(`snap says ${text}`, async (t) => {
    const shown = await typed(t, { 'POST /v1/snap': result({ snapped: [snapped], removed: [] }) }, 'snap', '../motd')
    assert.deepEqual(said(shown), [0, '', `isconf: ${text}\n`])
    assert.deepEqual(shown.asked, ['POST /v1/snap {"user":"luke","cwd":"/home/luke","paths":["../motd"]}'])
  })
}

test('snap --delete says what it removed, and what was not there', async (t) => {
  const removed = [
    { path: '/etc/x', here: true },
    { path: '/etc/y', here: false },
  ]
  const answers = { 'POST /v1/snap': result({ snapped: [], removed }) }
  const shown = await typed(t, answers, 'snap', '--delete', '/etc/x', '/etc/y')
  const text = 'isconf: removed /etc/x\nisconf: recorded the removal of /etc/y, which is not here\n'
  assert.deepEqual(said(shown), [0, '', text])
  const body = '{"user":"luke","cwd":"/home/luke","paths":["/etc/x","/etc/y"],"remove":true}'
  assert.deepEqual(shown.asked, [`POST /v1/snap ${body}`])
})

const snapWords: readonly (readonly [readonly string[], object])[] = [
  [['--latest', 'a', 'b'], { paths: ['a', 'b'], latest: true }],
  [['--', '--latest'], { paths: ['--latest'] }],
  [['--delete', '--', '-x'], { paths: ['-x'], remove: true }],
  [['a', '--delete'], { paths: ['a', '--delete'] }],
]
for (const [words, body] of snapWords) {
  test(`snap ${words.join(' ')} asks for ${JSON.stringify(body)}`, async (t) => {
    const shown = await typed(t, { 'POST /v1/snap': result({ snapped: [], removed: [] }) }, 'snap', ...words)
    assert.deepEqual(shown.asked, [`POST /v1/snap ${JSON.stringify({ user: 'luke', cwd: '/home/luke', ...body })}`])
  })
}

test('resolve says which line goes on, and where the other went', async (t) => {
  const answer = { branch: 'web', kept: id, aside: 'web-fedcba98' }
  const shown = await typed(t, { 'POST /v1/resolve': result(answer) }, 'resolve', '0123')
  const message = 'isconf: branch web continues from 0123456789ab; the other line is now branch web-fedcba98\n'
  assert.deepEqual(said(shown), [0, '', message])
})

const checkIns: readonly (readonly [CheckInAnswer, string])[] = [
  [{ branch: 'web', id, operations: 1, journalHosts: 1, fileHosts: 1, warnings: [] }, '1 operation, stored on 1 host'],
  [
    { branch: 'web', id, operations: 2, journalHosts: 3, fileHosts: 3, warnings: [] },
    '2 operations, stored on 3 hosts',
  ],
  [
    { branch: 'web', id, operations: 2, journalHosts: 3, fileHosts: 1, warnings: [] },
    '2 operations, stored on 3 hosts, its files on 1 so far',
  ],
]
for (const [answer, text] of checkIns) {
  test(`ci says ${text}`, async (t) => {
    const shown = await typed(t, { 'POST /v1/ci': result(answer) }, 'ci')
    assert.deepEqual(said(shown), [0, '', `isconf: checked in 0123456789ab on branch web: ${text}\n`])
  })
}

test('ci without operations says that it gave the lock back', async (t) => {
  const answer = { branch: 'web', id: null, operations: 0, journalHosts: 2, fileHosts: 2, warnings: [] }
  const shown = await typed(t, { 'POST /v1/ci': result(answer) }, 'ci')
  assert.deepEqual(said(shown), [0, '', 'isconf: nothing to check in; branch web is unlocked\n'])
})

test('up with nothing to do says so', async (t) => {
  const answer = { branch: 'web', done: 0, passedOver: 0, position: 1, left: 0, rebooting: null }
  const shown = await typed(t, { 'POST /v1/up': result(answer) }, 'up')
  assert.deepEqual(said(shown), [0, '', 'isconf: nothing to do; this host is level with branch web (1 operation)\n'])
})

test('up passes on how far it may go, and says what is left', async (t) => {
  const answer = { branch: 'web', done: 2, passedOver: 0, position: 5, left: 1, rebooting: null }
  const shown = await typed(t, { 'POST /v1/up': result(answer) }, '-r', 'up', '--step', '--to', '0123:4')
  const what = 'isconf: did 2 operations; this host has done 5 of 6 operations of branch web; to go on: isconf up\n'
  assert.deepEqual(said(shown), [0, '', what])
  assert.deepEqual(shown.asked, ['POST /v1/up {"user":"luke","step":true,"to":"0123:4","reboot":true}'])
})

test('up says that the host reboots, for what, and how much is left', async (t) => {
  const answer = { branch: 'web', done: 2, passedOver: 0, position: 5, left: 3, rebooting: '0123456789ab:5' }
  const shown = await typed(t, { 'POST /v1/up': result(answer) }, '-r', 'up')
  const what =
    'did 2 operations; this host reboots now, for 0123456789ab:5; 2 operations of branch web left; when it is back: isconf up'
  assert.deepEqual(said(shown), [0, '', `isconf: ${what}\n`])
})

test('up does not say that a host is level that differs from its journal', async (t) => {
  const answer = { branch: 'web', done: 0, passedOver: 0, position: 5, left: 0, rebooting: null, differing: 1 }
  const shown = await typed(t, { 'POST /v1/up': result(answer) }, 'up')
  const what = 'this host has done all of branch web (5 operations), but differs from it in 1: see isconf status'
  assert.deepEqual(said(shown), [0, '', `isconf: nothing to do; ${what}\n`])
})

test('up does not say that there is nothing to do when other hosts have more', async (t) => {
  const unfetched = [
    { host: 'birch', head: id, changesets: 1, reason: 'it is away', text: 'birch has 1 changeset more' },
  ]
  const answer = { branch: 'web', done: 0, passedOver: 0, position: 5, left: 0, rebooting: null, unfetched }
  const { status, err } = await typed(t, { 'POST /v1/up': result(answer) }, 'up')
  assert.equal(status, 3)
  assert.match(
    err,
    /^isconf: this host has done all that is here of branch web \(5 operations\); other hosts have more\n/,
  )
  assert.match(err, /error: birch has 1 changeset more\nisconf: hint: /)
})

const planned: PlanAnswer = {
  branch: 'web',
  position: 2,
  total: 6,
  operations: [
    { name: '0123456789ab:2', text: 'snap /etc/motd', number: 3, sizeBytes: 8, here: true, void: false },
    { name: '0123456789ab:3', text: 'snap /etc/passwd', number: 4, sizeBytes: 1000, here: false, void: false },
    { name: '0123456789ab:4', text: 'exec make', number: 5, sizeBytes: null, here: null, void: false },
  ],
  stop: null,
}
const plannedText = `3/6 0123456789ab:2 snap /etc/motd (8 bytes, here)
4/6 0123456789ab:3 snap /etc/passwd (1000 bytes, to be fetched)
5/6 0123456789ab:4 exec make
would do 3 operations, 1000 bytes to be fetched; this host has done 2 operations of branch web
`
const stops: readonly (readonly [NonNullable<PlanAnswer['stop']>['reason'], string])[] = [
  ['reboot', 'would reboot at 0123456789ab:4; 1 operation would be left'],
  ['reboot-needed', 'would fail at 0123456789ab:4, a reboot: -r is needed; 1 operation would be left'],
  ['split', 'would fail before 0123456789ab:4: the branch is split; 1 operation would be left'],
  ['limit', 'would stop before 0123456789ab:4; 1 operation would be left'],
]
test('up --dry-run shows each operation with its size and where it would stop, and asks for nothing to be done', async (t) => {
  const shown = await typed(t, { 'GET /v1/plan': planned }, 'up', '--dry-run')
  assert.deepEqual(said(shown), [5, plannedText, ''])
  assert.deepEqual(shown.asked, ['GET /v1/plan'])
  for (const [reason, text] of stops) {
    const plan = { ...planned, stop: { reason, operation: '0123456789ab:4' } }
    const stopped = await typed(
      t,
      { 'GET /v1/plan?to=0123%3A4&step=1&reboot=1': plan },
      '-r',
      'up',
      '--dry-run',
      '--step',
      '--to',
      '0123:4',
    )
    assert.deepEqual([stopped.status, stopped.out], [/^would fail/.test(text) ? 1 : 5, `${plannedText}${text}\n`])
    assert.equal(/^isconf: error: isconf up would stop before 0123456789ab:4\n/.test(stopped.err), stopped.status === 1)
  }
  const json = await typed(t, { 'GET /v1/plan': planned }, 'up', '--json', '--dry-run')
  assert.deepEqual(JSON.parse(json.out), planned)
})

test('up --dry-run exits with 0, 5 or 1: nothing to do, something, or it would stop at what it has seen', async (t) => {
  const none = await typed(t, { 'GET /v1/plan': { ...planned, total: 2, operations: [] } }, 'up', '--dry-run')
  const nothing = 'nothing to do; this host has done 2 operations of branch web\n'
  assert.deepEqual(said(none), [0, nothing, ''])
  const empty = { ...planned, total: 2, operations: [] }
  const alone = await typed(t, { 'GET /v1/plan': { ...empty, alone: 'nobody answers' } }, 'up', '--dry-run')
  assert.deepEqual(said(alone), [0, nothing, 'isconf: nobody answers\n'])
  const elsewhere = { host: 'birch', head: '0123', changesets: 5, reason: 'refused', text: 'birch has more' }
  const more = await typed(t, { 'GET /v1/plan': { ...empty, unfetched: [elsewhere] } }, 'up', '--dry-run')
  assert.deepEqual(
    [more.status, more.out],
    [3, 'would do 0 operations; this host has done 2 operations of branch web\n'],
  )
  const reason = 'cannot install /etc/passwd: a directory stands there'
  const seen = { operation: '0123456789ab:3', path: '/etc/passwd', reason, stopsBefore: '0123456789ab:3' }
  const may = { ...planned, obstacles: [{ ...seen, certain: false }] }
  const maybe = await typed(t, { 'GET /v1/plan': may }, 'up', '--dry-run')
  const doubt = `may stop at 0123456789ab:3, unless what comes before changes that: ${reason}`
  assert.deepEqual([maybe.status, maybe.out.split('\n')[3], maybe.err], [5, doubt, ''])
  const will = { ...planned, obstacles: [{ ...seen, stopsBefore: '0123456789ab:2', certain: true }] }
  const stopped = await typed(t, { 'GET /v1/plan': will }, 'up', '--dry-run')
  const where = `would stop at 0123456789ab:3: ${reason}; nothing from 0123456789ab:2 on, which belongs to it, would be done`
  assert.deepEqual(stopped.out.split('\n').slice(3, 5), [
    where,
    'would do 0 operations; this host has done 2 operations of branch web',
  ])
  assert.equal(stopped.status, 1)
  assert.match(stopped.err, /^isconf: error: isconf up would stop at 0123456789ab:3: cannot install .*\nisconf: hint: /)
})

test('reboot says that the host reboots, and what is to be checked in after it', async (t) => {
  const shown = await typed(t, { 'POST /v1/reboot': result({ operations: 3 }) }, 'reboot')
  assert.deepEqual(said(shown), [0, '', 'isconf: this host reboots now; 3 operations to check in afterwards\n'])
})

test('exec takes its options before the command, and leaves what is behind it alone', async (t) => {
  const cases: readonly (readonly [readonly string[], object])[] = [
    [['make', '--env', 'X', '--sh', '--'], { argv: ['make', '--env', 'X', '--sh', '--'] }],
    [['--', '--odd', '--env'], { argv: ['--odd', '--env'] }],
    [['--env', 'LANG', '--env', 'EMPTY', 'make'], { argv: ['make'], env: { LANG: 'de_DE.UTF-8', EMPTY: '' } }],
    [['--env', 'LANG', '--', '-x'], { argv: ['-x'], env: { LANG: 'de_DE.UTF-8' } }],
    [['--sh', 'echo a | wc > b'], { argv: ['sh', '-c', 'echo a | wc > b'] }],
    [['--env', 'LANG', '--sh', ''], { argv: ['sh', '-c', ''], env: { LANG: 'de_DE.UTF-8' } }],
  ]
  for (const [words, body] of cases) {
    const shown = await typed(t, { 'POST /v1/exec': result(null) }, 'exec', ...words)
    assert.equal(shown.status, 0, shown.err)
    const [, , json = ''] = /^(POST \/v1\/exec) (.*)$/.exec(shown.asked[0] ?? '') ?? []
    assert.deepEqual(JSON.parse(json), { user: 'luke', cwd: '/home/luke', ...body })
  }
})

const level: Status = {
  host: 'alder',
  release: '5.0.0',
  pid: 4711,
  domain: { name: 'example.com', source: '/var/is/conf/domain' },
  branch: 'web',
  head: id,
  position: 3,
  operations: 3,
  pending: 0,
  stopped: null,
  rebootPending: null,
  lock: null,
  work: null,
  needsRebuild: null,
  deviations: [],
  left: [],
  lines: [],
  mesh: {
    peerId: 'p',
    addresses: [],
    unreached: [],
    peers: [
      { host: 'birch', address: '10.0.0.2:65027' },
      { host: 'cedar', address: '10.0.0.3:65027' },
    ],
    authenticated: true,
    refused: 0,
  },
  bank: { address: null },
  warnings: [],
}

const levelText = `host    alder (isconf 5.0.0, process 4711)
domain  example.com (from /var/is/conf/domain)
branch  web at 0123456789ab, 3 of 3 operations done: up to date
lock    none
peers   birch at 10.0.0.2:65027
        cedar at 10.0.0.3:65027
`

const line: LineStatus = {
  first: id,
  head: id,
  author: 'ann@alder',
  message: 'ours',
  time: since,
  changesets: 1,
  here: true,
}

const full: Status = {
  ...level,
  position: 1,
  pending: 2,
  stopped: { operation: '0123456789ab:1', reason: 'it ended with exit status 2' },
  lock,
  work: { author: 'luke@alder', message: 'm', operations: ['exec true', 'snap /etc/motd'], locked: false },
  deviations: [
    {
      kind: 'skipped',
      operation: '0123456789ab:0',
      text: 'exec make',
      by: 'bob@alder',
      why: 'no compiler',
      time: since,
    },
  ],
  lines: [
    line,
    { ...line, first: other, head: other, author: 'bob@birch', message: 'theirs', changesets: 2, here: false },
  ],
  holds: [
    { scope: 'host', name: 'alder', by: 'bob@alder', why: '', since },
    { scope: 'branch', name: 'web', by: 'ann@birch', why: 'audit', since },
  ],
  mesh: {
    ...level.mesh,
    peers: [],
    strangers: [{ address: '10.0.0.9', text: 'is of another domain than this host', time: since }],
    authenticated: false,
    refused: 3,
  },
  warnings: ['environment: IS_PRT is not a setting', 'another'],
}

const fullText = `host    alder (isconf 5.0.0, process 4711)
domain  example.com (from /var/is/conf/domain)
branch  web at 0123456789ab, 1 of 3 operations done, but differing in 1: 2 to do
stopped at 0123456789ab:1: it ended with exit status 2
        fix the cause, then: isconf up; or go past it: isconf skip 0123456789ab:1 -m WHY, or for all hosts: isconf void
held    host alder by bob@alder since 2030-01-01T00:00:00.000Z: no reason given
        up does nothing here; to end it: isconf release
held    branch web by ann@birch since 2030-01-01T00:00:00.000Z: audit
        up does nothing here; to end it: under the lock: isconf release --branch, isconf ci
lock    ann@birch since 2030-01-01T00:00:00.000Z: mail server
work    2 operations of luke@alder not checked in, and its lock is gone: it can no longer be checked in
        exec true
        snap /etc/motd
differs 0123456789ab:0 (exec make) was skipped by bob@alder at 2030-01-01T00:00:00.000Z: no compiler
        this host differs from its journal: rebuild it, or put it right by hand, then: isconf done OPERATION -m WHY
split   0123456789ab ann@alder 2030-01-01T00:00:00.000Z ours (1 changeset, followed here)
        fedcba987654 bob@birch 2030-01-01T00:00:00.000Z theirs (2 changesets)
peers   none
apart   10.0.0.9 is of another domain than this host (2030-01-01T00:00:00.000Z)
open    any host that knows the domain name is admitted: there are no hmac keys, or +ANY+ is among them
warning environment: IS_PRT is not a setting
warning another
`

test('up --wait asks again until nothing else changes this host, and Ctrl-C ends the waiting', async (t) => {
  const busy = (verb: string): object => ({
    event: 'error',
    ...{ code: 'BUSY', message: `this host is busy with \`isconf ${verb}\``, hint: 'wait', exit: 4 },
  })
  const done = { branch: 'web', done: 0, position: 3, left: 0, rebooting: null }
  const answers: Record<string, unknown> = { 'POST /v1/up': [busy('exec')] }
  assert.equal((await typed(t, answers, 'up')).status, 4)
  const then = [[busy('exec')], [busy('ci')], result(done)]
  const sleep = async (): Promise<void> => {
    answers['POST /v1/up'] = then.shift()
  }
  const waited = await (await hostWith(t, answers, { sleep })).type('up', '--wait')
  assert.equal(waited.status, 0)
  assert.match(waited.err, /^isconf: waiting: .*`isconf exec`\nisconf: waiting: .*`isconf ci`\nisconf: nothing to do;/)
  answers['POST /v1/up'] = [busy('exec')]
  const host = await hostWith(t, answers, { sleep: async () => host.interrupt() })
  const stopped = await host.type('up', '--wait')
  assert.deepEqual([stopped.status, /was interrupted while it waited/.test(stopped.err)], [2, true])
  assert.equal((await typed(t, answers, 'up', '--wait', '--dry-run')).status, 22)
})

test('log of an empty journal, and one in which nothing is as asked for, says so', async (t) => {
  const none = await typed(t, { 'GET /v1/log': [] }, 'log')
  assert.deepEqual([none.status, none.out], [0, ''])
  assert.equal(none.err, 'isconf: the journal of the branch of this host is empty: nothing was checked in yet\n')
  const answers = { 'GET /v1/log?host=brich&branch=web': [], 'GET /v1/hosts': [{ name: 'alder' }, { name: 'birch' }] }
  const other = await typed(t, answers, 'log', '--host', 'brich', 'web')
  assert.equal(other.err, 'isconf: branch web has no changeset from brich (did you mean birch?)\n')
})

const statuses: readonly (readonly [string, Status, string])[] = [
  ['a host that is level', level, levelText],
  ['a host about which there is everything to say', full, fullText],
  [
    'an empty journal',
    { ...level, position: 0, operations: 0 },
    levelText.replace(/^branch.*/m, 'branch  web with an empty journal'),
  ],
  [
    'a host that has left its branch',
    { ...level, position: null, pending: 3 },
    levelText.replace(/^branch.*/m, 'branch  web which this host has left: what it has done is not in the journal'),
  ],
  [
    'work under a lock',
    { ...level, work: { author: 'luke@alder', message: 'm', operations: ['exec true'], locked: true } },
    levelText.replace(/^peers/m, 'work    1 operation of luke@alder not checked in\n        exec true\npeers'),
  ],
]
for (const [what, status, text] of statuses) {
  test(`status of ${what}`, async (t) => {
    const shown = await typed(t, { 'GET /v1/status': status }, 'status')
    assert.deepEqual([shown.status, shown.err], [0, ''])
    assert.equal(shown.out, text)
  })
}

test('status --json is the document, in one line', async (t) => {
  const shown = await typed(t, { 'GET /v1/status': full }, 'status', '--json')
  assert.deepEqual(said(shown), [0, `${JSON.stringify(full)}\n`, ''])
})

const entry: LogEntry = {
  id,
  branch: 'web',
  author: 'ann@alder',
  message: 'mail server',
  time: since,
  operations: [
    { name: '0123456789ab:0', text: 'snap /etc/motd', done: true, void: null },
    { name: '0123456789ab:1', text: 'exec newaliases', done: false, void: null },
  ],
}

test('log shows each changeset and marks what this host has not done', async (t) => {
  const second = { ...entry, id: other, message: 'before', operations: [] }
  const shown = await typed(t, { 'GET /v1/log': [entry, second] }, 'log')
  assert.deepEqual([shown.status, shown.err], [0, ''])
  assert.equal(
    shown.out,
    `0123456789ab  ann@alder  ${since}
    mail server
    0123456789ab:0  snap /etc/motd
  * 0123456789ab:1  exec newaliases

fedcba987654  ann@alder  ${since}
    before

`,
  )
})

test('log -n asks for that many, and --json gives one changeset a line', async (t) => {
  const { type } = await hostWith(t, { 'GET /v1/log?limit=2': [entry, entry], 'GET /v1/log': [] })
  const json = `${JSON.stringify(entry)}\n`
  assert.deepEqual(said(await type('log', '-n', '2', '--json')), [0, json + json, ''])
  assert.deepEqual(said(await type('-q', 'log')), [0, '', ''])
})

test('hold and release say what is held, by whom and why, and up goes on in spite of it only with a reason', async (t) => {
  const host = { scope: 'host', name: 'alder', by: 'luke@alder', why: 'audit', since }
  const answers = {
    'POST /v1/hold': result(host),
    'POST /v1/release': result({ ...host, why: '' }),
    'POST /v1/hold-branch': result({ branch: 'web', why: 'mail server' }),
    'POST /v1/release-branch': result({ branch: 'web', was: 'branch web is held by ann' }),
    'POST /v1/up': result({ branch: 'web', done: 0, position: 3, left: 0, rebooting: null }),
  }
  const type = (...words: string[]): Promise<Typed> => typed(t, answers, ...words)
  assert.deepEqual(said(await type('hold', '-m', 'audit')), [
    0,
    '',
    `isconf: host alder is held by luke@alder since ${since}: audit\n`,
  ])
  assert.match((await type('release')).err, /^isconf: host alder is released; it was held by .*: no reason given\n$/)
  assert.match((await type('hold', '--branch')).err, /^isconf: branch web is held from the next ci on: mail server\n$/)
  assert.match((await type('release', '--branch')).err, /released from the next ci on \(branch web is held by ann\)\n$/)
  assert.equal((await type('up', '--despite-hold')).status, 222)
  assert.equal((await type('up', '-m', 'audit')).status, 22)
  assert.equal((await type('up', '--despite-hold', '-m', 'a leak')).status, 0)
})
