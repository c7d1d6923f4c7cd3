/**
 * Says what is missing before a script of package.json trips over it: they are TypeScript, and run on the Node and the
 * libraries that `npm ci` brings. Loaded by `node -r`, so that older releases of Node read this before anything else.
 */
'use strict'
const { existsSync } = require('node:fs')
const { join } = require('node:path')
const { optionalDependencies } = require('../runtime/package.json')

const oldestMajor = 24

if (!existsSync(join(__dirname, '../node_modules/typescript'))) {
  fail('the libraries are not installed', 'run: npm ci')
} else if (Number.parseInt(process.versions.node, 10) < oldestMajor) {
  const platform = `${process.platform}-${process.arch}`
  const found = `Node ${oldestMajor} or newer is needed, and ${process.execPath} is ${process.versions.node}`
  if (`node-${platform}` in optionalDependencies)
    fail(found, 'run npm ci, which brings the right one, and start this with npm: npm test, npm run NAME')
  else fail(`${found}; npm ci brings none for ${platform}`, `install Node ${oldestMajor}, and put it first in PATH`)
}

function fail(error, hint) {
  console.error(`isconf: error: ${error}\nisconf: hint: ${hint}`)
  process.exit(1)
}
