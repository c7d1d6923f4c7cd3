/** Holding what was answered to the schema that says what is. */
import assert from 'node:assert/strict'
import * as z from 'zod'

/** That the value is as the schema says, and has no member of which that says nothing. */
export function assertFits(schema: z.ZodType, value: unknown, what = 'answer'): void {
  const { data, error } = schema.safeParse(value)
  assert.ok(!error, `${what} ${JSON.stringify(value)}: ${error && z.prettifyError(error)}`)
  assert.deepEqual(value, data, `${what} has members that its schema does not name`)
}
