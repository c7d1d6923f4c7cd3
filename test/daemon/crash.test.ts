import assert from 'node:assert/strict'
import { appendFileSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { test } from 'node:test'
import { assertRefused, Lab, type LabHost, until } from '../harness/lab.ts'

const journal = 'branches/generic/journal'

test('a line that a crash cut short is dropped at the next start, and what it left beside a file removed, and the log says so', async (context) => {
  const lab = await Lab.of(context, 'alder')
  const [alder] = lab.hosts
  await lab.start()
  await alder!.does('lock', 'one')
  await alder!.does('exec', 'true')
  await alder!.does('ci')
  await alder!.does('lock', 'two')
  await alder!.does('exec', 'true')
  const before = await alder!.status()
  const left = join(alder!.home, '.isconf-0123456789ab~')
  for (const name of [journal, 'conf/history', 'journal.wip']) {
    await alder!.stop()
    const path = join(alder!.home, name)
    const whole = readFileSync(path)
    const lines = whole.toString().trimEnd().split('\n')
    const torn = lines.at(-1)!.slice(0, 50)
    appendFileSync(path, torn)
    mkdirSync(left)
    writeFileSync(
      join(alder!.home, 'conf/temporary-files'),
      `${JSON.stringify({ token: '0123456789ab', directories: [alder!.home] })}\n`,
    )
    await alder!.start()
    const last =
      alder!
        .log()
        .split('\n')
        .filter((line) => line.includes('dropped'))
        .at(-1) ?? ''
    assert.ok(last.includes(path) && last.includes('50'), `${last} does not say that 50 bytes of ${path} were dropped`)
    assert.deepEqual(readFileSync(path), whole)
    assert.ok(!existsSync(left) && alder!.log().includes(`removed ${left}:`))
    const { head, position, work, lock } = await alder!.status()
    assert.deepEqual(
      { head, position, work, lock },
      {
        head: before.head,
        position: before.position,
        work: before.work,
        lock: before.lock,
      },
    )
  }
  await alder!.does('ci')
  assert.equal((await alder!.status()).operations, 2)
})

test('a journal, history or work file that was changed in the middle is set aside, told, and nothing is done over it', async (context) => {
  const lab = await Lab.of(context, 'alder')
  const [alder] = lab.hosts
  await lab.start()
  for (const message of ['one', 'two', 'three']) {
    await alder!.does('lock', message)
    await alder!.does('exec', 'echo', message)
    await alder!.does('ci')
  }
  await alder!.does('lock', 'four')
  await alder!.does('exec', 'echo', 'four')
  await alder!.stop()
  const damages: readonly (readonly [string, string, number])[] = [
    [journal, 'two', 2],
    ['conf/history', 'made', 3],
    ['journal.wip', 'four', 2],
  ]
  for (const [name, word, line] of damages) {
    const path = join(alder!.home, name)
    const whole = readFileSync(path)
    const at = whole.lastIndexOf(word)
    assert.ok(at > 0)
    const bytes = Buffer.from(whole)
    bytes[at - (name === journal ? 0 : 2)]! ^= 1
    writeFileSync(path, bytes)
    await alder!.start()
    const kept = readdirSync(dirname(path)).find((one) => one.startsWith(`${basename(path)}.damaged-`))
    assert.ok(kept, `${path} is set aside`)
    assert.deepEqual(readFileSync(join(dirname(path), kept)), bytes, 'a damaged file is kept as it is, for study')
    assert.ok(alder!.log().includes(`${path}: line ${line}`))
    const { warnings } = await alder!.status()
    assert.ok(
      warnings.some((one) => one.startsWith(`${path} was damaged, and is set aside as ${kept}`)),
      warnings.join('\n'),
    )
    if (name === 'conf/history') assertRefused(await alder!.run('up'), 223, 'isconf skip what this host had done')
    await alder!.stop()
    rmSync(join(dirname(path), kept))
    writeFileSync(path, whole)
  }
  await alder!.start()
  assert.equal((await alder!.status()).operations, 3)
})

test('after kill -9 in the middle of up, up goes on without a gap', async (context) => {
  const operations = 60
  const lab = await Lab.of(context, 'alder', 'birch')
  const [alder, birch] = lab.hosts
  await lab.start()
  await alder!.does('lock', 'many steps')
  for (let step = 1; step <= operations; step += 1)
    await post(alder!, 'exec', { argv: ['sh', '-c', `echo ${step} >> steps`] })
  await alder!.does('ci')
  await until(async () => (await birch!.status()).operations === operations, 'birch has the journal')
  let kills = 0
  for (const stepsBefore of [3, 20, 21, 45]) {
    const running = birch!.begin({}, 'up')
    await until(() => birch!.has('tmp/steps') && stepsOf(birch!).length >= stepsBefore, `${stepsBefore} steps are done`)
    birch!.kill9()
    kills += 1
    const run = await running.done
    if (run.status !== 0)
      assertRefused(run, 223, /the daemon (ended in the middle of the request|is not running)/, 'isconf start')
    await until(() => birch!.pid() === undefined, 'the daemon is gone')
    await birch!.start()
    assert.ok((await birch!.status()).position! >= stepsOf(birch!).at(-1)! - 1)
  }
  await birch!.does('up')
  const steps = stepsOf(birch!)
  for (const [index, step] of steps.entries()) {
    const last = index === 0 ? 0 : steps[index - 1]!
    assert.ok(step === last || step === last + 1, `after step ${last} comes ${step}`)
  }
  assert.equal(steps.at(-1), operations)
  assert.ok(steps.length - operations <= kills, 'only what was interrupted is done twice')
})

test('the command of a daemon that was killed is not begun again beside itself, on origin and target', async (context) => {
  const lab = await Lab.of(context, 'alder', 'birch')
  const [alder, birch] = lab.hosts
  await lab.start()
  await alder!.does('lock', 'long')
  const script = 'echo $$ >> begun; until test -e go; do sleep 0.05; done'
  for (const [host, verb] of [
    [alder!, ['exec', 'sh', '-c', script]],
    [birch!, ['up']],
  ] as const) {
    const running = host.begin({}, ...verb)
    await until(() => host.has('tmp/begun') && host.read('tmp/begun').endsWith('\n'), 'the command runs')
    host.kill9()
    await running.done
    await until(() => host.pid() === undefined, 'the daemon is gone')
    await host.start()
    const pid = host.read('tmp/begun').trim()
    const words = [`this command, which a daemon that has died began, still runs: process ${pid}`, `kill -- -${pid}`]
    const { stderr } = assertRefused(await host.run(...verb), 1, ...words)
    // It says what it does not do, and nothing else.
    assert.match(stderr, /^isconf: error: [^\n]*\nisconf: hint: [^\n]*\n( {2}or [^\n]*\n)*$/)
    if (host === birch) {
      const { stopped } = await host.status()
      assert.equal(stopped?.reason, 'it was interrupted')
      assert.match(stopped.since ?? '', /^2\S+Z$/)
    }
    assert.equal(host.read('tmp/begun').split('\n').length, 2)
    process.kill(-Number(pid), 'SIGKILL')
    host.write('tmp/go', '')
    let again = ''
    const isDone = async (): Promise<boolean> => {
      const { status, stderr } = await host.run(...verb)
      again = stderr
      return status === 0
    }
    await until(isDone, 'it is done again when it has ended')
    if (host === birch) assert.match(again, /operation \S+ was begun at \S+Z and interrupted: it is done from its/)
    if (host === alder) await alder.does('ci')
  }
})

test('what was acknowledged on the origin survives kill -9 at any time, and is checked in once', async (context) => {
  const lab = await Lab.of(context, 'alder', 'birch')
  const [alder, birch] = lab.hosts
  await lab.start()
  const acknowledged: string[] = []
  for (let round = 1; round <= 5; round += 1) {
    const locks = async (): Promise<boolean> => (await alder!.run('lock', 'round', String(round))).status === 0
    await until(locks, 'the lock is taken')
    for (let step = 1; ; step += 1) {
      const name = `${round}-${step}`
      const exec = post(alder!, 'exec', { argv: ['sh', '-c', `echo ${name} >> steps`] })
      if (step === round * 2) {
        setTimeout(() => alder!.kill9(), round)
        await exec.then(() => acknowledged.push(name)).catch(() => undefined)
        break
      }
      await exec
      acknowledged.push(name)
    }
    await until(() => alder!.pid() === undefined, 'the daemon is gone')
    await alder!.start()
    // And once more while it is checked in.
    const checkIn = alder!.begin({}, 'ci')
    setTimeout(() => alder!.kill9(), 60 + round * 15)
    await checkIn.done
    alder!.kill9()
    await until(() => alder!.pid() === undefined, 'the daemon is gone')
    await alder!.start()
    const { work, lock } = await alder!.status()
    if (work === null) assert.equal(lock, null)
    // The other host has pledged itself to the check-in that died, and for some seconds answers to no other.
    else await until(async () => (await alder!.run('ci')).status === 0, 'the work is checked in')
  }
  await lab.untilMet()
  const { operations, pending } = await alder!.status()
  assert.equal(pending, 0)
  await until(async () => (await birch!.status()).operations === operations, 'birch has the journal')
  await birch!.does('up')
  const recorded = birch!.read('tmp/steps').trim().split('\n')
  assert.deepEqual([...new Set(recorded)], recorded, 'nothing is recorded twice')
  const unacknowledged = recorded.filter((name) => !acknowledged.includes(name))
  assert.deepEqual(
    recorded.filter((name) => acknowledged.includes(name)),
    acknowledged,
  )
  assert.ok(unacknowledged.length <= 5)
})

test('a check-in that a crash cut off behind the journal is finished at the next start', async (context) => {
  const lab = await Lab.of(context, 'alder')
  const [alder] = lab.hosts
  await lab.start()
  await alder!.does('lock', 'one')
  await alder!.does('exec', 'true')
  await alder!.does('exec', 'true')
  const [wip, history] = ['journal.wip', 'conf/history'].map((name) => join(alder!.home, name))
  const work = readFileSync(wip!)
  await alder!.does('ci')
  await alder!.stop()
  // The journal has the changeset; the history and the work in progress stand as before.
  writeFileSync(wip!, work)
  writeFileSync(history!, '')
  await alder!.start()
  const status = await alder!.status()
  assert.deepEqual([status.work, status.lock, status.position, status.operations], [null, null, 2, 2])
  assert.match(alder!.log(), /finished a check-in that was interrupted/)
  await alder!.does('lock', 'two')
  await alder!.does('ci')
})

function stepsOf(host: LabHost): readonly number[] {
  return host.read('tmp/steps').trim().split('\n').map(Number)
}

/** A request without the command line's start, for many in a row; rejects when it is refused or cut off. */
async function post(host: LabHost, verb: string, body: object): Promise<void> {
  const { connect } = await import('../../src/control/index.ts')
  const client = connect(join(host.home, 'conf/.ctl'))
  await client.post(`/v1/${verb}`, { user: 'luke', cwd: host.path('tmp'), ...body }, () => undefined)
}
