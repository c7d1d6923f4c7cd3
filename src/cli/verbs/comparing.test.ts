/** What verify and diff say of what the daemon has found. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { hostWith, result } from '../../../test/support/typed.ts'
import type { DiffPath, UnlikePath, VerifyAnswer } from '../../control/index.ts'

const unlike: readonly UnlikePath[] = [
  { path: '/a', operation: '0123456789ab:0', differences: [{ what: 'missing', recorded: 'file', found: 'nothing' }] },
  {
    path: '/b\nisconf: done',
    operation: null,
    differences: [
      { what: 'content', recorded: 'a'.repeat(64), found: 'b'.repeat(64) },
      { what: 'owner', recorded: 'root:root', found: 'ann:root' },
    ],
  },
  {
    path: '/c',
    operation: '0123456789ab:1',
    differences: [{ what: 'present', recorded: 'nothing', found: 'symlink' }],
  },
]

test('verify says what differs, a path a line, and ends with 1', async (t) => {
  const answer: VerifyAnswer = { branch: 'web', position: 3, checked: 40, unlike, more: 2 }
  const { type } = await hostWith(t, { 'POST /v1/verify': result(answer) })
  const shown = await type('verify', 'etc')
  assert.equal(shown.status, 1)
  assert.equal(
    shown.out,
    'missing  /a                0123456789ab:0  a file should be there\n' +
      'changed  /b\\nisconf: done  not checked in  content, owner ann:root instead of root:root\n' +
      'present  /c                0123456789ab:1  a symlink is there, and was removed\n',
  )
  assert.equal(shown.err, 'isconf: 2 more are not shown\nisconf: 5 of 40 paths differ\n')
  assert.deepEqual(shown.asked, ['POST /v1/verify {"cwd":"/home/luke","path":"etc"}'])
  assert.deepEqual(JSON.parse((await type('verify', '--json')).out), answer)
})

test('verify --restore needs a path', async (t) => {
  const { type } = await hostWith(t, { 'POST /v1/restore': result({ restored: unlike.slice(0, 1) }) })
  const bare = await type('verify', '--restore')
  assert.deepEqual([bare.status, bare.asked], [22, []])
  assert.match(bare.err, /to put back everything, name \//)
  const shown = await type('verify', '--restore', '/')
  assert.deepEqual(shown.asked, ['POST /v1/restore {"user":"luke","cwd":"/home/luke","path":"/"}'])
  assert.deepEqual([shown.status, shown.err], [0, 'isconf: put back 1 path\n'])
})

const of = (text: string | null): string | null => (text === null ? null : Buffer.from(text).toString('base64'))
const content: DiffPath['differences'] = [{ what: 'content', recorded: '6 bytes', found: '7 bytes' }]
const text: DiffPath = {
  ...{ path: '/motd', from: '0123456789ab:0', to: null, differences: content, why: null },
  content: { from: of('hello\nsame\n'), to: of('good\x1b[2J day\nsame\n') },
}

/** What the daemon tells of these paths, in pieces as they happen to come. */
function told(paths: readonly DiffPath[], pieceBytes: number): readonly object[] {
  const bytes = Buffer.from(paths.map((path) => `${JSON.stringify(path)}\n`).join(''))
  const pieces = Array.from({ length: Math.ceil(bytes.length / pieceBytes) }, (_, index) =>
    bytes.subarray(index * pieceBytes, (index + 1) * pieceBytes),
  )
  return [
    ...pieces.map((piece) => ({ event: 'output', stream: 'stdout', bytes: piece.toString('base64') })),
    { event: 'result', result: { from: 'branch web', to: 'this machine', differing: paths.length } },
  ]
}

test('diff shows lines as diff -u, whatever pieces they come in, and what is not text in words', async (t) => {
  const missing: DiffPath['differences'] = [{ what: 'missing', recorded: 'file', found: 'nothing' }]
  const paths: readonly DiffPath[] = [
    text,
    { ...text, path: '/gone', differences: missing, content: { from: of('one\n'), to: null } },
    { ...text, path: '/binary', content: { from: of('a\0'), to: of('b\0') } },
    { ...text, path: '/large', content: null, why: 'a file of 9 GB' },
  ]
  for (const pieceBytes of [7, 100_000]) {
    const { type } = await hostWith(t, { 'POST /v1/diff': told(paths, pieceBytes) })
    const shown = await type('diff', './etc', '0123')
    assert.equal(shown.status, 1)
    assert.deepEqual(shown.asked, ['POST /v1/diff {"cwd":"/home/luke","from":"0123","path":"./etc"}'])
    assert.equal(
      shown.out,
      '/motd 0123456789ab:0: content: 7 bytes instead of 6 bytes\n' +
        '--- /motd\t0123\n+++ /motd\tthis machine\n@@ -1,2 +1,2 @@\n-hello\n+good\x1b[2J day\n same\n' +
        '/gone 0123456789ab:0: a file should be there\n' +
        '--- /gone\t0123\n+++ /dev/null\tthis machine\n@@ -1,1 +0,0 @@\n-one\n' +
        '/binary 0123456789ab:0: content: 7 bytes instead of 6 bytes\n' +
        '/binary: the content differs, and is not text or differs in too many lines\n' +
        '/large 0123456789ab:0: content: 7 bytes instead of 6 bytes (not shown: a file of 9 GB)\n',
    )
    assert.equal(shown.err, 'isconf: 4 paths differ between branch web and this machine\n')
  }
})

test('on a screen diff shows what would move the cursor', async (t) => {
  let out = ''
  const put = (piece: string | Uint8Array): void => {
    out += Buffer.from(piece).toString()
  }
  const terminal = { out: put, err: () => undefined, isScreen: true }
  const { type } = await hostWith(t, { 'POST /v1/diff': told([text], 100_000) }, { terminal })
  await type('diff')
  assert.match(out, /\+good\\u001b\[2J day\n/)
})

for (const words of [
  ['a', 'b', 'c'],
  ['/a', '/b'],
]) {
  test(`diff ${words.join(' ')} is too much`, async (t) => {
    const shown = await (await hostWith(t, {})).type('diff', ...words)
    assert.deepEqual([shown.status, shown.asked], [22, []])
  })
}
