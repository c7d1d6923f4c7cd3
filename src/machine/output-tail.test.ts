import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { CommandListener } from './machine.ts'
import { lastLine, OutputTail, tailBytesMax } from './output-tail.ts'

function written(secrets: readonly string[], pieces: readonly string[]) {
  const tail = new OutputTail(secrets)
  let heard = ''
  const { output } = tail.listening<CommandListener>({
    output: (_, bytes) => {
      heard += Buffer.from(bytes).toString()
      return undefined
    },
  })
  for (const piece of pieces) output('stdout', Buffer.from(piece))
  assert.equal(heard, pieces.join(''), 'who listens hears everything')
  return tail.end()
}

test('what is short is kept as it is, each stream for itself', () => {
  const tail = new OutputTail([])
  assert.equal(tail.end(), undefined)
  const { output } = tail.listening<CommandListener>({ output: () => undefined })
  output('stdout', Buffer.from('one\n'))
  output('stderr', Buffer.from('two\n'))
  output('stdout', Buffer.from('three\n'))
  assert.deepEqual(tail.end(), { stdout: 'one\nthree\n', stderr: 'two\n', cutBytes: { stdout: 0, stderr: 0 } })
})

test('of what is long the end is kept, whatever pieces it comes in', () => {
  for (const pieceBytes of [1, 1_000, 65_536, 300_000]) {
    const all = Array.from({ length: 300_000 / pieceBytes }, (_, index) => String(index % 10).repeat(pieceBytes))
    const { stdout, cutBytes } = written([], all) ?? assert.fail()
    const length = all.join('').length
    assert.equal(stdout, all.join('').slice(-tailBytesMax))
    assert.equal(cutBytes.stdout, length - tailBytesMax)
  }
})

test('a secret is masked wherever it stands, also across pieces and where the beginning is cut off', () => {
  assert.equal(written(['hunter22'], ['password hun', 'ter22\n'])?.stdout, 'password ***\n')
  assert.equal(written(['long-secret', 'secret'], ['a long-secret, a secret\n'])?.stdout, 'a ***, a ***\n')
  assert.equal(written(['abab'], ['abababab'])?.stdout, '***')
  assert.equal(written(['on'], ['on and on\n'])?.stdout, 'on and on\n')
  const secret = 'x'.repeat(900) + 'y'.repeat(100)
  for (let rest = tailBytesMax - 1_002; rest <= tailBytesMax + 2; rest += 1) {
    const text = written([secret], ['begin', secret, '.'.repeat(rest)])?.stdout ?? ''
    assert.ok(!text.includes('y'), `with ${rest} bytes behind it`)
    assert.ok(Buffer.byteLength(text) <= tailBytesMax + 10)
  }
})

test('the last line is that of the errors, or of the rest, without what is blank, and not long', () => {
  const of = (stdout: string, stderr: string): string | undefined =>
    lastLine({ stdout, stderr, cutBytes: { stdout: 0, stderr: 0 } })
  assert.equal(of('done\n', 'E: no such package\n\n  \n'), 'E: no such package')
  assert.equal(of('first\nlast\r\n', '\n'), 'last')
  assert.equal(of('\n', ''), undefined)
  assert.equal(of('', `${'x'.repeat(300)}\n`)?.length, 200)
})
