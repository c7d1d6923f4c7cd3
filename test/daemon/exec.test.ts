import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { createHash, randomBytes } from 'node:crypto'
import { writeFileSync } from 'node:fs'
import { test } from 'node:test'
import type { HostRow } from '../../src/control/index.ts'
import {
  assertDone,
  assertNoTrace,
  assertRefused,
  begin,
  describe,
  Lab,
  type LabHost,
  program,
  type Run,
  until,
} from '../harness/lab.ts'
import { isRunning } from '../support/processes.ts'

test('what stands behind exec is the command and all its words, whatever they look like', async (context) => {
  const lab = await Lab.of(context, 'alder', 'birch')
  const [alder, birch] = lab.hosts
  await lab.start()
  alder!.write('tmp/foo-1.0/motd', 'hello\n')
  assert.equal(spawnSync('tar', ['-czf', alder!.path('tmp/foo.tar.gz'), '-C', alder!.path('tmp'), 'foo-1.0']).status, 0)
  await alder!.does('lock', 'just', 'a', 'comment')
  await alder!.does('exec', 'rm', '-rf', 'foo-1.0')
  await alder!.does('snap', 'foo.tar.gz')
  assert.match((await alder!.does('exec', 'tar', '-xzvf', 'foo.tar.gz')).stdout, /foo-1\.0\/motd\n/)
  const words = ['-h', '--help', '-q', '-m', '-c', '--', '', 'two words', '*', '$HOME', 'ä\n']
  const echo = await alder!.does('exec', 'printf', '<%s>', ...words)
  assert.equal(echo.stdout, words.map((word) => `<${word}>`).join(''))
  await alder!.does('ci')
  assert.equal((await birch!.does('up')).stdout, `foo-1.0/\nfoo-1.0/motd\n${echo.stdout}`)
  assert.equal(birch!.read('tmp/foo-1.0/motd'), 'hello\n')
})

test('a command can read nothing, and gets the same variables on every host and none of who called or started', async (context) => {
  const lab = await Lab.of(context, 'alder', 'birch')
  const [alder, birch] = lab.hosts
  alder!.env['SECRET'] = 'of who started the daemon'
  await lab.start()
  await alder!.does('lock', 'variables')
  // biome-ignore lint/suspicious/noTemplateCurlyInString: it is for the shell
  const script = 'cat; echo "${SECRET-none} $IS_DOMAIN $HOSTNAME"; umask'
  const env = { SECRET: 'of the caller' }
  const here = assertDone(await alder!.runWith({ env, input: 'words\n' }, 'exec', 'sh', '-c', script))
  assert.equal(here.stdout, 'none lab.example.com alder\n0022\n')
  await alder!.does('ci')
  assert.equal((await birch!.does('up')).stdout, 'none lab.example.com birch\n0022\n')
})

test('isconf env prints what commands get, also when main.cf was edited, on origin and target', async (context) => {
  const lab = await Lab.of(context, 'alder', 'birch')
  const [alder, birch] = lab.hosts as [LabHost, LabHost]
  for (const host of lab.hosts)
    Object.assign(host.env, { TERM: 'xterm', LC_ALL: 'tr_TR.UTF-8', DEBIAN_FRONTEND: 'dialog' })
  await lab.start()
  await alder.does('lock', 'variables')
  const printed = async (host: LabHost): Promise<Record<string, string>> =>
    JSON.parse((await host.does('env', '--json')).stdout)
  const edits = ['', 'DEFAULT:\n  PAGER = more\n  ROLE = web\n', 'DEFAULT:\n  LANG = de_DE.UTF-8\n  HOME = /srv\n']
  for (const text of edits) {
    writeFileSync(alder.mainCfPath, text)
    await alder.does('exec', 'sh', '-c', 'env -0 >variables')
    assert.deepEqual(variablesGot(alder), await printed(alder))
  }
  assert.equal((await printed(alder))['LC_ALL'], undefined)
  await alder.does('ci')
  await birch.does('up')
  const there = variablesGot(birch)
  assert.deepEqual(there, await printed(birch))
  const { DEBIAN_FRONTEND, LC_ALL, TERM } = there
  assert.deepEqual([DEBIAN_FRONTEND, LC_ALL, TERM], ['noninteractive', 'C.UTF-8', undefined])
})

/** What a command has got, but for what its shell adds. */
function variablesGot(host: LabHost): Record<string, string> {
  const lines = host.read('tmp/variables').split('\0').slice(0, -1)
  const all = Object.fromEntries(
    lines.map((line) => [line.slice(0, line.indexOf('=')), line.slice(line.indexOf('=') + 1)]),
  )
  for (const name of ['PWD', 'OLDPWD', 'SHLVL', '_']) delete all[name]
  return all
}

test('text that is given to exec on standard input is refused, and that of a loop around it is left alone', async (context) => {
  const lab = await Lab.of(context, 'alder')
  const [alder] = lab.hosts
  await lab.start()
  await alder!.does('lock', 'input')
  alder!.write('tmp/text', 'one\ntwo\n')
  const shell = (script: string): Promise<Run> => {
    const env = { ...alder!.variables(), ISCONF: `${process.execPath} ${program} -c ${alder!.mainCfPath}` }
    return begin(['/bin/sh', '-c', script], { cwd: alder!.path('tmp'), env }).done
  }
  for (const script of [
    'cat text | $ISCONF exec cat',
    '(sleep 0.3; cat text) | $ISCONF exec cat',
    '$ISCONF exec cat < text',
  ]) {
    assertRefused(await shell(script), 22, 'there is text on standard input', 'snap the text as a file')
  }
  assertDone(await shell('while read -r word; do $ISCONF exec touch $word; done < text'))
  assertDone(await shell(': | $ISCONF exec true && $ISCONF exec true <&-'))
  assert.equal((await alder!.status()).work?.operations.length, 4)
  assert.ok(alder!.has('tmp/one') && alder!.has('tmp/two'))
})

test('the status of a command that fails is passed on, and nothing is recorded', async (context) => {
  const lab = await Lab.of(context, 'alder')
  const [alder] = lab.hosts
  await lab.start()
  await alder!.does('lock', 'try')
  for (const status of [1, 3, 127, 255]) {
    assertRefused(
      await alder!.run('exec', 'sh', '-c', `exit ${status}`),
      status,
      `sh ended with exit status ${status}`,
      'nothing is recorded',
    )
  }
  assertRefused(await alder!.run('exec', 'sh', '-c', 'kill -9 $$'), 137, 'sh ended with exit status 137')
  assertRefused(await alder!.run('exec', 'no-such-command', 'x'), 1, 'cannot run no-such-command', 'without a shell')
  assertRefused(
    await alder!.run('exec', 'tar -xzvf foo.tar.gz'),
    1,
    'cannot run tar -xzvf foo.tar.gz',
    'without a shell',
  )
  for (const words of [['reboot'], ['/sbin/shutdown', '-r', 'now'], ['init', '6'], ['systemctl', 'reboot'], ['halt']]) {
    assertRefused(await alder!.run('exec', ...words), 22, 'refusing to run', 'before it could record')
  }
  assert.deepEqual((await alder!.status()).work?.operations, [])
})

test('a command that changes something and then fails is told of by its host, and by the others, until it is set right', async (context) => {
  const lab = await Lab.of(context, 'alder', 'birch')
  const [alder, birch] = lab.hosts
  await lab.start()
  await alder!.does('lock', 'half')
  const run = await alder!.run('exec', '--sh', 'echo half > half.conf; exit 3')
  assertRefused(run, 3, 'sh ended with exit status 3', 'nothing is recorded, and what it did is on this host alone')
  const [, name = ''] = /isconf done ([0-9a-f]{12}:0) -m WHY/.exec(run.stderr) ?? []
  await alder!.does('exec', 'true')
  assert.match((await alder!.does('ci')).stderr, new RegExp(`alder differs from its journal: luke@alder ran ${name} `))
  await alder!.does('restart')
  await lab.untilMet()
  const { stdout } = await alder!.does('status')
  assert.match(stdout, /1 of 1 operation done, but differing in 1: level\n/)
  assert.match(
    stdout,
    new RegExp(`differs ${name} \\(.*half.conf.*\\) was run here by luke@alder and not recorded at .*: sh ended`),
  )
  assert.match(
    (await alder!.does('history')).stdout,
    new RegExp(`${name} .*\\n.*not recorded: sh ended with exit status 3`),
  )
  const toldBirch = async (): Promise<boolean> =>
    (await birch!.does('hosts')).stdout.includes(`ran and did not record ${name}`)
  await until(toldBirch, 'birch hears of it')
  await alder!.does('done', name, '-m', 'half.conf is removed')
  assert.match((await alder!.does('status')).stdout, /1 of 1 operation done: up to date\n/)
  await until(async () => !(await toldBirch()), 'birch hears that it was set right')
})

test('a command of a directory that only the origin has stops the others, which say so and what to do', async (context) => {
  const lab = await Lab.of(context, 'alder', 'birch')
  const [alder, birch] = lab.hosts
  await lab.start()
  alder!.write('tmp/own/note', '')
  await alder!.does('lock', 'own')
  assertDone(await alder!.runWith({ cwd: 'tmp/own' }, 'exec', 'touch', 'x'))
  await alder!.does('ci')
  assertRefused(
    await birch!.run('up'),
    1,
    'cannot run touch: there is no directory /tmp/own here to run it in',
    'hint: create the directory; if a change needs one, snap it before the command that uses it; this host has stopped at',
  )
  assert.match((await birch!.status()).stopped?.reason ?? '', /there is no directory \/tmp\/own here/)
  birch!.write('tmp/own/note', '')
  await birch!.does('up')
  assert.ok(birch!.has('tmp/own/x'))
})

test('a megabyte of output that is no text comes through unchanged, from exec and from up', async (context) => {
  const lab = await Lab.of(context, 'alder', 'birch')
  const [alder, birch] = lab.hosts
  await lab.start()
  const bytes = Buffer.concat([Buffer.from([0xff, 0xfe, 0x00, 0xc3, 0x28]), randomBytes(1024 * 1024)])
  alder!.write('tmp/noise', bytes)
  await alder!.does('lock', 'noise')
  await alder!.does('snap', 'noise')
  const here = await alder!.does('exec', 'cat', 'noise')
  assert.equal(sha256(here.stdoutBytes), sha256(bytes))
  const both = await alder!.does('exec', 'sh', '-c', 'for i in 1 2 3; do echo out $i; echo err $i >&2; done')
  assert.equal(both.stdout, 'out 1\nout 2\nout 3\n')
  assert.match(both.stderr, /err 1\nerr 2\nerr 3\n/)
  await alder!.does('ci')
  const there = await birch!.does('-q', 'up')
  assert.equal(sha256(there.stdoutBytes), sha256(Buffer.concat([bytes, Buffer.from(both.stdout)])))
})

test('exec --env records a variable of the caller for every host, --sh a line for the shell', async (context) => {
  const lab = await Lab.of(context, 'alder', 'birch')
  const [alder, birch] = lab.hosts
  await lab.start()
  await alder!.does('lock', 'variables')
  const env = { COLOUR: 'deep red', EMPTY: '', SECRET: 'of the caller' }
  const script = 'test -z "$EMPTY" && echo "[$COLOUR] [$SECRET]" | tee colours'
  const words = ['exec', '--env', 'COLOUR', '--env', 'EMPTY', '--sh', script]
  assert.equal(assertDone(await alder!.runWith({ env }, ...words)).stdout, '[deep red] []\n')
  assertRefused(await alder!.runWith({ env }, 'exec', '--env', 'ABSENT', 'true'), 22, 'ABSENT is not set')
  assert.deepEqual((await alder!.status()).work?.operations, [`exec --env COLOUR --env EMPTY sh -c '${script}'`])
  await alder!.does('ci')
  const up = await birch!.does('up')
  assert.equal(up.stdout, '[deep red] []\n')
  // A value may be a secret: what is told of the operation has the names alone.
  const told = [up.stderr, alder!.log(), birch!.log()]
  for (const verb of ['log', 'history', 'status']) told.push((await birch!.does(verb)).stdout)
  for (const text of told) assert.doesNotMatch(text, /deep red/)
  assert.match((await birch!.does('show', (await birch!.status()).head)).stdout, /COLOUR='deep red'/)
  assert.equal(birch!.read('tmp/colours'), '[deep red] []\n')
})

test('a command that leaves something behind has ended when it has ended, on origin and target', async (context) => {
  const lab = await Lab.of(context, 'alder', 'birch')
  const [alder, birch] = lab.hosts
  await lab.start()
  await alder!.does('lock', 'leave something behind')
  // It holds the output open, and is no part of the command any more.
  await alder!.does('exec', '--sh', 'setsid sleep 97 & echo $! > left; echo begun')
  await alder!.does('ci')
  assert.equal((await birch!.does('up')).stdout, 'begun\n')
  for (const host of [alder!, birch!]) {
    const left = Number(host.read('tmp/left'))
    assert.ok(isRunning(left), 'a service that a command starts goes on')
    process.kill(left, 'SIGKILL')
  }
})

test('a reader that closes the pipe early touches neither the command nor how it ends, on origin and target', async (context) => {
  const lab = await Lab.of(context, 'alder', 'birch')
  const [alder, birch] = lab.hosts
  await lab.start()
  await alder!.does('lock', 'much')
  const words = ['exec', 'sh', '-c', 'yes | head -c 3000000; touch ended']
  for (const [host, verb] of [
    [alder!, words],
    [birch!, ['up']],
  ] as const) {
    const running = host.begin({}, ...verb)
    running.child.stdout!.once('data', () => running.child.stdout!.destroy())
    assertDone(await running.done)
    assert.ok(host.has('tmp/ended'))
    if (host === alder) await alder.does('ci')
  }
  // What is only read ends with its reader.
  alder!.write('tmp/large', Buffer.alloc(3_000_000))
  await alder!.does('lock', 'large')
  await alder!.does('snap', 'large')
  const reading = alder!.begin({}, 'cat', 'large')
  reading.child.stdout!.once('data', () => reading.child.stdout!.destroy())
  assertNoTrace(await reading.done)
})

test('Ctrl-C stops the command of exec and everything it started, and records nothing', async (context) => {
  const lab = await Lab.of(context, 'alder')
  const [alder] = lab.hosts
  await lab.start()
  await alder!.does('lock', 'long')
  const running = alder!.begin({}, 'exec', 'sh', '-c', 'sleep 97 & echo $! > child; wait; touch survived')
  await until(() => alder!.has('tmp/child') && alder!.read('tmp/child') !== '', 'the command runs')
  assertRefused(await alder!.run('exec', 'true'), 4, 'this host is busy with `isconf exec`')
  running.child.kill('SIGINT')
  assertRefused(await running.done, 2, /interrupted|stopped/, 'nothing is recorded')
  const child = Number(alder!.read('tmp/child'))
  await until(() => !isRunning(child), 'what the command started is gone')
  assert.deepEqual([(await alder!.status()).work?.operations, alder!.has('tmp/survived')], [[], false])
  const terminated = alder!.begin({}, 'exec', 'sh', '-c', 'touch again; exec sleep 97')
  await until(() => alder!.has('tmp/again'), 'the command runs')
  terminated.child.kill('SIGTERM')
  assertRefused(await terminated.done, 2, /interrupted|stopped/, 'nothing is recorded')
  await alder!.does('exec', 'true')
  const why = (await alder!.status()).deviations.map((one) => [one.kind, one.why])
  assert.deepEqual(why, [
    ['failed', 'it was interrupted'],
    ['failed', 'it was interrupted'],
  ])
})

test('a session that is closed, or a command line that is killed, leaves what it began to its end', async (context) => {
  const lab = await Lab.of(context, 'alder', 'birch')
  const [alder, birch] = lab.hosts
  await lab.start()
  await alder!.does('lock', 'long')
  const script = 'touch begun; until test -e go; do sleep 0.05; done; touch ended'
  for (const [host, signal, verb] of [
    [alder!, 'SIGHUP', ['exec', 'sh', '-c', script]],
    [birch!, 'SIGKILL', ['up']],
  ] as const) {
    const running = host.begin({}, ...verb)
    await until(() => host.has('tmp/begun'), 'the command runs')
    running.child.kill(signal)
    await running.done
    // What has yet to end stops nothing.
    const { running: under, stopped } = await host.status()
    const [first = ''] = (await host.does('hosts', '--json')).stdout.split('\n')
    const own = JSON.parse(first) as HostRow
    assert.deepEqual([under, stopped, own.stopped], [verb[0], null, null])
    assert.match((await host.does('status')).stdout, new RegExp(`^running isconf ${verb[0]}$`, 'm'))
    assertRefused(await host.run(...verb), 4, `this host is busy with \`isconf ${verb[0]}\``)
    host.write('tmp/go', '')
    await until(() => host.has('tmp/ended'), 'the command ends')
    if (host === alder) await until(async () => (await alder.run('ci')).status === 0, 'it is recorded')
  }
  await until(async () => (await birch!.status()).position === 1, 'it is done')
  assert.match((await birch!.does('up')).stderr, /nothing to do/, describe(await birch!.run('history')))
})

function sha256(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex')
}
