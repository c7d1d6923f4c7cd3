/** Everything that is recorded of an operation, as rows for people. */
import { quoteWord } from '../../../base/index.ts'
import type { ShownOperation } from '../../../control/index.ts'
import { asWritten, describeOperation, type Operation } from '../../../journal/index.ts'

type Row = readonly [name: string, value: string]

/** The members in the order in which they are shown; others come after them. */
const order = ['path', 'name', 'target', 'argv', 'cwd', 'env', 'mode', 'owner', 'mtimeMs', 'parents', 'blob']

/** An operation with all its attributes. */
export function showOperation(operation: Operation): ShownOperation {
  const text = describeOperation(operation)
  if (operation.type === 'unknown') {
    const rows = Object.entries(operation.written).map(([name, value]): Row => [name, plainText(value)])
    return { text, attributes: rows, operation: asWritten(operation) }
  }
  const { type: _, kind, ...members } = { kind: undefined, ...operation }
  const rows: Row[] = kind === undefined ? [] : [['kind', kind]]
  const place = (name: string): number => (order.includes(name) ? order.indexOf(name) : order.length)
  const inOrder = Object.entries(members).sort(([a], [b]) => place(a) - place(b))
  for (const [name, value] of inOrder) rows.push(...rowsOf(name, value))
  return { text, attributes: rows, operation: asWritten(operation) }
}

/** A member of whatever kind of operation, so that a kind that is added later is shown, too. */
function rowsOf(name: string, value: unknown): readonly Row[] {
  switch (name) {
    case 'mode':
      return [['mode', octal(value)]]
    case 'owner':
      return [['owner', ownerText(value)]]
    case 'mtimeMs':
      return [['mtime', timeText(value)]]
    case 'argv':
      return [['argv', (value as readonly string[]).map(quoteWord).join(' ')]]
    case 'blob': {
      const { id, sizeBytes, pieces } = value as { id: string; sizeBytes: number; pieces: string }
      return [
        ['size', `${sizeBytes} bytes`],
        ['sha256', id],
        ['pieces', pieces],
      ]
    }
    case 'parents':
      return (value as readonly { path: string; mode: number; owner: unknown }[]).map(
        ({ path, mode, owner }): Row => ['parent', `${path} ${octal(mode)} ${ownerText(owner)}`],
      )
    case 'env':
    case 'xattrs':
      return Object.entries(value as Record<string, string>).map(
        ([key, text]): Row => [name === 'env' ? 'env' : 'xattr', `${key}=${name === 'env' ? quoteWord(text) : text}`],
      )
    default:
      return [[name, plainText(value)]]
  }
}

function plainText(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value)
}

function octal(mode: unknown): string {
  return Number(mode).toString(8).padStart(4, '0')
}

function ownerText(owner: unknown): string {
  const { uid, gid, user, group } = owner as { uid: number; gid: number; user: string; group: string }
  return `${user || uid}:${group || gid} (${uid}:${gid})`
}

function timeText(mtimeMs: unknown): string {
  const time = new Date(Number(mtimeMs))
  // Of a file system that was out of order.
  return Number.isNaN(time.getTime()) ? `${mtimeMs} ms` : time.toISOString()
}
