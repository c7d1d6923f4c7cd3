/** What the verbs that only read, and those about branches, ask for and print. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { hostWith, result } from '../../../test/support/typed.ts'
import type { BranchRow, HistoryRow, HostRow, LogEntry, Shown, WipAnswer } from '../../control/index.ts'

const id = '0123456789ab'.padEnd(64, 'c')
const time = '2030-01-01T00:00:00.000Z'
const operations = [
  { name: '0123456789ab:0', text: 'snap /etc/motd', done: true, void: null },
  { name: '0123456789ab:1', text: 'exec newaliases', done: false, void: null },
]
const entry: LogEntry = { id, branch: 'web', author: 'ann@alder', message: 'mail server', time, operations }

const asked: readonly (readonly [words: readonly string[], path: string])[] = [
  [['log', '--json'], '/v1/log'],
  [['log', 'web', '-n', '2', '--host', 'alder', '--json'], '/v1/log?limit=2&host=alder&branch=web'],
  [['log', '--since', '2030-01-01T12:00:00Z', '--json'], '/v1/log?since=2030-01-01T12%3A00%3A00.000Z'],
  [['history', '-n', '3'], '/v1/history?limit=3'],
  [['branches'], '/v1/branches'],
  [['hosts', '--json'], '/v1/hosts'],
]
for (const [words, path] of asked) {
  test(`isconf ${words.join(' ')} asks for ${path}`, async (t) => {
    const { type } = await hostWith(t, { [`GET ${path}`]: [] })
    const typed = await type(...words)
    assert.deepEqual([typed.status, typed.out, typed.err, typed.asked], [0, '', '', [`GET ${path}`]])
  })
}

test('fleet --branch says of a branch that nobody knows that it is none, and not that all of its hosts are level', async (t) => {
  const branches = [{ name: 'generic' }, { name: 'empty' }] as unknown as readonly BranchRow[]
  const { type } = await hostWith(t, { 'GET /v1/hosts': [], 'GET /v1/branches': branches })
  const refused = await type('fleet', '--branch', 'genric')
  assert.deepEqual([refused.status, refused.out], [22, ''])
  assert.match(refused.err, /^isconf: error: no branch genric is known here \(did you mean generic\?\)$/m)
  const empty = await type('fleet', '--branch', 'empty')
  assert.deepEqual([empty.status, empty.out], [0, '0 hosts: 0 level\n'])
})

test('log --since takes a date as the beginning of that day here', async (t) => {
  const since = new Date(2030, 0, 31).toISOString()
  const { type } = await hostWith(t, { [`GET /v1/log?${new URLSearchParams({ since })}`]: [] })
  assert.equal((await type('log', '--since', '2030-01-31')).status, 0)
})

test('log --oneline is a line for each changeset, marked unless all of it was done here', async (t) => {
  const all = { ...entry, operations: operations.slice(0, 1) }
  const { type } = await hostWith(t, { 'GET /v1/log': [entry, all] })
  assert.equal(
    (await type('log', '--oneline')).out,
    `* 0123456789ab ${time} ann@alder: mail server (2 operations)\n` +
      `  0123456789ab ${time} ann@alder: mail server (1 operation)\n`,
  )
})

const shown: Shown = {
  ...entry,
  format: 1,
  domain: 'example.com',
  sequence: 7,
  previous: id,
  operationsBefore: 12,
  lock: 'a lock',
  key: 'a key',
  signature: 'a signature',
  branches: ['mail', 'web'],
  operations: [
    {
      name: '0123456789ab:0',
      text: 'snap /etc/motd',
      done: true,
      void: null,
      attributes: [['mode', '0644']],
      operation: {},
    },
    {
      name: '0123456789ab:1',
      text: 'exec newaliases',
      done: false,
      void: null,
      attributes: [
        ['argv', 'newaliases'],
        ['cwd', '/'],
      ],
      operation: {},
    },
  ],
}

test('show prints the header and every attribute, and --json the document', async (t) => {
  const { type } = await hostWith(t, { 'GET /v1/show?name=0123%3A1': shown })
  assert.equal(
    (await type('show', '0123:1')).out,
    `changeset  ${id}
author     ann@alder
time       ${time}
message    mail server
branch     web of example.com, number 7, also on mail
previous   0123456789ab
lock       a lock
key        a key
signature  a signature

  0123456789ab:0  snap /etc/motd
    mode  0644

* 0123456789ab:1  exec newaliases
    argv  newaliases
    cwd   /
`,
  )
  assert.equal((await type('show', '0123:1', '--json')).out, `${JSON.stringify(shown)}\n`)
})

const work: WipAnswer['work'] = {
  branch: 'web',
  base: id,
  lock: 'a lock',
  author: 'ann@alder',
  message: 'mail server',
  since: time,
  locked: true,
  broken: null,
  operations: [{ text: 'exec newaliases', attributes: [['cwd', '/']], operation: {} }],
}
const needsRebuild = { operations: 2, by: 'ann@alder', time }
const wips: readonly (readonly [what: string, answer: WipAnswer, text: string])[] = [
  ['no work', { work: null, needsRebuild: null }, 'everything is checked in\n'],
  [
    'work under a lock',
    { work, needsRebuild: null },
    `work   1 operation on branch web\nlock   ann@alder since ${time}: mail server\nstate  held\n\n  exec newaliases\n    cwd  /\n`,
  ],
  [
    'work whose lock was broken',
    {
      work: { ...work, since: null, locked: false, broken: { by: 'bob@birch', time }, operations: [] },
      needsRebuild: null,
    },
    `work   0 operations on branch web\nlock   ann@alder: mail server\nstate  broken by bob@birch at ${time}\n`,
  ],
  [
    'lost work on a host that needs a rebuild',
    { work: { ...work, locked: false, operations: [] }, needsRebuild },
    `ann@alder dropped 2 operations at ${time}: this host needs a rebuild\n` +
      `work   0 operations on branch web\nlock   ann@alder since ${time}: mail server\n` +
      'state  lost: others have changed the branch\n',
  ],
]
for (const [what, answer, text] of wips) {
  test(`wip with ${what}`, async (t) => {
    const { type } = await hostWith(t, { 'GET /v1/wip': answer })
    assert.equal((await type('wip')).out, text)
    assert.equal((await type('wip', '--json')).out, `${JSON.stringify(answer)}\n`)
  })
}

test('wip drop says how much it dropped', async (t) => {
  for (const [operations, text] of [
    [0, 'nothing to drop: everything is checked in'],
    [2, 'dropped 2 operations; this host needs a rebuild, or isconf done, as status shows'],
  ] as const) {
    const { type } = await hostWith(t, { 'POST /v1/wip-drop': result({ operations }) })
    const typed = await type('wip', 'drop')
    assert.deepEqual([typed.status, typed.out, typed.err], [0, '', `isconf: ${text}\n`])
    assert.deepEqual(typed.asked, ['POST /v1/wip-drop {"user":"luke"}'])
  }
})

const row: HistoryRow = {
  event: 'finished',
  time,
  operation: '0123456789ab:0',
  text: 'exec newaliases',
  started: '2029-12-31T23:59:59.900Z',
  tookMs: 100,
  status: 0,
  output: 'ab'.repeat(32),
  remarks: [],
  reason: null,
  dropped: null,
  decided: null,
}
const histories: readonly (readonly [HistoryRow, string])[] = [
  [
    row,
    `2029-12-31T23:59:59.900Z 0123456789ab:0  exec newaliases\n    done after 100 ms\n    output ${'ab'.repeat(32)}\n`,
  ],
  [
    { ...row, output: null, remarks: ['/etc/hosts: written in place'] },
    '2029-12-31T23:59:59.900Z 0123456789ab:0  exec newaliases\n    done after 100 ms\n    /etc/hosts: written in place\n',
  ],
  [
    { ...row, status: 3, tookMs: null, started: null, output: null },
    `${time} 0123456789ab:0  exec newaliases\n    ended with exit status 3\n`,
  ],
  [
    { ...row, event: 'failed', text: null, status: null, output: null, reason: 'no room' },
    '2029-12-31T23:59:59.900Z 0123456789ab:0\n    failed after 100 ms: no room\n',
  ],
  [
    { ...row, event: 'started', started: time, tookMs: null, status: null, output: null },
    `${time} 0123456789ab:0  exec newaliases\n    begun, and not ended\n`,
  ],
  [
    { ...row, event: 'made', started: null, tookMs: null, status: null, output: null },
    `${time} 0123456789ab:0  exec newaliases\n    made here and checked in\n`,
  ],
  [
    {
      ...row,
      event: 'dropped',
      operation: null,
      text: null,
      started: null,
      tookMs: null,
      status: null,
      output: null,
      dropped: { operations: 1, by: 'ann@alder' },
    },
    `${time}\n    ann@alder dropped 1 operation done here\n`,
  ],
  ...[true, false].map((begun): readonly [HistoryRow, string] => [
    {
      ...row,
      ...{ event: 'passedOver', started: null, tookMs: null, status: null, output: null },
      void: { by: 'ba9876543210:1', begun },
    },
    `${time} 0123456789ab:0  exec newaliases\n    void by ba9876543210:1, and passed over${begun ? '; it had been begun here before' : ''}\n`,
  ]),
  [
    {
      ...row,
      ...{ event: 'unrecorded', started: null, tookMs: null, status: null, output: null },
      ...{
        reason: 'false ended with exit status 1',
        decided: { by: 'ann@alder', why: 'false ended with exit status 1' },
      },
    },
    `${time} 0123456789ab:0  exec newaliases\n    not recorded: false ended with exit status 1; run by ann@alder\n`,
  ],
]
for (const [one, text] of histories) {
  test(`history of an operation that ${one.event} ${one.status ?? ''}`.trimEnd(), async (t) => {
    const { type } = await hostWith(t, { 'GET /v1/history': [one, one] })
    assert.equal((await type('history')).out, text + text)
    assert.equal((await type('history', '--json')).out, `${JSON.stringify(one)}\n`.repeat(2))
  })
}

const generic: BranchRow = {
  name: 'generic',
  current: false,
  head: id,
  changesets: 1,
  operations: 2,
  split: true,
  lock: null,
  parent: null,
  hosts: [],
}
const web: BranchRow = {
  ...generic,
  name: 'web',
  current: true,
  operations: 1,
  split: false,
  lock: { branch: 'web', user: 'ann', host: 'alder', message: 'why', since: time },
  parent: 'generic',
  hosts: ['alder', 'birch'],
}

test('branches are rows, the current one marked', async (t) => {
  const { type } = await hostWith(t, { 'GET /v1/branches': [generic, web, { ...generic, name: 'x', operations: 0 }] })
  assert.equal(
    (await type('branches')).out,
    `  generic  0123456789ab  2 operations  split
* web      0123456789ab  1 operation   forked from generic, hosts alder birch, locked by ann@alder: why
  x        empty                       split
`,
  )
  assert.equal((await type('branches', '--json')).out.split('\n').length, 4)
})

const alder: HostRow = {
  state: 'level',
  name: 'alder',
  peerId: 'p',
  here: true,
  connected: true,
  address: null,
  seen: null,
  release: '5.0.0',
  branch: 'generic',
  position: 2,
  operations: 2,
  stopped: null,
  deviations: [],
  boot: null,
}

test('hosts are rows: here, connected, or last seen', async (t) => {
  const birch = { ...alder, name: 'birch', here: false, address: '10.0.0.2', position: null }
  const cedar = { ...birch, name: 'cedar', connected: false, address: null, seen: time }
  const silent = { ...birch, name: '12D3', release: null, branch: null, operations: null }
  const { type } = await hostWith(t, { 'GET /v1/hosts': [alder, birch, cedar, silent] })
  assert.equal(
    (await type('hosts')).out,
    `alder  generic  2 of 2  isconf 5.0.0  this host
birch  generic  ? of 2  isconf 5.0.0  connected at 10.0.0.2
cedar  generic  ? of 2  isconf 5.0.0  last seen ${time}
12D3   ?                ?             connected at 10.0.0.2
`,
  )
  assert.equal((await type('hosts', '--json')).out.split('\n').length, 5)
})

test('hosts shows how the last boot of each ended, where Hostkeeper looks after it', async (t) => {
  const right = { level: 'right', since: time, step: null, why: null, tree: '5a0c7f6be1d2934c', fetched: time }
  const failed = { ...right, level: 'failed', step: 'bad', why: 'make failed at bad with status 2', fetched: null }
  const old = { ...right, level: 'old', why: 'its source gives no newer one' }
  const unknown = { ...right, level: 'unknown', since: null, tree: null, fetched: null }
  const rows = [right, failed, old, unknown].map((boot) => ({ ...alder, boot }))
  const { type } = await hostWith(t, { 'GET /v1/hosts': rows })
  assert.deepEqual(
    (await type('hosts')).out.split('\n').map((line) => line.replace(/^.*this host {2}/, '')),
    [
      `boot right, tree 5a0c7f6be1d2934c of ${time}`,
      `boot failed at bad since ${time}, tree 5a0c7f6be1d2934c`,
      `boot old since ${time}, tree 5a0c7f6be1d2934c of ${time}: its source gives no newer one`,
      'boot unknown',
      '',
    ],
  )
})

test('cat writes what the daemon gives, byte for byte', async (t) => {
  const output = { event: 'output', stream: 'stdout', bytes: Buffer.from('hello\n').toString('base64') }
  const { type } = await hostWith(t, { 'POST /v1/cat': [output, result(null)] })
  const typed = await type('cat', 'motd', '--at', '0123:1')
  assert.deepEqual([typed.status, typed.out, typed.err], [0, 'hello\n', ''])
  assert.deepEqual(typed.asked, ['POST /v1/cat {"cwd":"/home/luke","path":"motd","at":"0123:1"}'])
})

test('fork and migrate say where this host is now', async (t) => {
  const { type } = await hostWith(t, {
    'POST /v1/fork': result({ branch: 'web', parent: 'generic', journalHosts: 3 }),
    'POST /v1/migrate': result({ branch: 'web', from: 'generic', position: 1, pending: 2 }),
  })
  const forked = 'isconf: forked web from generic, stored on 3 hosts; this host is now on branch web\n'
  assert.equal((await type('fork', 'web')).err, forked)
  const typed = await type('migrate', 'web')
  assert.equal(typed.err, 'isconf: this host has moved from branch generic to branch web: 2 operations to do\n')
  assert.deepEqual(typed.asked.slice(-1), ['POST /v1/migrate {"user":"luke","branch":"web"}'])
})

test('resolve names a branch only when one is given', async (t) => {
  const { type } = await hostWith(t, { 'POST /v1/resolve': result({ branch: 'web', kept: id, aside: 'web-1' }) })
  await type('resolve', '0123', 'web')
  const { asked } = await type('resolve', '0123')
  assert.deepEqual(asked, [
    'POST /v1/resolve {"user":"luke","keep":"0123","branch":"web"}',
    'POST /v1/resolve {"user":"luke","keep":"0123"}',
  ])
})
