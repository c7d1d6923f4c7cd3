import assert from 'node:assert/strict'
import { writeFileSync } from 'node:fs'
import { test } from 'node:test'
import type { CheckInAnswer } from '../../src/control/index.ts'
import { assertDone, assertRefused, Lab, type LabHost, until } from '../harness/lab.ts'
import { isRoot } from '../support/tools.ts'

test('exec and ci warn of what does not replay, name the operation, and refuse it only where IS_WARNINGS says so', async (context) => {
  const lab = await Lab.of(context, 'alder')
  const [alder] = lab.hosts as [LabHost]
  writeFileSync(alder.mainCfPath, 'DEFAULT:\n  IS_WARNINGS = error\n')
  await lab.start()
  const warned = async (...words: readonly string[]): Promise<string> => (await alder.does(...words)).stderr
  await alder.does('lock', 'a change')
  alder.write('etc/cron.d/back.up', '0 3 * * * root /srv/backup')
  await alder.does('snap', '/etc/cron.d/back.up')
  assert.match(
    await warned('exec', 'sh', '-c', 'echo x >>"$IS_VOLROOT/etc/hosts"'),
    /^isconf: warning: exec sh -c '.*': adds to .*etc\/hosts once more .*\nisconf: instead: isconf snap .*\n$/,
  )
  // The directory and the script are there before the command, and nothing brings them; what a command makes is brought.
  alder.write('root/w/setup.sh', 'exit 0\n')
  const inOwn = assertDone(await alder.runWith({ cwd: 'root/w' }, 'exec', 'sh', 'setup.sh'))
  assert.match(
    inOwn.stderr,
    /: its working directory \/root\/w exists only on this host: nothing in the journal creates it\n/,
  )
  assert.match(inOwn.stderr, /: \/root\/w\/setup\.sh exists only on this host/)
  assert.equal(await warned('exec', 'sh', '-c', 'mkdir "$IS_VOLROOT/root/made" # /root/made'), '')
  assert.equal(assertDone(await alder.runWith({ cwd: 'root/made' }, 'exec', 'touch', 'x')).stderr, '')

  // What a command was looked at for before it ran is known to ci, too.
  assertRefused(await alder.run('ci'), 1, '3 operations do not replay', 'IS_WARNINGS')
  writeFileSync(alder.mainCfPath, '')
  process.kill(alder.pid() ?? 0, 'SIGHUP')
  await until(() => alder.log().includes('configuration'), 'the configuration is read again')
  const { stdout, stderr } = await alder.does('-q', 'ci', '--json')
  const { warnings, id, operations } = JSON.parse(stdout) as CheckInAnswer
  assert.ok(id !== null && operations === 5)
  const rows = warnings.map(({ number, row }) => `${number} ${row}`)
  assert.deepEqual(rows, [
    '1 drop-in-name',
    // cron takes root's files only.
    ...(isRoot ? [] : ['1 drop-in-mode']),
    '1 cron-last-line',
    '2 append',
    '3 directory-only-here',
    '3 file-only-here',
  ])
  assert.match(
    stderr,
    /^isconf: warning: operation 1, snap \/etc\/cron\.d\/back\.up: cron passes over the name back\.up: /,
  )
})
