/** What a step sees: the same whoever calls, and nothing of it in the list of processes. */
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { userInfo } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { assertDone, assertNoTrace, begin } from '../harness/run.ts'
import { testWith } from '../support/tools.ts'
import { makeHost, stateInMake } from './make-host.ts'

const test = testWith('make')

const program = fileURLToPath(new URL('../../dist/hostkeeper.js', import.meta.url))

const telling = `all:
\t@env | sort | grep -v '^_=' > ${stateInMake}/env
\t@umask >> ${stateInMake}/env
\t@: > ${stateInMake}/made; ls -l ${stateInMake}/made | cut -c 1-10 >> ${stateInMake}/env
`

test('a step has the same umask, locale and environment by hand and at boot', async (t) => {
  const host = makeHost(t, { 'hosts.conf': 'DEFAULT: CFLAGS=-O2 PROXY=$\n', 'packages.conf': telling })
  const { PATH } = process.env
  const callers = {
    boot: { umask: '022', env: { PATH, PROXY: 'p' } },
    hand: {
      umask: '077',
      env: {
        PATH: `/opt/mine/bin:${PATH}`,
        PROXY: 'p',
        LC_ALL: 'tr_TR.UTF-8',
        LANGUAGE: 'tr',
        HOME: host.state,
        CDPATH: '/',
        CFLAGS: '-g',
        BASH_ENV: '/dev/null',
        MAKEFLAGS: '-k',
        EDITOR: 'ed',
      },
    },
  }
  const seen: string[] = []
  for (const { umask, env } of Object.values(callers)) {
    const words = ['sh', '-c', `umask ${umask}; exec "$@"`, 'sh', process.execPath, program, 'run']
    const settings = { ISCONFDIR: host.home, IS_HOSTNAME: 'scramjet' }
    assertDone(await begin(words, { cwd: host.state, env: { ...env, ...settings } }).done)
    seen.push(readFileSync(join(host.state, 'env'), 'utf8'))
  }
  assert.equal(seen[1], seen[0])
  const lines = seen[0]?.split('\n') ?? []
  const { username, homedir } = userInfo()
  for (const line of ['LANG=C.UTF-8', `HOME=${homedir}`, `LOGNAME=${username}`, 'CFLAGS=-O2', 'PROXY=p', '0022']) {
    assert.ok(lines.includes(line), `${line} is not in\n${seen[0]}`)
  }
  assert.match(seen[0] ?? '', /^-rw-r--r--$/m)
})

test('the values of hosts.conf are in no list of processes, while make reads or while it works', async (t) => {
  const look = 'cat /proc/[0-9]*/cmdline'
  const packages = `SEEN := $(shell ${look} >> ${stateInMake}/list)\nall:\n\t@${look} >> ${stateInMake}/list; echo "$$DB_PASSWORD"\n`
  const host = makeHost(t, { 'hosts.conf': 'DEFAULT: DB_PASSWORD="open sesame"\n', 'packages.conf': packages })
  assert.match(assertDone(await host.run(['run'])).stdout, /^open sesame$/m)
  for (const words of [['plan'], ['status'], ['lint']]) assertDone(await host.run(words))
  const list = readFileSync(join(host.state, 'list'), 'utf8')
  assert.match(list, /packages\.conf/)
  assert.doesNotMatch(list, /sesame/)
})

test('a value reaches make, its commands and a make below it as it stands in hosts.conf', async (t) => {
  const packages = `ODD=\nall:\n\t@printf '%s|' "$$ODD" "$$TWO" "$$EMPTY"; echo\n\t@$(MAKE) -f ${stateInMake}/sub.mk\n`
  const host = makeHost(t, {
    'hosts.conf': String.raw`DEFAULT: ODD="it's \"odd\" \\ # %" TWO='a=b  $(ODD) $$HOME' EMPTY=`,
    'packages.conf': packages,
    '../../state/sub.mk': 'ODD=none\nall:\n\t@printf "%s|" "$$ODD"\n',
  })
  const { stdout } = assertDone(await host.run(['run']))
  assert.match(stdout, /^it's "odd" \\ # %\|a=b {2}it's "odd" \\ # % \$HOME\|\|$/m)
  assert.match(stdout, /^it's "odd" \\ # %\|/m)
})

test('variables that no program could be given are told as such, before anything runs', async (t) => {
  const host = makeHost(t, { 'packages.conf': 'all: $(PACKAGES)\n%:\n\ttouch $@\n' })
  const words = (count: number): string => Array.from({ length: count }, (_, at) => `package-${at}-1.0`).join(' ')
  host.write({ 'hosts.conf': `DEFAULT: A=1 PACKAGES="${words(8000)}"\n` })
  const run = await host.run(['run'])
  assert.equal(run.status, 22, run.stderr)
  assertNoTrace(run)
  assert.match(run.stderr, /hosts\.conf:1: the variables of this host are too long for any program: \d+ bytes/)
  assert.match(run.stderr, /hint: the longest is PACKAGES/)
  assert.deepEqual(host.stampNames(), [])
  host.write({ 'hosts.conf': `DEFAULT: A=1 PACKAGES="${words(5000)}"\n` })
  assertDone(await host.run(['run', '-n']))
})
