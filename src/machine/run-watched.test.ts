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
  const ended = new Promise<void>((resolve) => {
    end = resolve
  })
  machine.run = (_, output) => {
    write = output
    return ended.then(() => ({ status: 0, outputSha256: '' }))
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

/** What happens to apt-get, or a script, that writes this and fails when it is begun first. */
async function metWith(argv: readonly string[], text: string): Promise<readonly [number, readonly string[]]> {
  const clock = new SimClock()
  const machine: Machine = new SimMachine(clock)
  let begun = 0
  machine.run = async (_, output) => {
    begun += 1
    if (begun > 1) return { status: 0, outputSha256: '' }
    await output('stderr', Buffer.from(text))
    return { status: 100, outputSha256: '' }
  }
  const said: string[] = []
  const listener = { output: () => undefined, remark: (line: string) => void said.push(line) }
  const done = runWatched({ machine, clock }, { ...command, argv }, listener, new AbortController().signal)
  await clock.run(60_000)
  await done
  return [begun, said]
}

test('runWatched() begins apt again that met a lock, and nothing else', async () => {
  const lock = 'E: Could not get lock /var/lib/apt/lists/lock. It is held by process 7\n'
  const said = ['it met a lock, and is begun again when that is free']
  assert.deepEqual(await metWith(['apt-get', 'update'], lock), [2, said])
  assert.deepEqual(await metWith(['apt-get', 'update'], 'E: Unable to locate package\n'), [1, []])
  assert.deepEqual(await metWith(['sh', '-c', 'echo x >>y; apt-get update'], lock), [1, []])
})

test('runWatched() says nothing of a command that has ended', async () => {
  const { clock, silences, done, end } = watched()
  end()
  await done
  await clock.run(2 * silentMsMax)
  assert.deepEqual(silences, [])
})
