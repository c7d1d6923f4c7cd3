/** The names of things, checked once at the edge and trusted inside. */
import { IsconfError } from './isconf-error.ts'

declare const brand: unique symbol
type Branded<Base, Name extends string> = Base & { readonly [brand]: Name }

/** The name of a branch: a set of hosts that replay one journal. */
export type BranchName = Branded<string, 'BranchName'>
/** The name of a domain: the hosts that share journals and files. */
export type DomainName = Branded<string, 'DomainName'>
/** SHA-256 of a changeset's canonical JSON, in hexadecimal. */
export type ChangesetId = Branded<string, 'ChangesetId'>
/** SHA-256 of a file's bytes, in hexadecimal. */
export type BlobId = Branded<string, 'BlobId'>

// The manual's pattern; \w is ASCII here. The length keeps an encoded name below the 255 bytes of a file name.
const namePattern = /^\w+[-\w.]+$/
const nameLengthMax = 200

/** Whether `text` may name a branch or a domain: the manual's `\w+[-\w.]+`. */
export function isName(text: string): boolean {
  return text.length <= nameLengthMax && namePattern.test(text)
}

// No character that a URL would have escaped, none that a shell, a file system or a makefile makes anything of.
const bankNamePattern = /^[A-Za-z0-9_][A-Za-z0-9._~+@,-]*$/

/** Whether `text` may name a file in the package bank: as the last part of a URL, and as the name of a file. */
export function isBankName(text: string): boolean {
  return text.length <= nameLengthMax && bankNamePattern.test(text)
}

/** A branch name, or a USAGE failure that shows the text. */
export function parseBranchName(text: string): BranchName {
  if (!isName(text)) throw new IsconfError('USAGE', `not a branch name: ${JSON.stringify(text)}`)
  return text as BranchName
}

/** A domain name, or a CONFIG failure that shows the text and where it was found. */
export function parseDomainName(text: string, source: string): DomainName {
  if (!isName(text)) throw new IsconfError('CONFIG', `${source}: not a domain name: ${JSON.stringify(text)}`)
  return text as DomainName
}

/** Whether `text` is a SHA-256 in lower-case hexadecimal. */
export function isSha256Hex(text: string): boolean {
  return /^[0-9a-f]{64}$/.test(text)
}

/** What `journal.head` is before the first changeset: the id that the first one names as its previous. */
export const noChangeset = '0'.repeat(64) as ChangesetId

/** How much of an id a person is shown. */
export const idPrefixLength = 12

/** The name of an operation: `<id prefix>:<index>`, as status, log and errors show it. */
export function operationName(id: ChangesetId, index: number): string {
  return `${id.slice(0, idPrefixLength)}:${index}`
}

/** The changeset and the index of an operation, as its whole name has them: `<64 hexadecimal digits>:<index>`. */
export function parseOperationKey(key: string): { readonly id: ChangesetId; readonly index: number } {
  const colon = key.indexOf(':')
  return { id: key.slice(0, colon) as ChangesetId, index: Number(key.slice(colon + 1)) }
}
