/** The bundle as CommonJS. */
import { basename } from 'node:path'
import { type Metafile, transformSync } from 'esbuild'

/** What esbuild makes of one program: an entry, and the files that it has been cut into. */
export interface Built {
  readonly outputFiles: readonly { readonly path: string; readonly text: string }[]
  readonly metafile: Metafile
}

/**
 * esbuild cuts a program into ES modules, of which only those are loaded that a run needs; Node starts CommonJS sooner.
 * What a program needs at once is made one file again, because each file takes time to find. Of Node's own modules,
 * those that are slow to load, or that few runs need, are loaded at their first use. The texts, by their names.
 */
export function asCommonJs({ outputFiles, metafile }: Built, source: string, target: string): Map<string, string> {
  const textByName = new Map(outputFiles.map(({ path, text }) => [basename(path), commonJsText(text, target)]))
  const entry = Object.keys(metafile.outputs).find((path) => metafile.outputs[path]?.entryPoint === source) ?? ''
  const parts = neededAtOnce(metafile, entry).map((path) => basename(path))
  const [, ...others] = [...parts].reverse()
  const fromParts = (text: string, place: string): string =>
    others.reduce(
      (changed, name) => changed.replaceAll(`require("./${name}")`, `${place}[${JSON.stringify(name)}]`),
      text,
    )
  const whole = parts.map((name) => {
    const text = fromParts(textByName.get(name) ?? '', '$parts')
    textByName.delete(name)
    return `$parts[${JSON.stringify(name)}]=((module,exports)=>{${text}\nreturn module.exports})($made={exports:{}},$made.exports);`
  })
  for (const [name, text] of textByName)
    textByName.set(name, `${banner};\n${fromParts(text, `require("./${basename(entry)}")`)}`)
  return textByName.set(basename(entry), `${banner};let $made;const $parts=module.exports={};\n${whole.join('\n')}\n`)
}

/** The output files that are loaded with one, each after those that it needs; itself last. */
function neededAtOnce({ outputs }: Metafile, path: string, found: readonly string[] = []): readonly string[] {
  const needed = (outputs[path]?.imports ?? []).filter(({ kind, external }) => kind === 'import-statement' && !external)
  const before = needed.reduce(
    (sofar, one) => (sofar.includes(one.path) ? sofar : neededAtOnce({ inputs: {}, outputs }, one.path, sofar)),
    found,
  )
  return [...before, path]
}

function commonJsText(text: string, target: string): string {
  const { code } = transformSync(text, {
    format: 'cjs',
    platform: 'node',
    // What is imported on demand is required then: of import() Node loads the whole of its other loader.
    supported: { 'dynamic-import': false },
    target,
    define: { 'import.meta.url': '$url' },
    minifySyntax: true,
    minifyWhitespace: true,
    logLevel: 'warning',
  })
  return withLazyModules(code)
}

// As pathToFileURL() has it, which would have to be loaded.
const urlBanner = 'const $url="file://"+encodeURI(__filename).replace(/[?#]/g,encodeURIComponent)'

const slow =
  'child_process|crypto|dgram|dns|dns/promises|events|fs/promises|http2|https|module|net|os|readline|timers/promises|tls|tty|url|util|worker_threads|zlib'

/** Of these, what packages load in passing, and as a whole. */
const slowOfPackages = 'dns|http2|https'

const lazyBanner =
  'const $lazy=(name)=>{let all;return new Proxy({},{get:(_,key)=>{all??=process.getBuiltinModule(name);return key==="default"?all:all[key]}})}'

/** Stands before each file. */
const banner = `${urlBanner};${lazyBanner}`

/** The text as esbuild writes it, with these modules loaded when something of them is asked for. */
function withLazyModules(text: string): string {
  return text
    .replaceAll(new RegExp(`=require\\("node:(${slow})"\\)(?=[,;})])`, 'g'), '=$lazy("$1")')
    .replaceAll(new RegExp(`=__toESM\\(require\\("node:(${slow})"\\)(?:,1)?\\)`, 'g'), '=$lazy("$1")')
    .replaceAll(new RegExp(`(?<=\\w)=\\(0,[\\w.]+\\.__require\\)\\("node:(${slowOfPackages})"\\)`, 'g'), '=$lazy("$1")')
}
