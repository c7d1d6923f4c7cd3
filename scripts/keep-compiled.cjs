/** Keeps what Node has compiled of the tests and what they import, since some hundred processes import the same. */
'use strict'
const { enableCompileCache } = require('node:module')
const { join } = require('node:path')

enableCompileCache(join(__dirname, '../node_modules/.cache/tests'))
