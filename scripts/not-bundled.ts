/** What libraries load, and the bundle leaves out. */

/**
 * What Fastify and pino load, and here nobody calls: for JSON schemas (src/base/no-schemas.ts), for versions that plugins
 * demand, for proxies in front, for logs that a thread writes or that hide something, and for
 * Fastify's own kind of tests.
 */
const neverCalled = [
  '@fastify/ajv-compiler',
  '@fastify/fast-json-stringify-compiler',
  '@fastify/proxy-addr',
  '@pinojs/redact',
  'light-my-request',
  'semver',
  'thread-stream',
]

/** What stands in for each, for esbuild's `alias`: scripts/not-bundled.cjs, which says so if it is called all the same. */
export const notBundled: Readonly<Record<string, string>> = Object.fromEntries(
  neverCalled.map((name) => [name, './scripts/not-bundled.cjs']),
)
