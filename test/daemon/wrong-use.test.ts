import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { mkdirSync, symlinkSync } from 'node:fs'
import { test } from 'node:test'
import { assertDone, assertRefused, Lab } from '../harness/lab.ts'

test('what is typed wrong is refused with status 22, and named', async (context) => {
  const lab = await Lab.of(context, 'alder')
  const [alder] = lab.hosts
  assertRefused(await alder!.run('lokc', 'x'), 22, 'no such verb: "lokc" (did you mean lock?)', 'isconf --help')
  assertRefused(await alder!.run('--no-such-flag', 'status'), 22, '--no-such-flag')
  assertRefused(await alder!.run('-c'), 22, '-c')
  assertRefused(
    await alder!.run('-m', 'why', 'ci'),
    22,
    '-m goes with lock, void, up, skip, done, hold, release only, not with ci',
  )
  assertRefused(await alder!.run('snap'), 22, 'isconf snap: no path given')
  for (const words of [
    ['snap', 'one', ''],
    ['cat', ''],
    ['verify', ''],
    ['bank', 'add', ''],
  ])
    assertRefused(await alder!.run(...words), 22, /takes a (file|path), not ""/)
  assertRefused(await alder!.run('snap', '--all', 'one'), 22, 'isconf snap does not take "--all"')
  assertRefused(await alder!.run('exec'), 22, 'isconf exec: no command given')
  assertRefused(await alder!.run('ci', 'all'), 22, 'isconf ci does not take "all"')
  assertRefused(await alder!.run('up', '-v'), 22, 'isconf up does not take "-v"')
  assertRefused(await alder!.run('log', '-n', 'few'), 22, 'takes a count, not "few"')
  assertRefused(await alder!.run('resolve'), 22, 'isconf resolve: no changeset given')
  assertRefused(await alder!.run('-c', '/nowhere/main.cf', 'status'), 22, '/nowhere/main.cf: no such file')
})

test('isconf alone shows its use on standard error and ends with 22; -h on standard output with 0', async (context) => {
  const lab = await Lab.of(context, 'alder')
  const [alder] = lab.hosts
  const alone = await alder!.run()
  assert.deepEqual([alone.status, alone.stdout], [22, ''])
  assert.match(alone.stderr, /^usage: isconf .*VERB/)
  const help = assertDone(await alder!.run('-h'))
  assert.match(help.stdout, /lock \[-m MESSAGE\] \[--behind\] \[MESSAGE\.\.\.\]/)
  assert.equal(help.stderr, '')
  assert.match(
    assertDone(await alder!.run('snap', '--help')).stdout,
    /^Usage: isconf snap \[--latest\|--mirror\|--keep\|--delete\] PATH/,
  )
  assert.match(assertDone(await alder!.run('-V')).stdout, /^isconf \d/)
})

test('without a daemon every verb that needs it ends with 223 and says how to start it', async (context) => {
  const lab = await Lab.of(context, 'alder')
  const [alder] = lab.hosts
  alder!.write('tmp/motd', 'hello\n')
  for (const words of [
    ['status'],
    ['log'],
    ['lock', 'why'],
    ['unlock'],
    ['snap', 'motd'],
    ['exec', 'true'],
    ['ci'],
    ['up'],
  ]) {
    assertRefused(await alder!.run(...words), 223, 'the daemon is not running', 'isconf start')
  }
  assert.match(assertDone(await alder!.run('stop')).stderr, /the daemon is not running/)
})

test('what the state of the branch does not allow has a status of its own', async (context) => {
  const lab = await Lab.of(context, 'alder')
  const [alder] = lab.hosts
  await lab.start()
  alder!.write('tmp/motd', 'hello\n')
  mkdirSync(alder!.path('tmp/directory'))
  symlinkSync('motd', alder!.path('tmp/link'))
  execFileSync('mkfifo', [alder!.path('tmp/pipe')])

  for (const words of [['snap', 'motd'], ['exec', 'true'], ['ci']]) {
    assertRefused(await alder!.run(...words), 221, 'is not locked', 'isconf lock')
  }
  assertRefused(await alder!.run('unlock'), 221, 'is not locked', 'there is no lock to break')
  assertRefused(await alder!.run('lock'), 222, 'a lock needs a message', 'isconf lock upgrade the mail server')
  assertRefused(await alder!.run('lock', ' '), 222, 'a lock needs a message')
  assertDone(await alder!.run('lock', 'just', 'a', 'comment'))
  assert.equal((await alder!.status()).lock?.message, 'just a comment')

  assertRefused(await alder!.run('snap', 'no-such'), 2, 'no such file: /tmp/no-such')
  assertRefused(await alder!.run('snap', 'motd/no-such'), 2, 'no such file: /tmp/motd/no-such')
  assertRefused(await alder!.run('snap', '--latest', 'directory'), 22, 'and /tmp/directory is a directory')
  assertRefused(await alder!.run('snap', '--latest', 'link'), 22, 'and /tmp/link is a symbolic link')
  assertRefused(await alder!.run('snap', 'pipe'), 22, '/tmp/pipe is a named pipe', 'regular files, directories and')
  assertRefused(await alder!.run('snap', '/dev/null'), 2, 'no such file: /dev/null')
  // As in a chroot, nothing is above the root.
  assertRefused(await alder!.run('snap', '../../main.cf'), 2, 'no such file: /main.cf')
  assertRefused(await alder!.runWith({ cwd: '..' }, 'exec', 'true'), 22, 'IS_VOLROOT')
  assert.deepEqual((await alder!.status()).work?.operations, [])
})

test('-m gives lock its message, before the verb and behind it, and no option becomes one', async (context) => {
  const lab = await Lab.of(context, 'alder')
  const [alder] = lab.hosts
  await lab.start()
  for (const words of [
    ['-m', 'the old way', 'lock'],
    ['lock', '-m', 'the other way'],
  ]) {
    const message = words.find((word) => word.includes(' '))
    const { stderr } = assertDone(await alder!.run(...words))
    assert.match(stderr, new RegExp(`^isconf: branch generic is locked by \\S+: ${message}\n$`))
    assert.equal((await alder!.status()).lock?.message, message)
  }
  assertRefused(await alder!.run('lock', '--quick', 'x'), 22, 'isconf lock does not take "--quick"')
  assertRefused(await alder!.run('lock', 'x', '--quick'), 22, 'isconf lock does not take "--quick"', 'in quotes')
  assert.equal((await alder!.status()).lock?.message, 'the other way')
})
