/** docs/protocol/openapi.json: that it is OpenAPI, and that it has every request. */
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { basename } from 'node:path'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { Validator } from '@seriousme/openapi-schema-validator'
import { requests } from '../src/daemon/requests/index.ts'
import { kinds } from '../src/daemon/requests/shared/request.ts'

const path = fileURLToPath(new URL('../docs/protocol/openapi.json', import.meta.url))
/** Read by each test for itself: the validator puts what is referred to in the place of the references. */
const read = () => JSON.parse(readFileSync(path, 'utf8')) as Record<string, Record<string, object>>

test('docs/protocol/openapi.json is valid OpenAPI 3.1, references and all', async () => {
  const validator = new Validator()
  const { valid, errors } = await validator.validate(read())
  assert.ok(valid, JSON.stringify(errors, null, 2))
  assert.equal(validator.version, '3.1')
  validator.resolveRefs()
})

test('docs/protocol/openapi.json has each request of the control socket, under its method, and what it is answered with', () => {
  const document = read()
  const found = Object.entries(document['paths'] ?? {}).flatMap(([name, methods]) =>
    Object.keys(methods).map((method) => `${method} ${name}`),
  )
  const wanted = requests.map(({ name, kind }) => `${kinds[kind].method.toLowerCase()} /${name}`)
  assert.deepEqual(found, wanted)
  const schemas = document['components']?.['schemas'] as Readonly<Record<string, object>>
  for (const [name, methods] of Object.entries(document['paths'] ?? {}))
    for (const operation of Object.values(methods as Record<string, Operation>)) {
      const [{ schema } = {}] = Object.values(operation.responses[200].content)
      const { $ref, oneOf = [] } =
        schema?.oneOf?.find(({ properties }) => properties)?.properties?.result ?? schema ?? {}
      const described = $ref === undefined ? oneOf.length > 0 || schema?.type === 'string' : schemas[basename($ref)]
      assert.ok(described, `${name} has no schema of its answer`)
    }
})

interface Schema {
  readonly type?: string
  readonly $ref?: string
  readonly oneOf?: readonly (Schema & { readonly properties?: { readonly result: Schema } })[]
}

interface Operation {
  readonly responses: { readonly 200: { readonly content: Readonly<Record<string, { readonly schema: Schema }>> } }
}
