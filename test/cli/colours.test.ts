/** Colour in a real terminal, and nowhere else. */
import assert from 'node:assert/strict'
import { join } from 'node:path'
import { begin, program } from '../harness/lab.ts'
import { testWith } from '../support/tools.ts'
import { hostWith } from '../support/typed.ts'

const diagnoses = [
  { check: 'clock', severity: 'good', message: 'it goes right', hint: null },
  { check: 'disk', severity: 'warning', message: 'little room', hint: 'make some' },
  { check: 'host', severity: 'error', message: 'it is stopped \u001b[31m', hint: 'see why' },
]
const [red, yellow] = ['\u001b[31merror\u001b[39m', '\u001b[33mwarning\u001b[39m']

// script(1) makes the terminal; its own standard input has an end at once.
testWith('script')(
  'what is wrong has a colour in a terminal, and none in a pipe or where nobody wants it',
  async (t) => {
    const { home } = await hostWith(t, { 'GET /v1/doctor': diagnoses })
    // Quiet: on a slow machine it would show for how long it waits.
    const words = [process.execPath, program, '-q', '-c', join(home, 'main.cf')]
    // An environment of its own: CI, NO_COLOR and others of the caller's decide about colour too.
    const own = {
      PATH: process.env['PATH'] ?? '/usr/bin:/bin',
      SHELL: '/bin/sh',
      TERM: 'xterm',
      IS_HOME: home,
      IS_DOMAIN: 'a.example',
    }
    const inTerminal = async (verb: string, more: Readonly<Record<string, string>> = {}): Promise<string> => {
      const command = [...words, verb].map((word) => `'${word}'`).join(' ')
      const { stdout } = await begin(['script', '-qec', command, '/dev/null'], { env: { ...own, ...more } }).done
      return stdout.replaceAll('\r\n', '\n')
    }
    const shown = await inTerminal('doctor')
    assert.deepEqual(
      shown.split('\n').filter((line) => line.includes('\u001b')),
      [`${yellow}  disk      little room`, `${red}    host      it is stopped \\u001b[31m`],
    )
    const [first] = (await inTerminal('no-such-verb')).split('\n')
    assert.ok(first?.startsWith('\u001b[31misconf: error:\u001b[39m '), first)
    for (const more of [{ NO_COLOR: '1' }, { TERM: 'dumb' }])
      assert.ok(!(await inTerminal('doctor', more)).includes('\u001b'), JSON.stringify(more))
    const piped = await begin([...words, 'doctor'], { env: own }).done
    assert.ok(piped.stdout.includes('error    host') && !piped.stdout.includes('\u001b'))
  },
)
