/**
 * Holds the code to docs/glossary.md: what the page names in the code exists, and no name that src/ declares is made of
 * a word that the page replaces by another. Run by `npm run check -- glossary`.
 */
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { basename } from 'node:path'
import { fileURLToPath } from 'node:url'
import ts from 'typescript'

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

/** Every name that a file declares: of functions, classes, types, members, variables and parameters. */
function namesDeclaredIn(path: string): readonly string[] {
  const names: string[] = []
  const visit = (node: ts.Node): void => {
    const { name } = node as { name?: ts.Node }
    if (
      name !== undefined &&
      (ts.isIdentifier(name) || ts.isPrivateIdentifier(name)) &&
      !ts.isPropertyAccessExpression(node)
    )
      names.push(name.text)
    ts.forEachChild(node, visit)
  }
  visit(ts.createSourceFile(path, readFileSync(path, 'utf8'), ts.ScriptTarget.Latest, true))
  return names
}

const wordsOf = (name: string): readonly string[] =>
  name
    .replaceAll(/([a-z0-9])([A-Z])/g, '$1 $2')
    .toLowerCase()
    .split(/[^a-z0-9]+/)

const terms = termsOf(readFileSync('docs/glossary.md', 'utf8'))
const files = readdirSync('src', { recursive: true, encoding: 'utf8' })
  .map((name) => `src/${name}`)
  .filter((path) => path.endsWith('.ts') && !path.endsWith('.test.ts'))
const namesByFile = new Map(files.map((path) => [path, namesDeclaredIn(path)]))
const declared = new Set([...namesByFile.values()].flat())

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
