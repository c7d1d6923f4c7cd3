import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, truncateSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { loadConfig } from './load.io.ts'
import { textFileBytesMax } from './text-file.io.ts'

function temporaryDirectory(context: TestContext): string {
  const directory = mkdtempSync(join(tmpdir(), 'isconf-config-'))
  context.after(() => rmSync(directory, { recursive: true }))
  return directory
}

test('loadConfig() reads main.cf, then conf/domain below the home that main.cf names', (context) => {
  const directory = temporaryDirectory(context)
  const configPath = join(directory, 'main.cf')
  writeFileSync(configPath, `birch:\n IS_HOME = ${directory}/home\n floor = 2\n`)
  mkdirSync(join(directory, 'home/conf'), { recursive: true })
  writeFileSync(join(directory, 'home/conf/domain'), 'example.com\n')
  const config = loadConfig({ configPath, environment: { IS_HOSTNAME: 'birch.example.com', IS_DOMAIN: 'other' } })
  assert.equal(config.home, `${directory}/home`)
  assert.deepEqual(config.domain, { name: 'example.com', source: `${directory}/home/conf/domain` })
  assert.deepEqual(config.variables, { IS_HOME: `${directory}/home`, floor: '2' })
  assert.deepEqual(config.host, { short: 'birch', fqdn: 'birch.example.com' })
  assert.equal(config.mainCfPath, configPath)
})

test('loadConfig() takes the names of the machine unless it is given others', (context) => {
  const configPath = join(temporaryDirectory(context), 'main.cf')
  writeFileSync(configPath, '')
  assert.notEqual(loadConfig({ configPath, environment: {} }).host.short, '')
  const host = { short: 'cedar', fqdn: 'cedar.example.com' }
  assert.deepEqual(loadConfig({ configPath, environment: {}, host }).host, host)
})

test('loadConfig() refuses a file that -c names and that it can not read', (context) => {
  const directory = temporaryDirectory(context)
  const refuses = (configPath: string, message: string): void =>
    assert.throws(() => loadConfig({ configPath, environment: {} }), { code: 'CONFIG', message })
  refuses(`${directory}/none.cf`, `cannot read ${directory}/none.cf: no such file`)
  refuses(directory, `cannot read ${directory}: it is a directory`)
  refuses('/dev/null', 'cannot read /dev/null: it is not a regular file')
  const pipe = join(directory, 'pipe')
  execFileSync('mkfifo', [pipe])
  refuses(pipe, `cannot read ${pipe}: it is not a regular file`)
  writeFileSync(`${directory}/big.cf`, '')
  truncateSync(`${directory}/big.cf`, textFileBytesMax + 1)
  refuses(`${directory}/big.cf`, `cannot read ${directory}/big.cf: it is larger than ${textFileBytesMax} bytes`)
})

test('loadConfig() refuses a value that is not UTF-8, and does not mind a comment that is not', (context) => {
  const configPath = join(temporaryDirectory(context), 'main.cf')
  writeFileSync(configPath, Buffer.from('DEFAULT: # caf\xe9\n x = caf\xe9\n', 'latin1'))
  assert.throws(() => loadConfig({ configPath, environment: {} }), {
    code: 'CONFIG',
    message: `${configPath}:2: the value of x is not UTF-8 text`,
  })
})
