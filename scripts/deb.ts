/**
 * Makes the Debian package: `npm run deb`, or `npm run deb -- DIRECTORY` for where it goes. The same sources make the
 * same bytes: times are those of the last commit, or SOURCE_DATE_EPOCH; names are in order, all belongs to root.
 */
import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import {
  chmodSync,
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { gzipSync } from 'node:zlib'
import { buildInto, releaseVersion } from './build.ts'

const root = fileURLToPath(new URL('..', import.meta.url))
const manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { bin: Record<string, string> }
/** Where no commit says a time, as in an unpacked archive of the sources. */
const fallbackEpoch = '1795305600'

/** Files that are copied as they are, by their place in the package. */
const copied: Readonly<Record<string, string>> = {
  'usr/lib/systemd/system/isconf.service': 'packaging/isconf.service',
  'usr/lib/systemd/system/isconf-up.service': 'packaging/isconf-up.service',
  'usr/lib/systemd/system/isconf-hourly.service': 'packaging/isconf-hourly.service',
  'usr/lib/systemd/system/isconf-hourly.timer': 'packaging/isconf-hourly.timer',
  'usr/lib/systemd/system/hostkeeper.service': 'packaging/hostkeeper.service',
  'usr/lib/systemd/system/hostkeeper-services.service': 'packaging/hostkeeper-services.service',
  'usr/lib/systemd/system/hostkeeper.target': 'packaging/hostkeeper.target',
  'usr/lib/systemd/system/hostkeeper-cron.service': 'packaging/hostkeeper-cron.service',
  'usr/lib/systemd/system/hostkeeper-cron.timer': 'packaging/hostkeeper-cron.timer',
  'usr/share/doc/isconf/examples/main.cf': 'packaging/examples/main.cf',
}

const completed = ['isconf', 'hostkeeper']

/** Scripts, by their place in the package. */
const scripts: Readonly<Record<string, string>> = {
  // systemd takes the unit of the same name instead, so that nothing starts twice.
  'etc/init.d/isconf': 'packaging/isconf.init',
  'usr/lib/isconf/rc.isconf': 'packaging/rc.isconf',
  'usr/lib/isconf/packaging/platform': 'packaging/platform',
}

/** Makes the package in a directory; its path. `version` is what the program calls itself. */
export async function makeDeb(directory: string, version = releaseVersion()): Promise<string> {
  const stage = mkdtempSync(join(tmpdir(), 'isconf-deb-'))
  // Whoever makes the package, with whatever umask: everybody may read what is in it.
  const umask = process.umask(0o022)
  chmodSync(stage, 0o755)
  try {
    await fill(stage, version)
    const path = join(directory, `isconf_${debianVersion(version)}_all.deb`)
    mkdirSync(directory, { recursive: true })
    const env = { ...process.env, SOURCE_DATE_EPOCH: epoch() }
    execFileSync('dpkg-deb', ['--root-owner-group', '-Zxz', '--build', stage, path], { env, stdio: 'pipe' })
    return path
  } finally {
    process.umask(umask)
    rmSync(stage, { recursive: true, force: true })
  }
}

/** A prerelease sorts before its release. */
function debianVersion(version: string): string {
  return version.replace('-', '~')
}

function epoch(): string {
  if (process.env['SOURCE_DATE_EPOCH']) return process.env['SOURCE_DATE_EPOCH']
  try {
    return execFileSync('git', ['log', '-1', '--format=%ct'], { cwd: root, stdio: 'pipe' }).toString().trim()
  } catch {
    return fallbackEpoch
  }
}

async function fill(stage: string, version: string): Promise<void> {
  const program = join(stage, 'usr/lib/isconf')
  await buildInto(join(program, 'dist'), version)
  put(stage, 'usr/lib/isconf/package.json', `${JSON.stringify({ name: 'isconf', version, type: 'module' })}\n`)
  mkdirSync(join(stage, 'usr/bin'), { recursive: true })
  for (const [name, path] of Object.entries(manifest.bin))
    symlinkSync(`../lib/isconf/${path}`, join(stage, 'usr/bin', name))
  mkdirSync(join(stage, 'etc/is'), { recursive: true })
  for (const [to, from] of Object.entries(copied)) put(stage, to, readFileSync(join(root, from)))
  for (const name of completed) {
    put(stage, `usr/share/bash-completion/completions/${name}`, readFileSync(join(root, `completion/${name}.bash`)))
    put(stage, `usr/share/zsh/vendor-completions/_${name}`, readFileSync(join(root, `completion/_${name}`)))
    put(stage, `usr/share/fish/vendor_completions.d/${name}.fish`, readFileSync(join(root, `completion/${name}.fish`)))
  }
  for (const [to, from] of Object.entries(scripts)) put(stage, to, readFileSync(join(root, from)), 0o755)
  putExamples(stage)
  for (const page of readdirSync(join(root, 'man')).filter((name) => /\.\d$/.test(name))) {
    put(stage, `usr/share/man/man${page.slice(-1)}/${page}.gz`, zipped(readFileSync(join(root, 'man', page))))
  }
  put(stage, 'usr/share/doc/isconf/copyright', copyright)
  put(stage, 'usr/share/doc/isconf/changelog.gz', zipped(Buffer.from(changelog(version))))
  put(stage, 'usr/share/lintian/overrides/isconf', readFileSync(join(root, 'packaging/debian/lintian-overrides')))
  control(stage, version)
}

function putExamples(stage: string): void {
  const examples = join(root, 'examples')
  for (const entry of readdirSync(examples, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue
    const file = join(entry.parentPath, entry.name)
    const mode = statSync(file).mode & 0o100 ? 0o755 : 0o644
    put(stage, `usr/share/doc/isconf/examples/site${file.slice(examples.length)}`, readFileSync(file), mode)
  }
}

function put(stage: string, path: string, content: string | Uint8Array, mode = 0o644): void {
  const file = join(stage, path)
  mkdirSync(dirname(file), { recursive: true })
  writeFileSync(file, content)
  chmodSync(file, mode)
}

/** Without a name and a time in its head. */
function zipped(content: Uint8Array): Uint8Array {
  return gzipSync(content, { level: 9 })
}

function control(stage: string, version: string): void {
  const files = readdirSync(stage, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .sort()
  const kibibytes = files.reduce((total, file) => total + Math.ceil(statSync(file).size / 1024), 0)
  const sums = files.map((file) => `${md5(file)}  ${file.slice(stage.length + 1)}\n`)
  const fields = `Package: isconf
Version: ${debianVersion(version)}
Architecture: all
Maintainer: ISconf <isconf@localhost>
Installed-Size: ${kibibytes}
Depends: nodejs (>= 20.20)
Suggests: make, rsync, git
Section: admin
Priority: optional
Description: infrastructure build and configuration manager
 ISconf records a change once, while it is made on one host, and replays it on
 every other host of the branch: the same operations in the same order, also on
 hosts that are switched off or not built yet. There is no server.
 .
 Hostkeeper, in the same package, runs make at boot from two readable files, so
 that a host is right before it offers any service.
`
  put(stage, 'DEBIAN/control', fields)
  put(stage, 'DEBIAN/md5sums', sums.join(''))
  put(stage, 'DEBIAN/conffiles', '/etc/init.d/isconf\n')
  for (const script of ['postinst', 'prerm', 'postrm']) {
    mkdirSync(join(stage, 'DEBIAN'), { recursive: true })
    copyFileSync(join(root, 'packaging/debian', script), join(stage, 'DEBIAN', script))
    chmodSync(join(stage, 'DEBIAN', script), 0o755)
  }
}

function md5(file: string): string {
  return createHash('md5').update(readFileSync(file)).digest('hex')
}

const copyright = `Copyright (C) 2026 the authors of ISconf

ISconf is distributed under the Apache License, Version 2.0, which is in
/usr/share/common-licenses/Apache-2.0.

The libraries that are inside the program are listed, each with its licence, in
/usr/lib/isconf/dist/third-party-licences.txt.
`

function changelog(version: string): string {
  const notes = readdirSync(join(root, 'changes/unreleased')).sort()
  const first = notes.map((name) => readFileSync(join(root, 'changes/unreleased', name), 'utf8').split('\n')[0])
  const date = new Date(Number(epoch()) * 1000).toUTCString().replace('GMT', '+0000')
  const rows = first.map((line) => `  * ${line}`.replaceAll(/(.{1,76})(?: |$)/g, '$1\n    ').trimEnd()).join('\n')
  return `isconf (${debianVersion(version)}) unstable; urgency=medium\n\n${rows}\n\n -- ISconf <isconf@localhost>  ${date}\n`
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const path = await makeDeb(process.argv[2] ?? root)
  console.log(basename(path))
}
