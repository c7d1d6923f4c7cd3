/** Stands in the bundle for packages that are never called (scripts/build.ts), and take memory in each daemon. */
module.exports = () => {
  throw new Error('a part of Fastify that is not bundled was called')
}
