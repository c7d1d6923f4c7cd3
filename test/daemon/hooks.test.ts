/** The programs that an administrator puts around `up`. */
import assert from 'node:assert/strict'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { assertRefused, Lab, type LabHost, until } from '../harness/lab.ts'

/** Puts a hook on a host; `name` has the stage's directory in front. */
function hook(host: LabHost, name: string, script: string, mode = 0o755): void {
  const path = join(host.hooksPath, name)
  mkdirSync(join(path, '..'), { recursive: true })
  writeFileSync(path, `#!/bin/sh\n${script}\n`, { mode })
}

const say = 'echo "$IS_HOOK $IS_BRANCH $IS_DONE $IS_OPERATION $IS_REASON" >> "$IS_VOLROOT/hooked"'

/** Alder has checked in `words` as two commands; birch has the journal. */
async function checkedIn(lab: Lab, ...scripts: readonly string[]): Promise<LabHost> {
  const [alder, birch] = lab.hosts as [LabHost, LabHost]
  await lab.start()
  await alder.does('lock', 'steps')
  for (const script of scripts) await alder.does('exec', 'sh', '-c', script)
  await alder.does('ci')
  await until(async () => (await birch.status()).operations === scripts.length, 'birch has the journal')
  return birch
}

test('hooks are run before and after up, in the order of their names, with their facts, and their output is shown', async (context) => {
  const lab = await Lab.of(context, 'alder', 'birch')
  const birch = await checkedIn(lab, 'echo one >> steps', 'echo two >> steps')
  hook(birch, 'pre-up.d/20-second', 'echo second; pwd >> "$IS_VOLROOT/hooked"')
  hook(birch, 'pre-up.d/10-first', `echo first; echo error >&2; test -e "$IS_VOLROOT/tmp/steps" || ${say}`)
  hook(birch, 'pre-up.d/Z-before-a', ':')
  hook(birch, 'post-up.d/done', `cat "$IS_VOLROOT/tmp/steps"; ${say}`)
  // What editors and package managers leave, and what is no program.
  hook(birch, 'pre-up.d/10-first.dpkg-old', 'exit 9')
  hook(birch, 'pre-up.d/10-first~', 'exit 9')
  hook(birch, 'pre-up.d/README', 'exit 9', 0o644)
  mkdirSync(join(birch.hooksPath, 'pre-up.d/directory'))
  hook(birch, 'on-failure.d/mail', say)
  const run = await birch.does('up')
  assert.equal(run.stdout, 'first\nsecond\none\ntwo\n')
  assert.match(run.stderr, /^error$/m)
  assert.equal(birch.read('hooked'), `pre-up generic   \n${birch.root}\npost-up generic 2  \n`)
  // Also when there is nothing to do.
  await birch.does('up')
  assert.match(birch.read('hooked'), /post-up generic 0 {2}\n$/)
})

test('a pre-up hook that fails stops up before anything is done, and is named', async (context) => {
  const lab = await Lab.of(context, 'alder', 'birch')
  const birch = await checkedIn(lab, 'echo one >> steps')
  hook(birch, 'pre-up.d/10-mount', 'exit 3')
  hook(birch, 'pre-up.d/20-never', 'touch "$IS_VOLROOT/never"')
  hook(birch, 'on-failure.d/mail', say)
  assertRefused(
    await birch.run('up'),
    1,
    `pre-up hook ${birch.hooksPath}/pre-up.d/10-mount: ended with exit status 3`,
    'fix the hook',
  )
  assert.deepEqual([birch.has('tmp/steps'), birch.has('never'), (await birch.status()).position], [false, false, 0])
  assert.match(birch.read('hooked'), /^on-failure generic {3}pre-up hook .*10-mount: ended with exit status 3\n$/)
  // It does nothing, hooks among it.
  const plan = await birch.run('up', '--dry-run')
  assert.match(plan.stdout, /^would do 1 operation; /m)
  hook(birch, 'pre-up.d/10-mount', 'exit 0')
  hook(birch, 'pre-up.d/15-no-program', '')
  writeFileSync(join(birch.hooksPath, 'pre-up.d/15-no-program'), '#!/no/such/shell\n')
  assertRefused(await birch.run('up'), 1, /pre-up hook .*15-no-program: cannot run/)
})

test('an operation that fails runs the on-failure hooks; one of them that fails changes nothing', async (context) => {
  const lab = await Lab.of(context, 'alder', 'birch')
  const birch = await checkedIn(lab, 'true', 'test ! -e "$IS_VOLROOT/broken"')
  birch.write('broken', '')
  hook(birch, 'on-failure.d/10-mail', say)
  hook(birch, 'on-failure.d/20-broken', 'exit 4')
  hook(birch, 'post-up.d/never', 'touch "$IS_VOLROOT/never"')
  const run = await birch.run('up')
  assertRefused(run, 1, /failed: it ended with exit status 1/)
  assert.match(run.stderr, /^isconf: on-failure hook \S+20-broken: ended with exit status 4$/m)
  assert.match(
    birch.read('hooked'),
    /^on-failure generic {2}[0-9a-f]{12}:1 operation [0-9a-f]{12}:1 .* exit status 1\n$/,
  )
  assert.equal(birch.has('never'), false)
})

test('a post-up hook that fails says that what was to be done is done', async (context) => {
  const lab = await Lab.of(context, 'alder', 'birch')
  const birch = await checkedIn(lab, 'echo one >> steps')
  hook(birch, 'post-up.d/check', 'exit 5')
  assertRefused(await birch.run('up'), 1, /post-up hook .*check: ended with exit status 5; all operations are done/)
  assert.deepEqual([birch.read('tmp/steps'), (await birch.status()).position], ['one\n', 1])
})

test('Ctrl-C stops a hook, and no on-failure hook is run', async (context) => {
  const lab = await Lab.of(context, 'alder', 'birch')
  const birch = await checkedIn(lab, 'echo one >> steps')
  hook(birch, 'pre-up.d/slow', 'touch "$IS_VOLROOT/begun"; sleep 97; touch "$IS_VOLROOT/survived"')
  hook(birch, 'on-failure.d/mail', say)
  const running = birch.begin({}, 'up')
  await until(() => birch.has('begun'), 'the hook runs')
  running.child.kill('SIGINT')
  assertRefused(await running.done, 2, /interrupted|stopped/)
  assert.deepEqual([birch.has('survived'), birch.has('hooked'), birch.has('tmp/steps')], [false, false, false])
})
