/** A description of one package, packages.d/NAME.yaml: what the author may write, checked, with the lines it stands in. */
import { type Document, isMap, isScalar, LineCounter, type Node, parseDocument } from 'yaml'
import * as z from 'zod'
import { IsconfError, toIsconfError } from '../../base/index.ts'

export type Package = ReturnType<typeof parsePackage>

interface Placed {
  readonly text: string
  /** `FILE:LINE`. */
  readonly place: string
}

/** Another package, or a target of a makefile that somebody wrote. */
export interface Need extends Placed {
  readonly kind: 'package' | 'target'
}

/** What make and sh take as it is, in the name of a target, a file and a service. */
const plainName = /^[A-Za-z0-9][\w.+~-]*$/
const plainPath = /^[\w.][\w.+~@,/-]*$/
const plainService = /^\w[\w.@:-]*$/

const noName = 'is no name of letters, digits and . _ + ~ -'
const name = z.string().regex(plainName, noName)
const serviceWord = z.string().regex(plainService, 'is no name of letters, digits and . _ @ : -')
const path = z
  .string()
  .regex(plainPath, 'is no path below /, like etc/ntp.conf')
  .refine((text) => !text.split('/').some((part) => part === '' || part === '.' || part === '..'), 'is no plain path')
const joining = [
  (text: string): boolean => !/\\\s*$/.test(text),
  'ends with a backslash, which would join it with what follows',
] as const
const line = z
  .string()
  .regex(/\S/, 'is empty')
  .refine((text) => !/[\n\r\0]/.test(text), 'has more than one line; put a script into bin of the tree')
  .refine(
    (text) => !/^\s*[-@+]/.test(text),
    'begins with what make takes for an order; to go on after a failure: COMMAND || true',
  )
  .refine(...joining)
const oneLine = z
  .string()
  .refine((text) => !/[\n\r\0]/.test(text.trim()), 'has more than one line')
  .refine(...joining)

const form = z.strictObject({
  description: oneLine.optional(),
  version: z
    .string()
    .regex(/^[\w.+~][\w.+~-]*$/, 'is no version of letters, digits and . _ + ~ -')
    .optional(),
  needs: z
    .array(z.union([name, z.strictObject({ target: path })], { error: 'is neither a name nor target: NAME' }))
    .optional(),
  files: z.array(path).optional(),
  commands: z.array(line).optional(),
  service: z
    .union([serviceWord, z.strictObject({ name: serviceWord, action: serviceWord })], {
      error: 'is neither a name nor {name: NAME, action: WORD}',
    })
    .optional(),
  once: z.enum(['true', 'false'], { error: 'is neither true nor false' }).optional(),
})

/** CONFIG, with file and line, for the first mistake. */
export function parsePackage(packageName: string, text: string, file: string) {
  if (!plainName.test(packageName)) throw new IsconfError('CONFIG', `${file}: ${JSON.stringify(packageName)} ${noName}`)
  const lines = new LineCounter()
  // All is text: a version 1.10 must not become 1.1, nor a package `no` a no.
  const document = parseDocument(text, { schema: 'failsafe', lineCounter: lines, prettyErrors: false })
  const placeAt = (offset: number): string => `${file}:${lines.linePos(offset).line}`
  const [mistake] = document.errors
  if (mistake) throw new IsconfError('CONFIG', `${placeAt(mistake.pos[0])}: ${lowered(mistake.message)}`)
  const placeOf = (keys: readonly PropertyKey[]): string => placeAt(nodeAt(document, keys)?.range?.[0] ?? 0)

  const parsed = form.safeParse(valuesOf(document, file))
  if (!parsed.success) {
    const issue = parsed.error.issues[0]
    throw new IsconfError('CONFIG', issue ? told(issue, document, placeOf) : file)
  }
  const { description, version, needs = [], files = [], commands = [], service, once } = parsed.data
  const isStep = files.length > 0 || commands.length > 0 || service !== undefined
  if (!isStep && once !== undefined)
    throw new IsconfError('CONFIG', `${placeOf(['once'])}: nothing to do, neither once nor each time`)
  return {
    /** As the file is called. */
    name: packageName,
    /** NAME, or NAME-VERSION. */
    target: version === undefined ? packageName : `${packageName}-${version}`,
    description: description?.trim(),
    needs: needs.map(
      (need, index): Need => ({
        ...(typeof need === 'string' ? { kind: 'package', text: need } : { kind: 'target', text: need.target }),
        place: placeOf(['needs', index]),
      }),
    ),
    files: files.map((one, index): Placed => ({ text: one, place: placeOf(['files', index]) })),
    commands: commands.map((one, index): Placed => ({ text: one.trim(), place: placeOf(['commands', index]) })),
    service: typeof service === 'string' ? { name: service, action: 'restart' } : service,
    /** Whether it leaves a stamp, and is not done again. */
    once: isStep && once !== 'false',
    /** `packages.d/NAME.yaml`. */
    file,
  }
}

function valuesOf(document: Document, file: string): unknown {
  if (document.contents === null) throw new IsconfError('CONFIG', `${file}: the file is empty`)
  try {
    return document.toJS()
  } catch (error) {
    // A few lines of aliases can stand for more than any memory holds.
    throw new IsconfError('CONFIG', `${file}: ${lowered(toIsconfError(error).message)}`, { cause: error })
  }
}

function told(issue: z.core.$ZodIssue, document: Document, placeOf: (keys: readonly PropertyKey[]) => string): string {
  if (issue.code === 'unrecognized_keys') {
    const [key = ''] = issue.keys
    const where = [...issue.path, key]
    const known = issue.path.length === 0 ? ` (there are ${Object.keys(form.shape).join(', ')})` : ''
    return `${placeOf(where)}: unknown key ${JSON.stringify(key)}${known}`
  }
  const [key] = issue.path
  const found: unknown = document.getIn(issue.path)
  const value = typeof found === 'string' ? ` ${JSON.stringify(found)}` : ''
  const why = issue.code === 'invalid_type' ? `is not ${kindWords[issue.expected] ?? issue.expected}` : issue.message
  return `${placeOf(issue.path)}: ${key === undefined ? 'the file' : String(key)}${value} ${why}`
}

const kindWords: Readonly<Record<string, string>> = {
  object: 'a list of keys and values',
  array: 'a list',
  string: 'a text',
}

/** The key, where it stands beside a value; the value of a list. */
function nodeAt(document: Document, keys: readonly PropertyKey[]): Node | undefined {
  const parent: unknown = keys.length <= 1 ? document.contents : document.getIn(keys.slice(0, -1), true)
  const last = keys.at(-1)
  if (isMap(parent)) {
    const pair = parent.items.find(({ key }) => isScalar(key) && key.value === last)
    return pair?.key as Node | undefined
  }
  return (document.getIn(keys, true) as Node | undefined) ?? document.contents ?? undefined
}

function lowered(text: string): string {
  return (text.charAt(0).toLowerCase() + text.slice(1)).split('\n')[0] ?? text
}
