/**
 * What is in every package, and where: the one description that the .deb, the .rpm and the archive are made from.
 * The same sources give the same bytes: times are those of the last commit, or SOURCE_DATE_EPOCH; all belongs to root.
 */
import { execFileSync } from 'node:child_process'
import {
  chmodSync,
  lutimesSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { dirname, join, relative } from 'node:path'
import { gzipSync } from 'node:zlib'
import { buildInto, root } from '../build.ts'
import { type Architecture, architectures, runtimeFor } from './runtime.ts'

/** What package.json says. */
export const manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as {
  readonly bin: Readonly<Record<string, string>>
  /** Where people write to, also of what must not be public yet. */
  readonly bugs: { readonly email: string }
}

/** Where no commit says a time, as in an unpacked archive of the sources. */
const fallbackEpoch = '1795305600'

/** Where one kind of system wants a file that the others want elsewhere. */
export interface Places {
  /** Of zsh's completions that come with packages. */
  readonly zsh: string
  /** Of the LSB init script. */
  readonly init: string
}

/** Which package is made. */
export interface Release {
  readonly version: string
  readonly architecture: Architecture
}

/** Files that are copied as they are, by their place in the package. */
const copied: Readonly<Record<string, string>> = {
  'usr/lib/systemd/system/isconf.service': 'packaging/isconf.service',
  'usr/lib/systemd/system/isconf-up.service': 'packaging/isconf-up.service',
  'usr/lib/systemd/system/isconf-network.socket': 'packaging/isconf-network.socket',
  'usr/lib/systemd/system/isconf-network@.service': 'packaging/isconf-network@.service',
  'usr/lib/systemd/system/isconf-hourly.service': 'packaging/isconf-hourly.service',
  'usr/lib/systemd/system/isconf-hourly.timer': 'packaging/isconf-hourly.timer',
  'usr/lib/systemd/system/hostkeeper.service': 'packaging/hostkeeper.service',
  'usr/lib/systemd/system/hostkeeper-services.service': 'packaging/hostkeeper-services.service',
  'usr/lib/systemd/system/hostkeeper.target': 'packaging/hostkeeper.target',
  'usr/lib/systemd/system/hostkeeper-cron.service': 'packaging/hostkeeper-cron.service',
  'usr/lib/systemd/system/hostkeeper-cron.timer': 'packaging/hostkeeper-cron.timer',
  'usr/share/doc/isconf/examples/main.cf': 'packaging/examples/main.cf',
  ...starterFiles(),
}

/** The tree that `hostkeeper init` writes. */
function starterFiles(): Readonly<Record<string, string>> {
  const entries = readdirSync(join(root, 'packaging/starter'), { recursive: true, withFileTypes: true })
  const files = entries.filter((entry) => entry.isFile()).map(({ parentPath, name }) => join(parentPath, name))
  const paths = files.map((file) => relative(root, file)).sort()
  return Object.fromEntries(paths.map((path) => [`usr/lib/isconf/${path}`, path]))
}

/** Scripts, by their place in the package. */
const scripts: Readonly<Record<string, string>> = {
  'usr/lib/isconf/rc.isconf': 'packaging/rc.isconf',
  'usr/lib/isconf/packaging/platform': 'packaging/platform',
}

/** Programs with completions. */
const completed = ['isconf', 'hostkeeper']

/** Fills an empty directory with what a package installs below `/`. */
export async function fillContent(stage: string, { version, architecture }: Release, places: Places): Promise<void> {
  const runtime = runtimeFor(architecture)
  const { node, uname } = architectures[architecture]
  const dist = join(stage, 'usr/lib/isconf/dist')
  await buildInto(dist, { version, architecture: node, head: programHead(uname), compiled: '/var/cache/isconf' })
  // The runtime is linked with glibc, and loads what is linked with it, too.
  rmSync(join(dist, `node_modules/@koromix/koffi-linux-${node}/musl_${node}`), { recursive: true })
  put(stage, 'usr/lib/isconf/bin/node', runtime.program, 0o755)
  put(stage, 'usr/lib/isconf/bin/licence.txt', runtime.licence)
  put(stage, 'usr/lib/isconf/package.json', `${JSON.stringify({ name: 'isconf', version, type: 'module' })}\n`)
  mkdirSync(join(stage, 'usr/bin'), { recursive: true })
  for (const [name, path] of Object.entries(manifest.bin))
    symlinkSync(`../lib/isconf/${path}`, join(stage, 'usr/bin', name))
  mkdirSync(join(stage, 'etc/is'), { recursive: true })
  for (const [to, from] of Object.entries(copied)) copy(stage, to, from)
  for (const [to, from] of Object.entries(scripts)) copy(stage, to, from, 0o755)
  copy(stage, places.init, 'packaging/isconf.init', 0o755)
  for (const name of completed) {
    copy(stage, `usr/share/bash-completion/completions/${name}`, `completion/${name}.bash`)
    copy(stage, `${places.zsh}/_${name}`, `completion/_${name}`)
    copy(stage, `usr/share/fish/vendor_completions.d/${name}.fish`, `completion/${name}.fish`)
  }
  putExamples(stage)
  for (const page of readdirSync(join(root, 'man')).filter((name) => /\.\d$/.test(name))) {
    put(stage, `usr/share/man/man${page.slice(-1)}/${page}.gz`, zipped(readFileSync(join(root, 'man', page))))
  }
  put(stage, 'usr/share/doc/isconf/copyright', copyright)
}

/**
 * How each program begins: with the runtime that the package carries, whatever `node` is in PATH.
 *
 * The second line is a string and a comment to that runtime. Where the kernel can't run it, because it is for another
 * architecture, a shell takes the file for a script of its own, and finds there what to say.
 */
function programHead(uname: string): string {
  const error = `error: this package is for ${uname}, and this machine is $(uname -m)`
  const hint = 'hint: remove it, and install the package for this machine'
  return `#!/usr/lib/isconf/bin/node\n':' //; for line in "${error}" "${hint}"; do echo "\${0##*/}: $line"; done >&2; exit 223\n`
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

/** Writes one file of a package, as the repository has it. */
export function copy(stage: string, to: string, from: string, mode?: number): void {
  put(stage, to, readFileSync(join(root, from)), mode)
}

/** Writes one file of a package, with the directories that it is in. */
export function put(stage: string, path: string, content: string | Uint8Array, mode = 0o644): void {
  const file = join(stage, path)
  mkdirSync(dirname(file), { recursive: true })
  writeFileSync(file, content)
  chmodSync(file, mode)
}

/** Without a name and a time in its head. */
export function zipped(content: Uint8Array): Uint8Array {
  return gzipSync(content, { level: 9 })
}

/** Gives everything below a directory, and itself, the one time of the release. */
export function setTimes(directory: string): void {
  const time = Number(epoch())
  const names = readdirSync(directory, { recursive: true, encoding: 'utf8' }).sort().reverse()
  for (const name of [...names, '.']) lutimesSync(join(directory, name), time, time)
}

/** The time of the release, in seconds since 1970, as SOURCE_DATE_EPOCH has it. */
export function epoch(): string {
  if (process.env['SOURCE_DATE_EPOCH']) return process.env['SOURCE_DATE_EPOCH']
  try {
    return execFileSync('git', ['log', '-1', '--format=%ct'], { cwd: root, stdio: 'pipe' }).toString().trim()
  } catch {
    return fallbackEpoch
  }
}

/** A prerelease sorts before its release, for dpkg and for rpm. */
export function packageVersion(version: string): string {
  return version.replace('-', '~')
}

/** What the packages say of themselves. */
export const summary = 'infrastructure build and configuration manager'
export const description = `ISconf records a change once, while it is made on one host, and replays it on
every other host of the branch: the same operations in the same order, also on
hosts that are switched off or not built yet. There is no server.

Hostkeeper, in the same package, runs make at boot from two readable files, so
that a host is right before it offers any service.

The Node.js that it runs on is inside.
`

const copyright = `Copyright (C) 2026 the authors of ISconf

ISconf is distributed under the Apache License, Version 2.0, which is in
/usr/share/common-licenses/Apache-2.0 on Debian.

The libraries that are inside the program are listed, each with its licence, in
/usr/lib/isconf/dist/third-party-licences.txt; those of the Node.js that it runs
on are in /usr/lib/isconf/bin/licence.txt.
`
