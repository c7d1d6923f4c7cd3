/** For Fastify: no request and no answer is described by a JSON schema; zod and our own types do that. */
import { InvariantError } from './invariant.ts'

function never(): never {
  throw new InvariantError('no route has a JSON schema')
}

/**
 * Its option `schemaController`. Without it each server loads Ajv and fast-json-stringify, which nobody asks for anything:
 * 1 MB in every daemon.
 */
export const noSchemas = { compilersFactory: { buildValidator: never, buildSerializer: never } }
