import assert from 'node:assert/strict'
import { test } from 'node:test'
import { SimClock } from '../../../test/sim/clock.ts'
import { IsconfError, silentLog } from '../../base/index.ts'
import type { Command, Machine, OutputListener } from '../../machine/index.ts'
import { EventBus, type News } from './event-bus.ts'
import { hookMsMax, Notifier, waitingMax } from './notifier.ts'

const failed: News = {
  ...{ type: 'operation-failed', scope: 'host', host: 'alder', branch: 'generic', operation: 'a:0', reason: 'why' },
}
const lost: News = {
  ...{ type: 'host-lost', scope: 'domain', host: 'birch', branch: null, peerId: 'id-birch' },
}

type Hook = (command: Command, output: OutputListener, signal: AbortSignal) => Promise<number>

/** A host with these hooks, and what became of them. */
function notifying(hooks: Record<string, Hook>, isForDomain = true) {
  const clock = new SimClock()
  const warned: string[] = []
  const log = { ...silentLog, warn: (_: object, text: string) => void warned.push(text) }
  const events = new EventBus(clock, log)
  const machine: Pick<Machine, 'hooks' | 'runBeside'> = {
    hooks: async () => Object.keys(hooks),
    runBeside: async (command, output, signal) => {
      const status = await (hooks[command.argv[0] ?? ''] ?? assert.fail())(command, output, signal)
      return { status, outputSha256: '' }
    },
  }
  const deps = {
    events,
    machine,
    clock,
    log,
    domain: 'sim.example',
    host: () => 'alder',
    isForDomain: () => isForDomain,
  }
  const notifier = new Notifier(deps)
  notifier.start()
  return { clock, events, machine, notifier, warned }
}

const endless: Hook = (_, __, signal) =>
  new Promise((_, reject) => {
    signal.addEventListener('abort', () => reject(new IsconfError('INTERRUPTED', 'stopped')))
  })

test('each hook gets each event as one JSON document, and what is about the domain only where that is asked for', async () => {
  const got: Command[] = []
  const hook: Hook = async (command) => {
    got.push(command)
    return 0
  }
  const { clock, events } = notifying({ one: hook, two: hook })
  events.tell(failed)
  events.tell(lost)
  await clock.run(0)
  assert.deepEqual(
    got.map(({ argv, env }) => [argv[0], env['IS_EVENT'], env['IS_BRANCH']]),
    [
      ['one', 'operation-failed', 'generic'],
      ['two', 'operation-failed', 'generic'],
      ['one', 'host-lost', ''],
      ['two', 'host-lost', ''],
    ],
  )
  const told = { version: 1, domain: 'sim.example', toldBy: 'alder' }
  const documents = got.map(({ input = '' }) => JSON.parse(input))
  assert.deepEqual(documents[3], { ...told, ...events.keptAfter('start')[1] })
  assert.match(got[0]?.input ?? '', /^[^\n]+\n$/)

  const elsewhere = notifying({ one: hook }, false)
  elsewhere.events.tell(lost)
  elsewhere.events.tell(failed)
  await elsewhere.clock.run(0)
  assert.deepEqual(
    got.slice(4).map(({ env }) => env['IS_EVENT']),
    ['operation-failed'],
  )
})

test('a hook that fails is told in the log once, with its last line, and in status until it works again', async () => {
  let status = 3
  const hook: Hook = async (_, output) => {
    await output('stderr', Buffer.from('no mail server\n'))
    return status
  }
  const { clock, events, notifier, warned } = notifying({ '/hooks/mail': hook })
  events.tell(failed)
  events.tell(failed)
  await clock.run(0)
  const text = 'notify hook /hooks/mail: it ended with exit status 3: no mail server'
  assert.deepEqual(warned, [text])
  assert.deepEqual(notifier.warnings(), [`${text} (operation-failed, 2030-01-01T00:00:00.000Z)`])
  assert.deepEqual(notifier.counts, { failures: 2, dropped: 0 })
  status = 0
  events.tell(failed)
  await clock.run(0)
  assert.deepEqual(notifier.warnings(), [])
})

test('a hook that does not end is ended, and the others have their turn', async () => {
  const got: string[] = []
  const { clock, events, notifier } = notifying({
    slow: endless,
    quick: async ({ env }) => {
      got.push(env['IS_EVENT'] ?? '')
      return 0
    },
  })
  events.tell(failed)
  await clock.run(hookMsMax - 1)
  assert.deepEqual(got, [])
  await clock.run(1)
  assert.deepEqual(got, ['operation-failed'])
  assert.match(notifier.warnings()[0] ?? '', /^notify hook slow: it took longer than 30 seconds/)
})

test('more events than may wait are dropped and counted, said once, and a stop ends what runs and all that waits', async () => {
  const { clock, events, notifier, warned } = notifying({ slow: endless })
  for (let count = 0; count < waitingMax + 10; count += 1) events.tell(failed)
  assert.deepEqual(notifier.counts, { failures: 0, dropped: 9 })
  assert.equal(warned.length, 1)
  assert.match(notifier.warnings()[0] ?? '', /1000 events wait for the notify hooks/)
  await clock.run(0)
  notifier.stop()
  events.tell(failed)
  await clock.run(hookMsMax)
  assert.deepEqual(notifier.warnings(), [])
  assert.deepEqual(notifier.counts, { failures: 0, dropped: 9 })
})

test('hooks that others can change are not run, which is said; one that is gone is not told of any more', async () => {
  const { clock, events, machine, notifier, warned } = notifying({ one: async () => 1 })
  events.tell(failed)
  await clock.run(1_000)
  const refuse = async () => {
    throw new IsconfError('OPEN_TO_OTHERS', 'IS_HOOKS: /hooks belongs to luke: chown root /hooks')
  }
  machine.hooks = refuse
  events.tell(failed)
  await clock.run(0)
  const text = 'no notify hook is run: IS_HOOKS: /hooks belongs to luke: chown root /hooks'
  assert.deepEqual(notifier.warnings(), [text])
  assert.equal(warned.at(-1), text)
  assert.equal(notifier.counts.failures, 1)
})
