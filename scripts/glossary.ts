/**
 * Holds the code to docs/glossary.md: what the page names in the code exists, and no name in src/ is made of a word that
 * the page replaces by another. Run by `npm run check -- glossary`.
 */
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { basename } from 'node:path'
import { fileURLToPath } from 'node:url'

process.chdir(fileURLToPath(new URL('..', import.meta.url)))

interface Term {
  readonly term: string
  readonly inCode: string
  /** Words that the term is used instead of. */
  readonly not: readonly string[]
}

/** The rows of the page's tables. */
function termsOf(page: string): readonly Term[] {
  return page.split('\n').flatMap((line) => {
    const cells = line.split('|').map((cell) => cell.trim())
    const [, term = '', , inCode = '', not = ''] = cells
    if (cells.length !== 6 || term === 'term' || term.startsWith('---')) return []
    return [{ term, inCode: inCode.replaceAll('`', ''), not: not.split(/,\s*/).filter((word) => word !== '') }]
  })
}

/** Every name in a file, whatever it names; comments and strings are prose. */
function namesIn(path: string): readonly string[] {
  const code = readFileSync(path, 'utf8')
    .replaceAll(/\/\*.*?\*\//gs, '')
    .replaceAll(/'(?:\\.|[^'\\\n])*'|(?<!:)\/\/.*/g, '')
  return [...new Set(code.match(/[A-Za-z_$][\w$]*/g) ?? [])].filter((name) => name !== 'class')
}

/** The names that the code declares at the top of a file, or as a member. */
const declaredIn = (path: string): readonly string[] =>
  [
    ...readFileSync(path, 'utf8').matchAll(
      /^(?:export )?(?:async )?(?:class|const|function\*?|interface|type) (\w+)/gm,
    ),
  ].flatMap(([, name = '']) => name)

const wordsOf = (name: string): readonly string[] =>
  name
    .replaceAll(/([a-z0-9])([A-Z])/g, '$1 $2')
    .toLowerCase()
    .split(/[^a-z0-9]+/)

const terms = termsOf(readFileSync('docs/glossary.md', 'utf8'))
const files = readdirSync('src', { recursive: true, encoding: 'utf8' })
  .map((name) => `src/${name}`)
  .filter((path) => path.endsWith('.ts') && !path.endsWith('.test.ts'))
const namesByFile = new Map(files.map((path) => [path, namesIn(path)]))
const declared = new Set(files.flatMap(declaredIn))

const missing = terms
  .filter(({ inCode }) => (inCode.includes('/') ? !existsSync(inCode) : !declared.has(inCode)))
  .map(({ term, inCode }) => `docs/glossary.md: ${term}: there is no ${inCode || 'name in the code'}`)
const termByWord = new Map(terms.flatMap(({ term, not }) => not.map((word) => [word, term] as const)))
const foreign = [...namesByFile].flatMap(([path, names]) =>
  [...new Set([basename(path, '.ts'), ...names])].flatMap((name) =>
    wordsOf(name)
      .filter((word) => termByWord.has(word))
      .map((word) => `${path}: ${name}: say ${termByWord.get(word)}, not ${word} (docs/glossary.md)`),
  ),
)

const problems = [...missing, ...foreign]
for (const problem of problems) console.error(problem)
process.exitCode = problems.length === 0 && terms.length > 0 ? 0 : 1
