/** The bundle as CommonJS. */
import { transformSync } from 'esbuild'

/**
 * esbuild cuts a program into files, of which only those are loaded that a run needs, as ES modules; Node starts those
 * of CommonJS sooner. Of Node's own modules, those that are slow to load, or that few runs need, are loaded at their
 * first use.
 */
export function asCommonJs(text: string, target: string): string {
  const { code } = transformSync(text, {
    format: 'cjs',
    platform: 'node',
    target,
    define: { 'import.meta.url': '$url' },
    banner: `${urlBanner};${lazyBanner}`,
    minifySyntax: true,
    minifyWhitespace: true,
    logLevel: 'warning',
  })
  return withLazyModules(code)
}

// As pathToFileURL() has it, which would have to be loaded.
const urlBanner = 'const $url="file://"+encodeURI(__filename).replace(/[?#]/g,encodeURIComponent)'

const slow = 'child_process|crypto|events|fs/promises|module|net|os|tty|url|util'

/** Stands before the text. */
const lazyBanner =
  'const $lazy=(name)=>new Proxy({},{get:(_,key)=>{const all=process.getBuiltinModule(name);return key==="default"?all:all[key]}})'

/** The text as esbuild writes it, with these modules loaded when something of them is asked for. */
function withLazyModules(text: string): string {
  return text
    .replaceAll(new RegExp(`=require\\("node:(${slow})"\\)(?=[,;})])`, 'g'), '=$lazy("$1")')
    .replaceAll(new RegExp(`=__toESM\\(require\\("node:(${slow})"\\)(?:,1)?\\)`, 'g'), '=$lazy("$1")')
}
