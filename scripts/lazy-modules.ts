/** Modules of Node that take long, or that few runs need: in a bundle of CommonJS they are loaded at their first use. */

const slow = 'child_process|crypto|events|fs/promises|module|os|url|util'

/** Stands before the text. */
export const lazyBanner =
  'const $lazy=(name)=>new Proxy({},{get:(_,key)=>{const all=process.getBuiltinModule(name);return key==="default"?all:all[key]}})'

/** The text of a bundle as esbuild writes it, with these modules loaded when something of them is asked for. */
export function withLazyModules(text: string): string {
  return text
    .replaceAll(new RegExp(`=require\\("node:(${slow})"\\)(?=[,;})])`, 'g'), '=$lazy("$1")')
    .replaceAll(new RegExp(`=__toESM\\(require\\("node:(${slow})"\\)(?:,1)?\\)`, 'g'), '=$lazy("$1")')
}
