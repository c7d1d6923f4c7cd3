/** The example site is run as its README shows it. UPDATE=1 writes what its commands print. */
import assert from 'node:assert/strict'
import { cpSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { parseSteps, type Step, type Typed, withOutputs } from '../cli/page.ts'
import { begin } from '../harness/run.ts'
import { unlessThere } from '../support/tools.ts'
import { type HostkeeperHost, hostkeeperHost } from './host.ts'

const examples = fileURLToPath(new URL('../../examples', import.meta.url))
const page = join(examples, 'README.md')
/** What the tree says, and what a daemon of each host would answer at. */
const bankAddress = '127.0.0.1:65028'

test('the example site does what its README shows', { skip: unlessThere('make') }, async (t) => {
  const text = readFileSync(page, 'utf8')
  const bank = await servingBank(t)
  const hosts = new Map<string, HostkeeperHost>()
  const typedByStep = new Map<Step, Typed>()
  for (const step of parseSteps(text)) {
    const host = hosts.get(step.host) ?? exampleHost(t, step.host, bank)
    hosts.set(step.host, host)
    const output = masked(await typed(host, step), bank, host)
    typedByStep.set(step, { command: step.command, output })
    if (process.env['UPDATE'] !== '1')
      assert.equal(output.trimEnd(), step.expected.trimEnd(), `README.md:${step.from + 1}: ${step.command}`)
  }
  assert.ok(typedByStep.size > 10)
  if (process.env['UPDATE'] === '1') writeFileSync(page, withOutputs(text, typedByStep))
})

async function typed(host: HostkeeperHost, { directory, command }: Step): Promise<string> {
  const { stdout, status } = await begin(['/bin/sh', '-c', `exec 2>&1\n${command}`], {
    cwd: join(host.path('root'), directory),
    env: host.env,
  }).done
  return status === 0 ? stdout : `${stdout}(status ${status})\n`
}

/** Without what varies: the places of this run, hashes and times. */
function masked(output: string, bank: string, host: HostkeeperHost): string {
  return output
    .replaceAll(bank, bankAddress)
    .replaceAll(host.path('root'), '')
    .replaceAll(/\b[0-9a-f]{12,64}\b/g, 'ID')
    .replaceAll(/\d{4}-?\d\d-?\d\dT[\d:.]+Z/g, 'TIME')
}

/** The whole of / is below the directory `root`. */
function exampleHost(t: TestContext, name: string, bank: string): HostkeeperHost {
  const host = hostkeeperHost(t)
  const home = host.path('root/var/is/hostkeeper')
  const tree = host.path('root/srv/tree')
  cpSync(join(examples, 'tree'), tree, { recursive: true })
  const hostsConf = readFileSync(join(tree, 'hosts.conf'), 'utf8')
  writeFileSync(join(tree, 'hosts.conf'), hostsConf.replace(bankAddress, bank))
  host.write('root/srv/tree/bin/platform', '#!/bin/sh\necho linux_6.1.0_x86_64\n')
  host.write(
    'root/srv/tree/bin/rpm',
    '#!/bin/sh\ncase $1 in -q) echo "package $2 is not installed"; exit 1;; *) echo "rpm $*";; esac\n',
  )
  host.write('root/srv/tree/bin/service', '#!/bin/sh\necho ok\n')
  mkdirSync(host.path('root/etc'))
  Object.assign(host.env, { ISCONFDIR: home, IS_HOSTNAME: name, HOSTKEEPER_SOURCE: tree, LC_ALL: 'C' })
  return host
}

async function servingBank(t: TestContext): Promise<string> {
  const server = createServer((request, response) => {
    response.end(readFileSync(join(examples, new URL(request.url ?? '', 'http://bank').pathname)))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  t.after(() => {
    server.closeAllConnections()
    server.close()
  })
  return `127.0.0.1:${(server.address() as AddressInfo).port}`
}
