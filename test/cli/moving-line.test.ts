/** What moves in a real terminal, and nowhere else. */
import assert from 'node:assert/strict'
import { join } from 'node:path'
import { assertDone, begin, program, type Run } from '../harness/lab.ts'
import { testWith } from '../support/tools.ts'
import { hostWith, result } from '../support/typed.ts'

const step = (number: number, text: string): object => ({ event: 'progress', text: `${number}/3 ${text}`, step: true })
const output = (text: string): object => {
  return { event: 'output', stream: 'stdout', bytes: Buffer.from(text).toString('base64') }
}
const answer = { branch: 'web', done: 3, passedOver: 0, position: 3, left: 0, rebooting: null }
const events = [
  step(1, 'exec touch a'),
  step(2, 'exec echo hello'),
  output('hello\n'),
  { event: 'progress', text: 'wrote 1 of 2 bytes of /a', counts: true },
  step(3, 'exec touch b'),
  result(answer),
]
const last = 'isconf: did 3 operations; this host is level with branch web (3 operations)\n'
const steps = ['isconf: 1/3 exec touch a\n', 'isconf: 2/3 exec echo hello\n', 'isconf: 3/3 exec touch b\n']

// script(1) makes the terminal; its own standard input has an end at once.
testWith('script')(
  'operations of up move in one line of a terminal, and are lines of their own elsewhere',
  async (t) => {
    const { home } = await hostWith(t, { 'POST /v1/up': events })
    const words = [process.execPath, program, '-c', join(home, 'main.cf')]
    const inTerminal = async (TERM: string, ...flags: readonly string[]): Promise<string> => {
      const command = [...words, ...flags, 'up'].map((word) => `'${word}'`).join(' ')
      const env = { ...process.env, TERM, SHELL: '/bin/sh' }
      const { stdout } = assertDone(await begin(['script', '-qec', command, '/dev/null'], { env }).done)
      // A slow machine shows for how long it waits.
      const shown = stdout.replaceAll('\r\x1b[K', '<').replaceAll('\r\n', '\n')
      return shown.replaceAll(/(<isconf: up: \d+ s)+</g, '')
    }
    const [first, second, third] = steps.map((line) => line.trimEnd())
    const moved = `<${first}<${second}<${second}\nhello\n<isconf: wrote 1 of 2 bytes of /a<${third}<${last}`
    assert.equal(await inTerminal('xterm'), moved)
    // A terminal that can't move its cursor, a person who wants no progress, and a pipe.
    assert.equal(await inTerminal('dumb'), `${steps[0]}${steps[1]}hello\n${steps[2]}${last}`)
    assert.equal(await inTerminal('xterm', '-q'), 'hello\n')
    const piped: Run = assertDone(await begin([...words, 'up'], { env: { ...process.env, TERM: 'xterm' } }).done)
    assert.deepEqual([piped.stdout, piped.stderr], ['hello\n', `${steps.join('')}${last}`])
  },
)
