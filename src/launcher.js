/**
 * How each program of dist/ begins: before an older Node meets what it can't read, it says which one is needed.
 * scripts/build.ts puts in what stands in capitals.
 */
if (Number.parseInt(process.versions.node, 10) >= NODE_MAJOR) {
  // Where nobody listens, Node opens its debugger at this signal, to every user of the machine.
  process.on('SIGUSR1', () => undefined)
  void import(PROGRAM_FILE)
} else {
  const found = `Node ${NODE_MAJOR} or newer is needed, and ${process.execPath} is ${process.versions.node}`
  process.stderr.write(`${PROGRAM}: error: ${found}\n${PROGRAM}: hint: ${HINT}\n`)
  process.exitCode = STATUS
}
