import assert from 'node:assert/strict'
import { rmSync } from 'node:fs'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { test } from 'node:test'
import { hostWith, result } from '../../../test/support/typed.ts'
import { IsconfError } from '../../base/index.ts'
import type { SpawnedDaemon } from '../verb.ts'

const answers = {
  'GET /v1/status': { pid: 4711 },
  'POST /v1/stop': result({ pid: 4711 }),
  'POST /v1/restart': result({ pid: 4711, restarts: false }),
}

test('start says that the daemon answers, and hands its flags and home on', async (t) => {
  const started: unknown[] = []
  const host = await hostWith(t, undefined, {
    spawnDaemon: async ({ config }, home): Promise<SpawnedDaemon> => {
      started.push(config, home)
      return { ready: true, pid: 99 }
    },
  })
  const { status, out, err } = await host.type('start')
  assert.deepEqual([status, out, err], [0, '', 'isconf: the daemon answers: process 99\n'])
  assert.deepEqual(started, [join(host.home, 'main.cf'), host.home])
})

test('start says that the daemon runs already, and starts none', async (t) => {
  const { type } = await hostWith(t, answers)
  const { status, out, err } = await type('start')
  assert.deepEqual([status, out, err], [0, '', 'isconf: the daemon is already running: process 4711\n'])
})

test('start shows what kept the daemon from starting, as the daemon told it, with its status', async (t) => {
  const error = 'isconf: error: port 65027 is taken\nisconf: hint: set IS_PORT\n'
  const { type } = await hostWith(t, undefined, {
    spawnDaemon: async () => ({ ready: false, code: 'PORT_TAKEN', error, exit: 22 }),
  })
  const { status, out, err } = await type('start')
  assert.deepEqual([status, out, err], [22, '', error])
})

test('start starts a daemon where another one goes away while it is asked', async (t) => {
  const host = await hostWith(t, undefined, { spawnDaemon: async () => ({ ready: true, pid: 99 }) })
  const ending = createServer((socket) => {
    ending.close()
    socket.destroy()
  })
  await new Promise<void>((resolve) => ending.listen(join(host.home, 'conf/.ctl'), resolve))
  const { status, err } = await host.type('start')
  assert.deepEqual([status, err], [0, 'isconf: the daemon answers: process 99\n'])
})

test('start starts none beside one whose answer it does not understand', async (t) => {
  const { status, err } = await (await hostWith(t, {})).type('start')
  assert.equal(status, 223)
  assert.match(err, /^isconf: error: the daemon ended in the middle of the request\n/)
})

for (const { lives, starts, said } of [
  { lives: 3, starts: 4, said: [0, 'isconf: the daemon answers: process 99\n'] },
  { lives: Number.POSITIVE_INFINITY, starts: 20, said: [223, 'isconf: error: process 1 has it\n'] },
]) {
  test(`start begins ${starts} times where ${lives} find that one that does not answer has the home`, async (t) => {
    let started = 0
    const { type } = await hostWith(t, undefined, {
      sleep: async () => undefined,
      spawnDaemon: async () => {
        started += 1
        if (started > lives) return { ready: true, pid: 99 }
        return { ready: false, code: 'ALREADY_RUNNING', error: 'isconf: error: process 1 has it\n', exit: 223 }
      },
    })
    const { status, err } = await type('start')
    assert.deepEqual([status, err], said)
    assert.equal(started, starts)
  })
}

test('stop returns when the process has ended', async (t) => {
  let looks = 0
  let waitedMs = 0
  const { type } = await hostWith(t, answers, {
    isAlive: (pid) => {
      assert.equal(pid, 4711)
      looks += 1
      return looks < 5
    },
    sleep: async (delayMs) => {
      waitedMs += delayMs
    },
  })
  const { status, out, err, asked } = await type('stop')
  assert.deepEqual([status, out, err], [0, '', 'isconf: the daemon has stopped\n'])
  assert.deepEqual([looks, waitedMs], [5, 80])
  assert.deepEqual(asked, ['GET /v1/status', 'POST /v1/stop {}'])
})

test('stop of a daemon that does not run says so, and exits 0', async (t) => {
  const { type } = await hostWith(t, undefined)
  const { status, out, err } = await type('stop')
  assert.deepEqual([status, out, err], [0, '', 'isconf: the daemon is not running\n'])
})

test('stop of a daemon that does not end is DAEMON_LOST, after a while', async (t) => {
  let waitedMs = 0
  const { type } = await hostWith(t, answers, {
    isAlive: () => true,
    sleep: async (delayMs) => {
      waitedMs += delayMs
    },
  })
  const { status, err } = await type('stop')
  assert.equal(status, 223)
  assert.match(err, /^isconf: error: process 4711 was told to stop, and is still running\nisconf: hint: .*\n$/)
  assert.ok(waitedMs >= 20_000 && waitedMs < 21_000, `${waitedMs} ms`)
})

test('restart stops the daemon and starts it again', async (t) => {
  const host = await hostWith(t, answers, {
    isAlive: () => {
      rmSync(join(host.home, 'conf/.ctl'))
      return false
    },
    spawnDaemon: async () => ({ ready: true, pid: 99 }),
  })
  const { status, err } = await host.type('restart')
  assert.equal(status, 0)
  assert.equal(err, 'isconf: the daemon has stopped\nisconf: the daemon answers: process 99\n')
})

test('restart of a daemon that a service manager runs leaves the start to that', async (t) => {
  const managed = { ...answers, 'POST /v1/restart': result({ pid: 4710, restarts: true }) }
  const { type } = await hostWith(t, managed, { isAlive: (pid) => pid !== 4710 })
  const { status, err, asked } = await type('restart')
  assert.deepEqual([status, err], [0, 'isconf: the daemon answers: process 4711\n'])
  assert.deepEqual(asked, ['POST /v1/restart {}', 'GET /v1/status'])
})

test('stop within a command that the daemon runs waits for nothing: the daemon ends after that', async (t) => {
  const later = { ...answers, 'POST /v1/stop': result({ pid: 4711, after: 'wip-drop' }) }
  for (const within of [
    { variable: (name: string) => (name === 'IS_EXEC' ? '1' : undefined) },
    { isBelow: (pid: number) => pid === 4711 },
  ]) {
    const { status, err, asked } = await (await hostWith(t, later, within)).type('stop')
    assert.deepEqual([status, err], [0, 'isconf: the daemon stops when `isconf wip drop` has ended\n'])
    assert.deepEqual(asked, ['GET /v1/status', 'POST /v1/stop {"whenIdle":true}'])
  }
})

test('restart of a daemon that changes this host leaves it to that', async (t) => {
  const later = { ...answers, 'POST /v1/restart': result({ pid: 4711, restarts: true, after: 'up' }) }
  const { status, err } = await (await hostWith(t, later)).type('restart')
  assert.deepEqual([status, err], [0, 'isconf: the daemon restarts when `isconf up` has ended\n'])
})

test('restart of a daemon that does not run starts it', async (t) => {
  const { type } = await hostWith(t, undefined, { spawnDaemon: async () => ({ ready: true, pid: 99 }) })
  const { status, err } = await type('restart')
  assert.equal(status, 0)
  assert.equal(err, 'isconf: the daemon is not running\nisconf: the daemon answers: process 99\n')
})

test('daemon runs in the foreground with the configuration of -c, and tells what keeps it from running', async (t) => {
  const ran: unknown[] = []
  const good = await hostWith(t, undefined, { runDaemon: async (config) => void ran.push(config) })
  const { status, out, err } = await good.type('daemon')
  assert.deepEqual([status, out, err], [0, '', ''])
  assert.deepEqual(ran, [join(good.home, 'main.cf')])
  const bad = await hostWith(t, undefined, {
    runDaemon: () => Promise.reject(new IsconfError('ALREADY_RUNNING', 'the daemon is already running: process 1')),
  })
  const failed = await bad.type('daemon')
  assert.equal(failed.status, 223)
  assert.match(failed.err, /^isconf: error: the daemon is already running: process 1\nisconf: hint: /)
})
