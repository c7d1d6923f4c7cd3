import assert from 'node:assert/strict'
import { test } from 'node:test'
import { SimClock } from '../../test/sim/clock.ts'
import { SimMachine } from '../../test/sim/machine.ts'
import type { Command, Machine, OutputListener } from './machine.ts'
import { runWatched, silentMsMax } from './run-watched.ts'

const command: Command = { argv: ['vi', 'motd'], cwd: '/etc', env: {} }

/** A command under watch: what it writes to, how it is ended, and how often it was said to be silent. */
function watched() {
  const clock = new SimClock()
  const machine: Machine = new SimMachine(clock)
  let write: OutputListener = () => undefined
  let end: () => void = () => undefined
  machine.run = (_, output) => {
    write = output
    return new Promise((resolve) => {
      end = () => resolve({ status: 0, outputSha256: '' })
    })
  }
  const silences: Command[] = []
  const listener = { output: () => undefined, silent: (silentOne: Command) => void silences.push(silentOne) }
  const done = runWatched({ machine, clock }, command, listener, new AbortController().signal)
  return { clock, silences, done, write: () => write('stdout', Buffer.from('x')), end: () => end() }
}

test('runWatched() says once that a command has written nothing for ten seconds, counted from its last output', async () => {
  const { clock, silences, done, write, end } = watched()
  await clock.run(silentMsMax - 1)
  void write()
  await clock.run(silentMsMax - 1)
  assert.deepEqual(silences, [])
  await clock.run(1)
  assert.deepEqual(silences, [command])
  void write()
  await clock.run(3 * silentMsMax)
  assert.equal(silences.length, 1)
  end()
  assert.equal((await done).status, 0)
})

test('runWatched() says nothing of a command that has ended', async () => {
  const { clock, silences, done, end } = watched()
  end()
  await done
  await clock.run(2 * silentMsMax)
  assert.deepEqual(silences, [])
})
