/** The Debian package: what is in it, and what its scripts do where there is a systemd, and where there is none. */
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { before, type TestContext, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { gunzipSync } from 'node:zlib'
import { releaseVersion } from '../../scripts/build.ts'
import { makeDeb } from '../../scripts/packages/deb.ts'
import { architectures } from '../../scripts/packages/runtime.ts'
import { assertDone, begin, Lab, type LabHost, type Run, until } from '../harness/lab.ts'
import { temporaryDirectory } from '../support/files.ts'
import { ran, unlessThere } from '../support/tools.ts'

const skip = unlessThere('dpkg-deb')
/** Of this machine, as Debian calls it. */
const architecture = process.arch === 'arm64' ? 'arm64' : 'amd64'
const scripts = fileURLToPath(new URL('../../packaging/debian', import.meta.url))
let directory = ''
let deb = ''
/** The package, unpacked. */
let root = ''

before(async (t) => {
  if (skip) return
  directory = temporaryDirectory(t as TestContext)
  deb = await make(directory)
  root = join(directory, 'root')
  assert.equal(ran('dpkg-deb', '-x', deb, root).status, 0)
})

function make(into: string, version = releaseVersion()): Promise<string> {
  return makeDeb(into, { version, architecture }, 'none')
}

test('the package has the program, its service, manual pages and completions, all of root', { skip }, () => {
  for (const path of [
    'usr/lib/systemd/system/isconf.service',
    'usr/lib/systemd/system/isconf-up.service',
    'etc/init.d/isconf',
    'usr/share/bash-completion/completions/isconf',
    'usr/share/zsh/vendor-completions/_isconf',
    'usr/share/fish/vendor_completions.d/isconf.fish',
    'usr/share/bash-completion/completions/hostkeeper',
    'usr/bin/hostkeeper',
    'usr/bin/isync',
    'usr/bin/exech',
    'usr/lib/isconf/rc.isconf',
    'usr/lib/systemd/system/hostkeeper.target',
    'usr/share/doc/isconf/examples/site/README.md',
    'usr/share/doc/isconf/copyright',
    'etc/is',
  ])
    assert.ok(existsSync(join(root, path)), path)
  for (const page of ['isconf.8', 'hostkeeper.8', 'main.cf.5', 'hosts.conf.5', 'platform.1', 'isconf-protocol.7']) {
    const zipped = readFileSync(join(root, `usr/share/man/man${page.slice(-1)}/${page}.gz`))
    assert.equal(gunzipSync(zipped).toString(), readFileSync(`man/${page}`, 'utf8'))
  }
  const runtime = join(root, 'usr/lib/isconf/bin/node')
  assert.equal(ran(runtime, join(root, 'usr/bin/isconf'), '-V').text, `isconf ${releaseVersion()}\n`)
  assert.equal(ran(runtime, '--version').text, `${process.version}\n`)
  assert.match(ran(join(root, 'usr/bin/platform')).text, /^linux_\S+\n$/)
  const rows = ran('dpkg-deb', '-c', deb).text.trim().split('\n')
  for (const row of rows) assert.match(row, /^[-dl][rwx-]{9} root\/root /)
  assert.match(rows[0] ?? '', /^drwxr-xr-x root\/root .* \.\/$/)
})

test('every program starts with the runtime of the package, whatever node is in PATH', { skip }, () => {
  for (const name of ['isconf', 'hostkeeper', 'isync', 'exech'])
    assert.match(readFileSync(join(root, 'usr/bin', name), 'utf8'), /^#!\/usr\/lib\/isconf\/bin\/node\n/)
})

test('a program whose runtime the kernel cannot run says for which machine the package is', { skip }, () => {
  const path = join(root, 'usr/bin/isconf')
  // As every shell goes on after "Exec format error".
  for (const shell of ['sh', 'bash']) {
    const { status, text } = ran(shell, path, '-V')
    assert.equal(status, 223)
    const [error, hint] = text.split('\n')
    assert.match(error ?? '', new RegExp(`^isconf: error: this package is for ${architectures[architecture].uname}, `))
    assert.match(hint ?? '', /^isconf: hint: remove it, and install the package for this machine$/)
  }
})

test('the same sources make the same package', { skip }, async (t) => {
  const again = await make(temporaryDirectory(t))
  assert.ok(readFileSync(again).equals(readFileSync(deb)))
})

test('shellcheck finds nothing in the package scripts', { skip: unlessThere('shellcheck') }, () => {
  const paths = ['postinst', 'prerm', 'postrm'].map((name) => join(scripts, name))
  assert.deepEqual(ran('shellcheck', ...paths), { status: 0, text: '' })
})

const stubs = ['systemctl', 'deb-systemd-helper', 'deb-systemd-invoke', 'update-rc.d', 'invoke-rc.d', 'isconf']

/** A machine without its programs: each writes down how it was called. */
class Machine {
  readonly root: string
  readonly #calls: string

  constructor(t: TestContext, has: { systemd?: boolean; domain?: boolean }) {
    this.root = temporaryDirectory(t)
    this.#calls = join(this.root, 'calls')
    for (const path of ['bin', 'etc/is', 'var/is/conf', 'run', 'usr/bin'])
      mkdirSync(join(this.root, path), { recursive: true })
    if (has.systemd) mkdirSync(join(this.root, 'run/systemd/system'), { recursive: true })
    if (has.domain) writeFileSync(join(this.root, 'var/is/conf/domain'), 'example.com\n')
    for (const name of stubs) {
      const path = join(this.root, 'bin', name)
      writeFileSync(path, `#!/bin/sh\necho "${name} $*" >> ${this.#calls}\n`, { mode: 0o755 })
    }
    writeFileSync(join(this.root, 'usr/bin/deb-systemd-helper'), '', { mode: 0o755 })
  }

  get bin(): string {
    return join(this.root, 'bin')
  }

  /** Runs a script of the package; what it said. */
  run(script: string, words: readonly string[], env: Readonly<Record<string, string>> = {}): string {
    const PATH = `${this.bin}:/usr/bin:/bin`
    const options = { env: { PATH, DPKG_ROOT: this.root, ...env }, encoding: 'utf8' } as const
    const { status, stdout, stderr } = spawnSync('sh', [join(scripts, script), ...words], options)
    assert.equal(status, 0, stderr)
    return stdout
  }

  /** How the programs were called that start or stop something. */
  started(): readonly string[] {
    const text = existsSync(this.#calls) ? readFileSync(this.#calls, 'utf8') : ''
    return text.split('\n').filter((line) => /^(deb-systemd-invoke|invoke-rc\.d|isconf) /.test(line))
  }

  calls(): string {
    return readFileSync(this.#calls, 'utf8')
  }
}

test('postinst enables the services and starts the daemon', (t) => {
  const machine = new Machine(t, { systemd: true, domain: true })
  assert.equal(machine.run('postinst', ['configure']), '')
  assert.deepEqual(machine.started(), ['deb-systemd-invoke start isconf.service'])
  assert.match(machine.calls(), /^deb-systemd-helper enable isconf\.service$/m)
  assert.match(machine.calls(), /^deb-systemd-helper enable isconf-up\.service$/m)
  assert.doesNotMatch(machine.calls(), /(enable|start) .*(hourly|cron)/)
  assert.match(machine.calls(), /^deb-systemd-helper unmask isconf-hourly\.timer$/m)
})

test('postinst of an upgrade restarts the daemon, but not from within an operation', (t) => {
  const machine = new Machine(t, { systemd: true, domain: true })
  machine.run('prerm', ['upgrade', '5.0.1'], { IS_EXEC: '1' })
  machine.run('postinst', ['configure', '5.0.0'], { IS_EXEC: '1' })
  assert.deepEqual(machine.started(), [])
  machine.run('prerm', ['upgrade', '5.0.1'])
  machine.run('postinst', ['configure', '5.0.0'])
  assert.deepEqual(machine.started(), ['deb-systemd-invoke restart isconf.service'])
})

test('postinst makes up neither a domain nor a key, starts the daemon and names the next step', (t) => {
  const machine = new Machine(t, { systemd: true })
  const hint = 'isconf: this host has no domain yet: isconf init DOMAIN\n'
  assert.equal(machine.run('postinst', ['configure']), hint)
  assert.deepEqual(machine.started(), ['deb-systemd-invoke start isconf.service'])
  for (const path of ['var/is/conf/domain', 'var/is/conf/hmac_keys', 'etc/is/main.cf', 'etc/is/hmac_keys'])
    assert.equal(existsSync(join(machine.root, path)), false, path)
  writeFileSync(join(machine.root, 'etc/is/main.cf'), 'DEFAULT:\n  ROLE = web\n')
  assert.equal(machine.run('postinst', ['configure', '5.0.0']), hint)
  writeFileSync(join(machine.root, 'etc/is/main.cf'), 'DEFAULT:\n  IS_DOMAIN = example.com\n')
  assert.equal(machine.run('postinst', ['configure', '5.0.0']), '')
})

test('postinst without a service manager, as in a container, says so and does not fail', (t) => {
  const machine = new Machine(t, { domain: true })
  assert.match(machine.run('postinst', ['configure']), /no service manager runs here.*isconf start\n$/)
  assert.deepEqual(machine.started(), [])
})

test('prerm stops the daemon on removal; what the host has stays until it is purged, keys included', (t) => {
  const machine = new Machine(t, { systemd: true, domain: true })
  const keys = ['var/is/conf/hmac_keys', 'etc/is/hmac_keys'].map((path) => join(machine.root, path))
  for (const path of keys) writeFileSync(path, 'secret\n')
  machine.run('prerm', ['remove'])
  assert.match(machine.started().join('\n'), /^deb-systemd-invoke stop isconf\.service .*\nisconf -q stop$/)
  machine.run('postrm', ['remove'])
  for (const path of keys) assert.ok(existsSync(path))
  assert.equal(machine.run('postrm', ['purge']), '')
  for (const path of ['var/is', 'etc/is']) assert.equal(existsSync(join(machine.root, path)), false, path)
})

test('purge keeps what the host has when it is told so, by a variable or by a file', (t) => {
  const machine = new Machine(t, { domain: true })
  assert.match(machine.run('postrm', ['purge'], { ISCONF_KEEP: '1' }), /^isconf: kept as was asked for: /)
  writeFileSync(join(machine.root, 'var/is/keep'), '')
  machine.run('postrm', ['purge'])
  assert.ok(existsSync(join(machine.root, 'var/is/conf/domain')))
})

const noDpkg = skip || (process.getuid?.() !== 0 && 'only root can install a package, be it into a directory')

test('dpkg -i of another release, as an operation, replaces the running daemon, which goes on and then goes over', {
  skip: noDpkg,
}, async (t) => {
  const next = await make(directory, '5.0.0-next')
  const machine = new Machine(t, { systemd: true, domain: true })
  const lab = await Lab.of(t, 'alder')
  const alder = lab.hosts[0] as LabHost
  for (const path of ['var/lib/dpkg/updates', 'var/lib/dpkg/info'])
    mkdirSync(join(machine.root, path), { recursive: true })
  writeFileSync(join(machine.root, 'var/lib/dpkg/status'), '')
  const force = ['--force-depends', '--force-script-chrootless', '--force-not-root']
  const dpkg = (path: string): readonly string[] => ['dpkg', `--root=${machine.root}`, ...force, '-i', path]
  const path = `${machine.bin}:${alder.variables()['PATH']}`
  assertDone(await begin(dpkg(deb), { env: { PATH: path } }).done)
  const program = join(machine.root, 'usr/bin/isconf')
  writeFileSync(alder.mainCfPath, `alder:\n  PATH = ${path}\n`)
  const type = (...words: readonly string[]): Promise<Run> =>
    begin([process.execPath, program, '-c', alder.mainCfPath, ...words], {
      cwd: alder.path('tmp'),
      env: alder.variables(),
    }).done
  const release = async (): Promise<string> => JSON.parse(assertDone(await type('status', '--json')).stdout).release
  assertDone(await type('start'))
  assertDone(await type('lock', 'upgrade ISconf'))
  assert.equal(await release(), releaseVersion())
  const before = machine.started()
  assertDone(await type('exec', ...dpkg(next)))
  assertDone(await type('exec', 'touch', 'after'))
  await until(async () => (await release()) === '5.0.0-next', 'the new release runs')
  assert.match(assertDone(await type('ci')).stderr, /2 operations/)
  // The package's scripts have left the restart to the daemon.
  assert.deepEqual(machine.started(), before)
  assertDone(await type('stop'))
})

test('a machine that boots to hostkeeper.target gets its target back, in an operation and without a systemd, too', (t) => {
  const machine = new Machine(t, {})
  const stub = `#!/bin/sh\necho "systemctl $*" >> ${machine.root}/calls\ncase $* in *get-default) echo hostkeeper.target ;; esac\n`
  writeFileSync(join(machine.bin, 'systemctl'), stub, { mode: 0o755 })
  machine.run('prerm', ['remove'], { IS_EXEC: '1' })
  assert.match(machine.calls(), /^systemctl .*set-default graphical\.target$/m)
})

test('postrm takes away what the boot hook has said', (t) => {
  const machine = new Machine(t, {})
  const said = ['run/motd.d/hostkeeper', 'run/hostkeeper-boot', 'var/is/hostkeeper/boot'].map((path) =>
    join(machine.root, path),
  )
  for (const path of said) {
    mkdirSync(join(path, '..'), { recursive: true })
    writeFileSync(path, '')
  }
  machine.run('postrm', ['remove'])
  assert.deepEqual(
    said.filter((path) => existsSync(path)),
    [],
  )
})
