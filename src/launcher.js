/**
 * How each program of dist/ begins: before an older Node meets what it can't read, it says which one is needed.
 * scripts/launcher.ts puts in what stands in capitals.
 */
if (Number.parseInt(process.versions.node, 10) >= NODE_MAJOR) {
  // Where nobody listens, Node opens its debugger at this signal, to every user of the machine.
  process.on('SIGUSR1', () => undefined)
  keepCompiled(COMPILED)
  require(PROGRAM_FILE)
} else {
  const found = `Node ${NODE_MAJOR} or newer is needed, and ${process.execPath} is ${process.versions.node}`
  process.stderr.write(`${PROGRAM}: error: ${found}\n${PROGRAM}: hint: ${HINT}\n`)
  process.exitCode = STATUS
}

/**
 * Has Node keep what it compiles for the next start, in a directory that nobody else can write to; where there is none,
 * and none can be made, each start compiles.
 */
function keepCompiled(directory) {
  const { lstatSync, mkdirSync } = require('node:fs')
  try {
    if (lstatSync(directory, { throwIfNoEntry: false }) === undefined) mkdirSync(directory, { mode: 0o700 })
    const { uid, mode } = lstatSync(directory)
    if (uid === process.geteuid() && (mode & 0o170077) === 0o040000)
      require('node:module').enableCompileCache(directory)
  } catch {
    // It is not this user's to make.
  }
}
