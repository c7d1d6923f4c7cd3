/** RFC 8785 canonical JSON: the one spelling that ids and signatures are made of. */
import canonicalize from 'canonicalize'
import { invariant } from '../base/index.ts'

export function canonical(value: object): string {
  const text = canonicalize(value)
  invariant(text !== undefined, 'what is written has a canonical form')
  return text
}
