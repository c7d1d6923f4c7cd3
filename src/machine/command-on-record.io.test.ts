import assert from 'node:assert/strict'
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { test } from 'node:test'
import { failure, temporaryDirectory } from '../../test/support/files.ts'
import { CommandOnRecord } from './command-on-record.io.ts'

const argv = ['sleep', '1000']
const environment = { PATH: '/usr/bin:/bin', PWD: '/', MARK: `a line\nand ${process.pid}` }

test('a command is found that a daemon began in its last moment, before it knew the process', async (context) => {
  const path = join(temporaryDirectory(context), 'command')
  new CommandOnRecord(path).expect(argv, environment)
  const next = new CommandOnRecord(path)
  next.refuseBeside()
  const others = [begin({ env: { ...environment, MARK: 'another' } }), begin({ detached: false })]
  context.after(() => others.map((other) => other.kill('SIGKILL')))
  await Promise.all(others.map((other) => once(other, 'spawn')))
  next.refuseBeside()
  const command = begin({})
  context.after(() => command.kill('SIGKILL'))
  await once(command, 'spawn')
  const found = new RegExp(`^sleep 1000, which a daemon .* still runs: process ${command.pid}$`)
  assert.throws(() => next.refuseBeside(), failure('COMMAND_LEFT', found))
  next.note(others[0]!.pid!, argv)
  assert.throws(() => next.refuseBeside(), failure('COMMAND_LEFT', new RegExp(`process ${others[0]!.pid}$`)))
  new CommandOnRecord(path).expect(argv, environment)
  command.kill('SIGKILL')
  await once(command, 'exit')
  next.refuseBeside()
})

function begin(options: { readonly env?: NodeJS.ProcessEnv; readonly detached?: boolean }): ChildProcess {
  return spawn(argv[0]!, argv.slice(1), { env: environment, detached: true, stdio: 'ignore', ...options })
}
