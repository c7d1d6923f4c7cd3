import assert from 'node:assert/strict'
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync, writeFileSync } from 'node:fs'
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
  next.refuseBeside(argv)
  const others = [begin({ env: { ...environment, MARK: 'another' } }), begin({ detached: false })]
  context.after(() => others.map((other) => other.kill('SIGKILL')))
  await Promise.all(others.map((other) => once(other, 'spawn')))
  next.refuseBeside(argv)
  const command = begin({})
  context.after(() => command.kill('SIGKILL'))
  await once(command, 'spawn')
  const left = (name: string, pid: number | undefined): RegExp =>
    new RegExp(`^${name}, which a daemon .* still runs: process ${pid}$`)
  assert.throws(() => next.refuseBeside(['sleep']), failure('COMMAND_LEFT', left('sleep 1000', command.pid)))
  const [other] = others
  next.note(other!.pid!, ['sh', '-c', 'sleep 1000'])
  assert.throws(() => next.refuseBeside(argv), failure('COMMAND_LEFT', left("sh -c 'sleep 1000'", other!.pid)))
  next.note(other!.pid!, argv)
  assert.throws(() => next.refuseBeside(argv), failure('COMMAND_LEFT', left('this command', other!.pid)))
  // As an earlier release wrote it.
  writeFileSync(path, readFileSync(path, 'utf8').replace(/\[.*/, 'sh -c sleep 1000'))
  assert.throws(() => next.refuseBeside(argv), failure('COMMAND_LEFT', left('sh -c sleep 1000', other!.pid)))
  new CommandOnRecord(path).expect(argv, environment)
  command.kill('SIGKILL')
  await once(command, 'exit')
  next.refuseBeside(argv)
})

function begin(options: { readonly env?: NodeJS.ProcessEnv; readonly detached?: boolean }): ChildProcess {
  return spawn(argv[0]!, argv.slice(1), { env: environment, detached: true, stdio: 'ignore', ...options })
}
