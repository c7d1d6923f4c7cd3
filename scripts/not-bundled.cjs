/** Stands in the bundle for packages that are never called (scripts/not-bundled.ts), and take memory in each daemon. */
module.exports = () => {
  throw new Error('a part of Fastify or pino that is not bundled was called')
}
