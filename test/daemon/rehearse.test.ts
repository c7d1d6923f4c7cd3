import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { test } from 'node:test'
import type { RehearsalAnswer } from '../../src/control/index.ts'
import { assertRefused, Lab, type LabHost, type Run, type Running, until } from '../harness/lab.ts'
import { isRoot, unlessRootHas } from '../support/tools.ts'

/** Why no rehearsal is possible here, as in many containers. */
function unlessRehearsable(): string | false {
  const missing = unlessRootHas('unshare', 'setpriv', 'mount', 'pivot_root')
  if (missing !== false) return missing
  const overlay =
    'mount -t tmpfs none /mnt && mkdir /mnt/u /mnt/w && mount -t overlay -o lowerdir=/,upperdir=/mnt/u,workdir=/mnt/w o /mnt'
  const { status } = spawnSync('unshare', ['--mount', '--pid', '--fork', 'sh', '-c', overlay])
  return status === 0 ? false : 'overlayfs or namespaces are not allowed: this was NOT tested'
}

/** The words of every process of this machine. */
function commandLines(): readonly (readonly string[])[] {
  const pids = readdirSync('/proc').filter((name) => /^\d+$/.test(name))
  return pids.map((pid) => {
    try {
      return readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0')
    } catch {
      // It has ended meanwhile.
      return []
    }
  })
}

const skip = unlessRehearsable()

async function rehearsal(host: LabHost, ...words: readonly string[]): Promise<RehearsalAnswer> {
  const { stdout } = await host.run('-q', 'rehearse', '--json', ...words)
  return JSON.parse(stdout.split('\n').findLast((line) => line.startsWith('{')) ?? '') as RehearsalAnswer
}

const verdicts = ({ operations }: RehearsalAnswer): readonly string[] => operations.map(({ verdict }) => verdict)

test('what is rehearsed leaves nothing on the host: a command, the work on its origin, and what up would do elsewhere', {
  skip,
}, async (context) => {
  const lab = await Lab.of(context, 'alder', 'birch')
  const [alder, birch] = lab.hosts as [LabHost, LabHost]
  await lab.start()

  // A command, before it is done.
  const script = 'echo $$; mkdir "$IS_VOLROOT/srv"; echo said >"$IS_VOLROOT/srv/x"; mv /usr/share/doc /usr/share/doc2'
  const done = await alder.does(
    'rehearse',
    'sh',
    '-c',
    `${script}; rm -rf /usr/share/doc2; hostname elsewhere || :; ! kill -0 ${process.pid}`,
  )
  assert.match(done.stderr, /rehearsed 1 operation on alder: 1 would pass\n$/)
  assert.ok(Number(done.stdout) < 100, 'it has processes of its own')
  assert.ok(!alder.has('srv') && existsSync('/usr/share/doc'))
  assertRefused(
    await alder.run('-q', 'rehearse', 'sh', '-c', 'exit 3'),
    1,
    'would fail on alder: it ended with exit status 3',
    'rehearse again',
  )
  for (const [command, why] of [
    ['echo 1 >/proc/sys/vm/swappiness', 'fails'],
    ['sysctl -w vm.swappiness=1', 'not judged'],
    // Opening it says nothing to the kernel yet; a disk has a name that can be made, and not be used.
    ['! true >/proc/sysrq-trigger', 'passes'],
    ['mknod /tmp/disk b 7 0 && ! head -c 1 /tmp/disk', 'passes'],
    ['! chmod 600 /dev/null && echo >/dev/null', 'passes'],
    ['! cat </dev/tcp/127.0.0.1/1', 'passes'],
  ] as const)
    assert.deepEqual([command, ...verdicts(await rehearsal(alder, 'sh', '-c', command))], [command, why])

  // The work, on its origin: files are as they were, commands are done again.
  await alder.does('lock', 'a change')
  alder.write('etc/app.conf', 'old\n')
  await alder.does('snap', '/etc/app.conf')
  await alder.does('ci')
  await alder.does('lock', 'another')
  alder.write('etc/app.conf', 'new\n')
  alder.write('etc/other.conf', 'other\n')
  // It needs what is only snapped after it: here it is there, and nowhere else.
  await alder.does('exec', 'sh', '-c', 'cat "$IS_VOLROOT/etc/app.conf"')
  await alder.does('exec', 'sh', '-c', 'mkdir "$IS_VOLROOT/made"')
  await alder.does('snap', '/etc/app.conf', '/etc/other.conf')
  const work = await alder.does('rehearse')
  assert.equal(work.stdout, 'old\n')
  assert.match(work.stderr, /operation 2 \(exec sh -c 'mkdir .*'\): it ended with exit status 1 when it is done again/)
  assert.match(work.stderr, /rehearsed 4 operations of the work on alder: 3 would pass, 1 would fail when done again\n/)
  assert.equal(alder.read('etc/app.conf'), 'new\n')
  alder.write('etc/third.conf', 'third\n')
  await alder.does('exec', 'sh', '-c', 'cp "$IS_VOLROOT/etc/third.conf" "$IS_VOLROOT/etc/fourth.conf"')
  assertRefused(await alder.run('-q', 'ci', '--net'), 22, 'only with --rehearse')
  assert.match(
    (await alder.does('ci', '--rehearse')).stderr,
    / of the work on alder: 4 would pass, 1 would fail when .*\n.*checked in/,
  )

  // What up would do, on a host that has not done it: it fails there, and the rehearsal knows.
  await until(async () => (await birch.status()).pending === 6, 'birch hears of it')
  const pending = await rehearsal(birch)
  assert.deepEqual([pending.of, pending.host], ['pending', 'birch'])
  assert.deepEqual(verdicts(pending), ['passes', 'passes', 'passes', 'passes', 'passes', 'fails'])
  assert.deepEqual([birch.has('etc/app.conf'), birch.has('made'), (await birch.status()).pending], [false, false, 6])
  assert.deepEqual(readdirSync(`${birch.home}/rehearsal`), [])
})

test('a rehearsal that is stopped, or whose daemon is killed, leaves no process and no mount, here and elsewhere', {
  skip,
}, async (context) => {
  const lab = await Lab.of(context, 'alder', 'birch')
  const [alder] = lab.hosts as [LabHost]
  await lab.start()
  const marked = `300.${process.pid}`
  const runs = (): boolean => commandLines().some((words) => words.join(' ').includes(`sleep ${marked}`))
  for (const end of [
    (run: { child: { kill(signal: string): void } }) => run.child.kill('SIGINT'),
    () => alder.kill9(),
  ]) {
    const run = alder.begin({}, 'rehearse', 'sh', '-c', `sleep ${marked} & sleep ${marked}; :`)
    await until(async () => runs(), 'the command runs')
    end(run as never)
    await run.done
    await until(async () => !runs(), 'nothing of it runs any more')
  }

  // The same where another host rehearses: its command runs until the asker stops it, or is no more.
  const [, birch] = lab.hosts as [LabHost, LabHost]
  await lab.start()
  writeFileSync(birch.mainCfPath, 'DEFAULT:\n  IS_REHEARSE = yes\n')
  await alder.does('lock', 'a change')
  await alder.does('exec', 'sh', '-c', `[ "$HOSTNAME" = alder ] || sleep ${marked}`)
  for (const end of [
    (run: { child: { kill(signal: string): void } }) => run.child.kill('SIGINT'),
    () => alder.kill9(),
  ]) {
    const ask = (): Running => alder.begin({}, 'rehearse', '--on', 'birch')
    let run = ask()
    const isUnderWay = async (): Promise<boolean> => {
      // Birch may not be quite done with the one before.
      if (run.child.exitCode !== null) run = ask()
      return runs()
    }
    await until(isUnderWay, 'the command runs on birch')
    assertRefused(await birch.run('up'), 4, 'busy with `isconf rehearse`')
    end(run as never)
    await run.done
    await until(async () => !runs(), 'nothing of it runs on birch any more')
    await until(async () => !existsSync(`${birch.home}/rehearsal.files`), 'its files are gone')
  }
})

test('without root nothing is rehearsed, and the reason is said', {
  skip: isRoot && 'is about a plain user: this was NOT tested',
}, async (context) => {
  const lab = await Lab.of(context, 'alder')
  await lab.start()
  const refused: Run = await (lab.hosts[0] as LabHost).run('rehearse', 'true')
  assertRefused(refused, 1, 'nothing can be rehearsed on this host: the daemon is not running as root', 'util-linux')
})
