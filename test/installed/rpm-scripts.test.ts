/**
 * The scripts of the .rpm, run by rpm(8) itself: install, upgrade and erase in a root that has a shell and a systemctl
 * that only notes what it is asked. `npm run test:installed`.
 */
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import {
  chmodSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { dirname, join } from 'node:path'
import { test } from 'node:test'
import { releaseVersion } from '../../scripts/build.ts'
import { makeRpm } from '../../scripts/packages/rpm.ts'
import { temporaryDirectory } from '../support/files.ts'
import { unlessRootHas } from '../support/tools.ts'
import { packageArchitecture } from './debian-lab.ts'

const skip = unlessRootHas('rpmbuild', 'rpm', 'ldd')
/** Debian's rpm asks for it, and no other knows it. */
const onDebian = existsSync('/etc/debian_version') ? ['--force-debian'] : []
const units = 'isconf.service isconf-up.service isconf-hourly.timer hostkeeper-cron.timer'

test('rpm runs the scripts of the .rpm as systemd has to hear it, and an upgrade inside an operation restarts nothing', {
  skip,
}, async (t) => {
  const share = temporaryDirectory(t)
  const packageOf = (version: string): Promise<string> =>
    makeRpm(share, { version, architecture: packageArchitecture() }, 'none')
  const [rpm, second, third] = [
    await packageOf(releaseVersion()),
    await packageOf(`${releaseVersion()}.next`),
    await packageOf(`${releaseVersion()}.nextnext`),
  ]
  const root = smallRoot(join(share, 'root'))
  const at = (path: string): string => join(root, path)
  /** What the stubs were asked meanwhile. */
  const askedBy = (words: readonly string[], env: NodeJS.ProcessEnv = {}): readonly string[] => {
    rmSync(at('asked'), { force: true })
    const run = spawnSync('rpm', ['--root', root, '--nodeps', ...onDebian, ...words], {
      encoding: 'utf8',
      env: { ...process.env, LC_ALL: 'C', ...env },
    })
    assert.deepEqual([run.status, run.stderr, run.stdout], [0, '', ''])
    // The one that is installed needs a whole system.
    if (existsSync(at('usr/bin/isconf'))) program(at('usr/bin/isconf'), stubOf('isconf'))
    return existsSync(at('asked')) ? readFileSync(at('asked'), 'utf8').trimEnd().split('\n') : []
  }

  assert.deepEqual(askedBy(['-i', rpm]), ['systemctl daemon-reload', `systemctl preset ${units}`])
  mkdirSync(at('var/cache/isconf'), { recursive: true })
  assert.deepEqual(askedBy(['-U', second]), ['systemctl daemon-reload', 'systemctl try-restart isconf.service'])
  assert.equal(existsSync(at('var/cache/isconf')), false, 'what the release before has compiled is gone')
  assert.deepEqual(askedBy(['-U', third], { IS_EXEC: '1' }), ['systemctl daemon-reload'])

  mkdirSync(at('run/motd.d'))
  writeFileSync(at('run/motd.d/hostkeeper'), 'this host has not booted right\n')
  assert.deepEqual(askedBy(['-e', 'isconf']), [
    'systemctl get-default',
    'systemctl set-default graphical.target',
    `systemctl --no-reload disable --now ${units}`,
    'systemctl stop isconf-network.socket',
    'isconf -q stop',
    'systemctl daemon-reload',
  ])
  assert.equal(existsSync(at('run/motd.d/hostkeeper')), false)
  for (const path of ['usr/bin/isconf', 'usr/lib/isconf', 'etc/is']) assert.equal(existsSync(at(path)), false, path)
})

/** What the scripts need: a shell, some programs with their libraries, and that systemd seems to run. */
function smallRoot(root: string): string {
  for (const path of ['usr/bin', 'usr/lib', 'usr/lib64', 'dev', 'run/systemd/system'])
    mkdirSync(join(root, path), { recursive: true })
  for (const name of ['bin', 'lib', 'lib64']) symlinkSync(`usr/${name}`, join(root, name))
  for (const name of ['sh', 'rm', 'rmdir']) {
    const { stdout } = spawnSync('ldd', [`/bin/${name}`], { encoding: 'utf8' })
    for (const path of [`/bin/${name}`, ...(stdout.match(/\/\S+/g) ?? [])]) {
      mkdirSync(dirname(join(root, path)), { recursive: true })
      copyFileSync(path, join(root, path))
    }
  }
  // A file is enough to write to.
  writeFileSync(join(root, 'dev/null'), '')
  program(join(root, 'usr/bin/systemctl'), stubOf('systemctl'))
  return root
}

function program(path: string, text: string): void {
  rmSync(path, { force: true })
  writeFileSync(path, text)
  chmodSync(path, 0o755)
}

/** Notes how it was called, and says what the default target is to whoever asks. */
function stubOf(name: string): string {
  return `#!/bin/sh\necho "${name} $*" >>/asked\n[ "$1" != get-default ] || echo hostkeeper.target\n`
}
