/**
 * What the daemon answers, as schemas: docs/protocol/openapi.json is printed from them, tests hold a real daemon to them,
 * and the types of the answers are made of them. The programs take the types alone, so that none of them loads a schema.
 */
import type * as z from 'zod'

/** An answer in the shape of a schema; whoever receives it changes nothing in it. */
export type Answer<Schema extends z.ZodType> = DeepReadonly<z.infer<Schema>>

type DeepReadonly<T> = T extends object ? { readonly [Key in keyof T]: DeepReadonly<T[Key]> } : T
