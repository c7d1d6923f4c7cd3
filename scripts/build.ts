/**
 * Bundles the program into dist/: what npm publishes and what the tests run.
 *
 * The command line and the daemon are separate chunks, because a command must
 * start in a few milliseconds and the daemon's libraries take hundreds.
 *
 * What can't be bundled stands in dist/node_modules, where Node finds it: koffi's native part (scripts/native.ts). It
 * is not in the package for npm, which installs the part for the user's platform as an optional dependency.
 */
import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { basename, join, parse } from 'node:path'
import { fileURLToPath } from 'node:url'
import { type BuildFailure, build, type Metafile, transformSync } from 'esbuild'
import { aptConfName } from '../src/config/command-host.io.ts'
import { aptConf } from '../src/config/command-variables.ts'
import { asCommonJs } from './common-js.ts'
import { launcherText } from './launcher.ts'
import { type Architecture, putNativePart } from './native.ts'
import { notBundled } from './not-bundled.ts'
import { pageFiles } from './page-files.ts'
import { packageDirectoriesOf, thirdPartyNotices } from './third-party.ts'

export const root = fileURLToPath(new URL('..', import.meta.url))
const dist = join(root, 'dist')

interface BuiltProgram {
  readonly name: string
  readonly source: string
}

/** The files of dist/ that people start. They begin with src/launcher.js. */
const programByFile: Readonly<Record<string, BuiltProgram>> = {
  'main.js': { name: 'isconf', source: 'src/main.ts' },
  'hostkeeper.js': { name: 'hostkeeper', source: 'src/hostkeeper.ts' },
  'isync.js': { name: 'isync', source: 'src/isync.ts' },
  'exech.js': { name: 'exech', source: 'src/exech.ts' },
}
const hashWorker = 'src/store/hash-worker.js'
/** The thread that makes a host's certificate, which the daemon starts by its name. */
const selfSignedThread = 'src/mesh/self-signed-thread.io.js'
/** The process in the sandbox of a rehearsal, which the daemon starts by its name. */
const rehearseInside = 'src/rehearse-inside.ts'
/** The process that speaks to the network, which the daemon starts by its name. */
const networkProcess = 'src/network-process.ts'
/** Each has a file of dist/ by which it is started. */
const startedByName = [rehearseInside, networkProcess, selfSignedThread]

type BuildOptionsOf = NonNullable<Parameters<typeof build>[0]>

export interface Bundle {
  /** The text of each file of dist/, by its name. */
  readonly textByName: ReadonlyMap<string, string>
  /** Which source went where. */
  readonly metafile: Metafile
}

/** The release, as package.json has it. */
export function releaseVersion(): string {
  return manifest().version
}

function manifest(): { readonly version: string; readonly engines: { readonly node: string } } {
  return JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'))
}

/** The oldest Node that runs it, as package.json has it. */
const nodeMajor = Number(/\d+/.exec(manifest().engines.node)?.[0])

const target = `node${nodeMajor}`

/** Bundles into memory. */
export async function bundle(version = releaseVersion()): Promise<Bundle> {
  const options = optionsFor(version)
  // Each apart: what one shares with another would be cut into files of its own.
  const sources = [...Object.values(programByFile).map(({ source }) => source), ...startedByName]
  const built = await Promise.all(
    sources.map(async (source) => {
      const chunkNames = `${nameOf(source)}-[name]-[hash]`
      return { source, ...(await build({ ...options, entryPoints: [source], chunkNames })) }
    }),
  )
  const textByName = new Map(built.flatMap((one) => [...asCommonJs(one, one.source, target)]))
  const metafile = {
    inputs: Object.assign({}, ...built.map((one) => one.metafile.inputs)),
    outputs: Object.assign({}, ...built.map((one) => one.metafile.outputs)),
  }
  // As it is, an ES module: the thread is run from its text.
  const thread = transformSync(readFileSync(join(root, hashWorker), 'utf8'), { minifyWhitespace: true })
  textByName.set('hash-worker.js', thread.code)
  for (const source of startedByName) {
    textByName.set(`${nameOf(source)}.js`, `require('./${builtFrom(metafile, source)}')\n`)
  }
  textByName.set('package.json', '{"type":"commonjs"}\n')
  return { textByName, metafile }
}

/** Without where it is, and without its extension. */
function nameOf(source: string): string {
  return parse(source).name
}

function optionsFor(version: string) {
  return {
    absWorkingDir: root,
    // By what is in them, like the files that are imported: a daemon knows by its launcher whether it was replaced.
    entryNames: '[name]-[hash]',
    outdir: 'dist',
    write: false,
    metafile: true,
    bundle: true,
    splitting: true,
    format: 'esm',
    platform: 'node',
    target,
    // Names stay, so that a stack trace in the log can be read; the rest goes, so that it is parsed sooner.
    minifySyntax: true,
    minifyWhitespace: true,
    legalComments: 'none',
    alias: notBundled,
    define: { ISCONF_VERSION: JSON.stringify(version) },
    logLevel: 'warning',
  } satisfies BuildOptionsOf
}

/** The file of dist/ that a source became. */
function builtFrom({ outputs }: Metafile, source: string): string {
  const built = Object.entries(outputs).find(([, { entryPoint }]) => entryPoint === source)?.[0]
  if (built === undefined) throw new Error(`nothing was built from ${source}`)
  return basename(built)
}

/** The packages whose code is loaded when `isconf` starts, before anything is imported on demand. */
export function packagesAtStart(metafile: Metafile): readonly string[] {
  const seen = new Set<string>()
  const pending = [`dist/${builtFrom(metafile, 'src/main.ts')}`]
  for (let file = pending.pop(); file !== undefined; file = pending.pop()) {
    if (seen.has(file)) continue
    seen.add(file)
    for (const imported of metafile.outputs[file]?.imports ?? []) {
      if (imported.kind === 'import-statement' && !imported.external) pending.push(imported.path)
    }
  }
  const sources = [...seen].flatMap((file) => Object.keys(metafile.outputs[file]?.inputs ?? {}))
  return packageDirectoriesOf(sources).map((path) => path.replace(/^.*node_modules\//, ''))
}

export interface BuildOptions {
  /** What the program calls itself. */
  readonly version?: string
  /** Where it is to run, as in `process.arch`. */
  readonly architecture?: Architecture
  /** How each program begins: `#!` and whole lines. */
  readonly head?: string
  /** Where what Node has compiled is kept from start to start; beside the program when absent. */
  readonly compiled?: string
}

/** Bundles into a directory. */
export async function buildInto(
  directory: string,
  {
    version = releaseVersion(),
    architecture = process.arch,
    head = '#!/usr/bin/env node\n',
    compiled,
  }: BuildOptions = {},
): Promise<void> {
  const { textByName, metafile } = await bundle(version)
  const files = new Map([...textByName, ...pageFiles(root)])
    .set('third-party-licences.txt', thirdPartyNotices(metafile, root))
    .set(aptConfName, aptConf)
  for (const [file, { name, source }] of Object.entries(programByFile)) {
    const launched = { name, file: builtFrom(metafile, source), nodeMajor, compiled }
    files.set(file, `${head}${launcherText(launched)}`)
  }

  // Whole files by rename, and the old ones last: a program that starts meanwhile finds all it needs.
  mkdirSync(directory, { recursive: true })
  const native = putNativePart(directory, architecture) ? ['node_modules'] : []
  for (const [name, text] of files) {
    const partial = join(directory, `${name}.partial`)
    writeFileSync(partial, text, { mode: name in programByFile ? 0o755 : 0o644 })
    renameSync(partial, join(directory, name))
  }
  for (const name of readdirSync(directory)) {
    if (!files.has(name) && !native.includes(name)) {
      // Something that still runs may be putting another file into it.
      rmSync(join(directory, name), { recursive: true, force: true, maxRetries: 5 })
    }
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  await buildInto(dist).catch((error: Partial<BuildFailure> & Error) => {
    // esbuild has said what is wrong with the sources already.
    if (error.errors === undefined) throw error
    process.exitCode = 1
  })
}
