import assert from 'node:assert/strict'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { hostWith, result, type Typed } from '../../test/support/typed.ts'
import { errorKinds, IsconfError } from '../base/index.ts'
import { failureText, verbUsage } from '../terminal/index.ts'
import { verbs } from './verbs/index.ts'

const locked = result({ branch: 'web', user: 'luke', host: 'alder', message: 'm', since: 's' })

function assertSaid(typed: Typed, status: number, err: string): void {
  assert.deepEqual([typed.status, typed.out, typed.err], [status, '', err])
}

/** How wide the columns are is for the eye; a new verb may change it. */
function narrow(text: string): string {
  return text.replaceAll(/(?<=\S)(?:\n {4,}| {2,})/g, '  ')
}

const verbTable = `Verbs:\n${verbs.map((verb) => `  ${verbUsage(verb)}  ${verb.summary}\n`).join('')}`

const help = `Usage: isconf [-DhqrV] [-c CONFIG] [-m MESSAGE] VERB [ARG...]

Options:
  -c, --config <config>    the configuration file (default: /etc/is/main.cf)
  -D, --debug              show this host's variables and where failures come
                           from
  -m, --message <message>  why, for the verbs that take a reason
  -q, --quiet              show only the output of commands, and failures
  -r, --reboot_ok          with up: allow a reboot that is due
  -V, --version            show the release
  -h, --help               show this help

${verbTable}`

test('isconf -h and --help print the help on standard output and exit 0', async (t) => {
  const { type } = await hostWith(t, undefined)
  for (const words of [['-h'], ['--help'], ['-h', 'status'], ['-q', '-h'], ['help']]) {
    const typed = await type(...words)
    assert.deepEqual([typed.status, typed.err], [0, ''])
    assert.equal(narrow(typed.out), narrow(help))
  }
})

test('isconf without a verb prints the usage on standard error and exits 22', async (t) => {
  const { type } = await hostWith(t, undefined)
  const usage = `usage: isconf [-DhqrV] [-c CONFIG] [-m MESSAGE] VERB [ARG...]\n\n${verbTable}`
  for (const words of [[], ['-q']]) {
    const { status, out, err } = await type(...words)
    assert.deepEqual([status, out, narrow(err)], [22, '', narrow(usage)])
  }
})

test('isconf -V and --version print the release and exit 0', async (t) => {
  const { type } = await hostWith(t, undefined)
  for (const word of ['-V', '--version', 'version']) {
    const typed = await type(word)
    assert.deepEqual([typed.status, typed.out, typed.err], [0, 'isconf 5.0.0-test\n', ''])
  }
})

const wrongUse: readonly (readonly [readonly string[], string])[] = [
  [['dance'], 'no such verb: "dance"'],
  [['lokc', 'x'], 'no such verb: "lokc" (did you mean lock?)'],
  [['Status'], 'no such verb: "Status" (did you mean status?)'],
  [[''], 'no such verb: ""'],
  [['constructor'], 'no such verb: "constructor"'],
  [['-x', 'status'], 'isconf does not take "-x"'],
  [['--quite', 'status'], 'isconf does not take "--quite" (did you mean --quiet?)'],
  [['-qx', 'status'], 'isconf does not take "-x"'],
  [['-m'], 'isconf -m takes a value'],
  [['status', '-q'], 'isconf status does not take "-q"'],
  [['status', 'now'], 'isconf status does not take "now"'],
  [['status', '-n', '3'], 'isconf status does not take "-n"'],
  [['log', 'web', 'mail'], 'isconf log does not take "mail"'],
  [['log', '--since', 'noon'], 'isconf log --since takes a date, as 2030-01-31, not "noon"'],
  [['log', '--host'], 'isconf log --host takes a value'],
  [['fork'], 'isconf fork: no newbranch given'],
  [['migrate', 'a', 'b'], 'isconf migrate does not take "b"'],
  [['show'], 'isconf show: no name given'],
  [['wip', 'drop', 'it'], 'isconf wip drop does not take "it"'],
  [['wip', 'dorp'], 'isconf wip takes undo or drop, not "dorp" (did you mean drop?)'],
  [['history', '-n', 'all'], 'isconf history -n takes a count, not "all"'],
  [['cat'], 'isconf cat: no path given'],
  [['cat', 'a', '--at'], 'isconf cat --at takes a value'],
  [['log', '-n'], 'isconf log -n takes a value'],
  [['log', '-n', '0'], 'isconf log -n takes a count, not "0"'],
  [['log', '-n', '-1'], 'isconf log -n takes a count, not "-1"'],
  [['log', '-n', '1e3'], 'isconf log -n takes a count, not "1e3"'],
  [['log', '-n', '1234567890'], 'isconf log -n takes a count, not "1234567890"'],
  [['snap'], 'isconf snap: no path given'],
  [['snap', '--latest'], 'isconf snap: no path given'],
  [['snap', '-x', 'b'], 'isconf snap does not take "-x"'],
  [['snap', '--latest', '--delete', 'b'], "isconf snap: option '--latest' cannot be used with option '--delete'"],
  [['exec'], 'isconf exec: no command given'],
  [['resolve'], 'isconf resolve: no changeset given'],
  [['resolve', 'abcd', 'b', 'c'], 'isconf resolve does not take "c"'],
  [['exec'], 'isconf exec: no command given'],
  [['exec', '--'], 'isconf exec: no command given'],
  [['exec', '--odd'], 'isconf exec does not take "--odd"'],
  [['exec', '--env'], 'isconf exec --env takes a value'],
  [['exec', '--env', 'A=b', 'make'], 'isconf exec --env takes the name of a variable, not "A=b"'],
  [['exec', '--env', 'UNSET', 'make'], 'isconf exec --env UNSET: UNSET is not set'],
  [['exec', '--env', 'LANG'], 'isconf exec: no command given'],
  [['exec', '--sh'], 'isconf exec --sh takes a value'],
  [['exec', '--sh', 'make', 'install'], 'isconf exec --sh takes one string, not "install" as well'],
  [['exec', 'printf', '\ufffd'], 'isconf exec: "\ufffd" is not UTF-8, and can\'t be recorded as it is'],
  [['up', 'now'], 'isconf up does not take "now"'],
  [['up', '--to'], 'isconf up --to takes a value'],
  [['up', '--json'], 'isconf up takes --json only with --dry-run'],
  [['reboot', 'now'], 'isconf reboot does not take "now"'],
  [['snap', '--lattest', 'b'], 'isconf snap does not take "--lattest" (did you mean --latest?)'],
  [['log', '-5'], 'isconf log does not take "-5"'],
  [['log', '--json', '--oneline'], "isconf log: option '--oneline' cannot be used with option '--json'"],
  [['lock', '-x', 'why'], 'isconf lock does not take "-x"'],
  [['lock', '--mesage', 'why'], 'isconf lock does not take "--mesage" (did you mean --message?)'],
  [['lock', 'mind', '-m', 'the', 'queue'], 'isconf lock does not take "-m" inside the message'],
  [['lock', '-m', 'mind', 'the', 'queue'], 'isconf lock -m takes one word, not "the" as well'],
  [['-m', 'why', 'up'], 'isconf up takes -m only with --despite-hold'],
  [['help', 'dance'], 'no such verb or topic: "dance"'],
  [['help', 'IS_PROT'], 'no such verb or topic: "IS_PROT" (did you mean IS_PORT?)'],
  [['help', 'lokc'], 'no such verb or topic: "lokc" (did you mean lock?)'],
  [['help', 'exec', 'ls'], 'isconf help does not take "ls"'],
  [['bank', 'remov', 'x'], 'isconf bank takes list, add, remove or get, not "remov" (did you mean remove?)'],
  ...['reboot', 'exec', 'status', 'lock'].map(
    (verb) => [['-r', verb], `-r goes with up only, not with ${verb}`] as const,
  ),
  ...['unlock', 'ci', 'up', 'start', 'stop', 'restart', 'daemon'].map(
    (verb) => [[verb, 'now'], `isconf ${verb} does not take "now"`] as const,
  ),
  ...['unlock', 'ci', 'snap', 'status', 'exec'].map(
    (verb) =>
      [['-m', 'why', verb], `-m goes with lock, void, up, skip, done, hold, release only, not with ${verb}`] as const,
  ),
]

for (const [words, message] of wrongUse) {
  test(`isconf ${words.join(' ')} is wrong use: status 22, two lines, and the daemon is asked nothing`, async (t) => {
    const { type } = await hostWith(t, {})
    const typed = await type(...words)
    assertSaid(
      { ...typed, err: typed.err.replace(/(?<=: hint: ).*/, 'HINT') },
      22,
      `isconf: error: ${message}\nisconf: hint: HINT\n`,
    )
    assert.match(typed.err, /isconf: hint: .*(see `isconf (--)?help|in quotes|before the verb)/)
    assert.deepEqual(typed.asked, [])
  })
}

test('a hint says where a flag belongs, and how a word is taken that looks like one', async (t) => {
  const { type } = await hostWith(t, {})
  const hintOf = async (...words: readonly string[]): Promise<string> =>
    (await type(...words)).err.split('hint: ')[1] ?? ''
  assert.equal(await hintOf('status', '-q'), '-q is a flag of isconf itself: it stands before the verb\n')
  for (const verb of ['exec', 'snap', 'status'])
    assert.match(await hintOf(verb, '-m', 'x'), /^-m goes with lock, [a-z, ]+ only\n$/)
  assert.equal(await hintOf('lock', '-r', 'x').then((hint) => hint.includes('stands before')), false)
  assert.equal(await hintOf('snap', '-x'), 'see `isconf help snap`; -- goes before a word that begins with a dash\n')
  assert.equal(await hintOf('bank', 'add'), 'see `isconf help bank add`\n')
})

test('help VERB and VERB --help print the same: usage, what it does, arguments and options', async (t) => {
  const { type, home } = await hostWith(t, undefined)
  // Also where the configuration is wrong.
  writeFileSync(join(home, 'main.cf'), 'DEFAULT:\n\tIS_PORT=many\n')
  for (const { name } of verbs) {
    const [asked, behind] = [await type('help', name), await type(name, '--help')]
    assert.deepEqual(asked, behind)
    assert.deepEqual([asked.status, asked.err], [0, ''])
    assert.ok(asked.out.startsWith(`Usage: isconf ${name}`), asked.out)
  }
  const { out } = await type('help', 'bank', 'add')
  assert.match(out, /^Usage: isconf bank add FILE\.\.\.\n\n.*\n\nArguments:\n {2}FILE .*\n\nOptions:\n {2}-h, --help/)
  assert.match((await type('help', 'bank')).out, /^Verbs:\n {2}list \[--json\]/m)
})

test('everything after the verb belongs to the verb', async (t) => {
  const { type } = await hostWith(t, { 'POST /v1/exec': result(null), 'POST /v1/lock': locked })
  await type('exec', 'tar', '-xzvf', 'foo.tar.gz', '-V', '--help', '-m', '--', '-q')
  await type('exec', '--', '--help')
  await type('exec', '--', 'ls')
  await type('-q', 'exec', 'ls', '-h', ' ', '')
  await type('lock', 'just', 'a', 'comment')
  await type('lock', 'a', '-', 'b', '--', '-q', 'is', 'a', 'flag', '-h')
  const { asked } = await type('lock', '--', '-q', 'is', 'one', '-h')
  assert.deepEqual(asked, [
    'POST /v1/exec {"user":"luke","cwd":"/home/luke","argv":["tar","-xzvf","foo.tar.gz","-V","--help","-m","--","-q"]}',
    'POST /v1/exec {"user":"luke","cwd":"/home/luke","argv":["--help"]}',
    'POST /v1/exec {"user":"luke","cwd":"/home/luke","argv":["ls"]}',
    'POST /v1/exec {"user":"luke","cwd":"/home/luke","argv":["ls","-h"," ",""]}',
    'POST /v1/lock {"user":"luke","message":"just a comment"}',
    'POST /v1/lock {"user":"luke","message":"a - b -- -q is a flag -h"}',
    'POST /v1/lock {"user":"luke","message":"-q is one -h"}',
  ])
})

const lockSaid = 'isconf: branch web is locked by luke@alder: m\n'
const noMessage = `isconf: error: a lock needs a message\nisconf: hint: ${errorKinds.MESSAGE_MISSING.hint}\n`

test('-m gives a lock its message, before the verb or behind it, and loses against words there', async (t) => {
  const { type } = await hostWith(t, { 'POST /v1/lock': locked })
  assertSaid(await type('-m', 'the reason', 'lock'), 0, lockSaid)
  assertSaid(await type('lock', '-m', 'the reason'), 0, lockSaid)
  assertSaid(await type('-m', 'not this', 'lock', '--message=the reason'), 0, lockSaid)
  const { asked } = await type('-m', 'the reason', 'lock', 'another', 'one')
  assert.deepEqual(asked, [
    ...Array(3).fill('POST /v1/lock {"user":"luke","message":"the reason"}'),
    'POST /v1/lock {"user":"luke","message":"another one"}',
  ])
})

test('lock without a message is 222, and the daemon is asked nothing', async (t) => {
  const { type } = await hostWith(t, {})
  assertSaid(await type('lock'), 222, noMessage)
  assertSaid(await type('lock', ' ', '\t'), 222, noMessage)
  const typed = await type('-m', '', 'lock')
  assertSaid(typed, 222, noMessage)
  assertSaid(await type('lock', '-m', ' '), 222, noMessage)
  assert.deepEqual(typed.asked, [])
})

const up = [
  { event: 'progress', text: '1/1 exec true' },
  { event: 'remark', text: '/etc/motd: user ann is 5 here, 6 on the origin' },
  { event: 'output', stream: 'stdout', bytes: Buffer.from('out\n').toString('base64') },
  { event: 'output', stream: 'stderr', bytes: Buffer.from('err\n').toString('base64') },
  result({ branch: 'web', done: 1, position: 7, left: 0, rebooting: null }),
]

test('up shows progress and remarks on standard error and what commands write where they wrote it', async (t) => {
  const { type } = await hostWith(t, { 'POST /v1/up': up })
  const { status, out, err } = await type('up')
  assert.deepEqual([status, out], [0, 'out\n'])
  assert.equal(
    err,
    'isconf: 1/1 exec true\nisconf: /etc/motd: user ann is 5 here, 6 on the origin\nerr\n' +
      'isconf: did 1 operation; this host is level with branch web (7 operations)\n',
  )
})

test('-q leaves remarks, failures and what commands write, and nothing else', async (t) => {
  const { type } = await hostWith(t, { 'POST /v1/up': up, 'POST /v1/lock': locked })
  for (const flag of ['-q', '--quiet']) {
    const { status, out, err } = await type(flag, 'up')
    assert.deepEqual([status, out], [0, 'out\n'])
    assert.equal(err, 'isconf: /etc/motd: user ann is 5 here, 6 on the origin\nerr\n')
  }
  assertSaid(await type('-q', 'lock', 'x'), 0, '')
  assertSaid(await type('-q', 'lock'), 222, noMessage)
})

test('output that is no text arrives byte by byte', async (t) => {
  const bytes = Buffer.from([0xc3, 0x28, 0xff, 0, 10])
  const events = [{ event: 'output', stream: 'stdout', bytes: bytes.toString('base64') }, result(null)]
  let written = Buffer.alloc(0)
  const terminal = {
    out: (text: string | Uint8Array) => {
      written = Buffer.concat([written, Buffer.from(text)])
    },
    err: () => undefined,
  }
  const { type } = await hostWith(t, { 'POST /v1/exec': events }, { terminal })
  await type('exec', 'x')
  assert.ok(written.equals(bytes))
})

test("-D shows settings and this host's variables, each with its place, before anything else, and no key", async (t) => {
  const { type, home } = await hostWith(t, { 'POST /v1/lock': locked })
  const keys = join(home, 'hmac_keys')
  writeFileSync(keys, 'key-of-the-house\n', { mode: 0o600 })
  writeFileSync(join(home, 'conf/domain'), 'example.com\n')
  writeFileSync(join(home, 'main.cf'), `DEFAULT:\n\tROLE=web\n\tTITLE="a b"\n\tIS_HMAC_KEYS=${keys}\n`)
  const { status, out, err } = await type('-D', 'lock', 'x')
  assert.deepEqual([status, out], [0, ''])
  const lines = err.split('\n')
  for (const line of [
    'IS_DOMAIN=example.com (HOME/conf/domain)',
    'IS_HOME=HOME (environment)',
    'IS_PORT=65027 (default)',
    'IS_NETS is not set',
    'IS_HMAC_KEYS=HOME/hmac_keys (HOME/main.cf:4)',
    'ROLE=web (HOME/main.cf:2)',
    'TITLE=a b (HOME/main.cf:3)',
  ]) {
    assert.ok(lines.includes(`isconf: ${line}`), line)
  }
  assert.ok(err.endsWith(lockSaid))
  assert.ok(!err.includes('key-of-the-house'))
})

test('-D says where a failure comes from, without a stack', async (t) => {
  const { type } = await hostWith(t, undefined)
  const { status, err } = await type('-D', 'status')
  assert.equal(status, 223)
  assert.match(err, /isconf: hint: .*\nisconf: failure DAEMON_DOWN, status 223\n/)
  assert.doesNotMatch(err, /^\s+at /m)
})

test('-c with a file that is not there, or has a mistake, is 22 and names it', async (t) => {
  const { type, home } = await hostWith(t, {})
  const hint = `isconf: hint: ${errorKinds.CONFIG.hint}\n`
  const missing = 'isconf: error: cannot read /no/such/main.cf: no such file\n'
  assertSaid(await type('-c', '/no/such/main.cf', 'status'), 22, `${missing}${hint}`)
  writeFileSync(join(home, 'main.cf'), 'DEFAULT:\n\tIS_PORT=many\n')
  const { status, err } = await type('status')
  assert.equal(status, 22)
  assert.match(err, /^isconf: error: HOME\/main\.cf:2: IS_PORT .*\nisconf: hint: .*\n$/)
})

test('-c is found from the current directory', async (t) => {
  const { home } = await hostWith(t, undefined)
  const { type } = await hostWith(t, { 'POST /v1/lock': locked }, { cwd: home })
  writeFileSync(join(home, 'main.cf'), 'DEFAULT:\n\tROLE=here\n')
  const { err } = await type('-D', '-c', 'main.cf', 'lock', 'x')
  assert.match(err, /^isconf: ROLE=here \(/m)
})

test('a failure that the daemon tells is shown in two lines, with its status', async (t) => {
  const told = { event: 'error', code: 'LOCKED', message: 'branch web is locked by ann@birch', hint: 'ask', exit: 220 }
  const { type } = await hostWith(t, { 'POST /v1/lock': [told] })
  const said = 'isconf: error: branch web is locked by ann@birch\nisconf: hint: ask\n'
  assertSaid(await type('lock', 'x'), 220, said)
})

test('exec exits with the status of the command that failed', async (t) => {
  const failed = { event: 'error', code: 'COMMAND_FAILED', message: 'false ended', hint: 'nothing', exit: 137 }
  const { type } = await hostWith(t, { 'POST /v1/exec': [failed] })
  assert.equal((await type('exec', 'false')).status, 137)
})

test('every verb that needs a daemon says that it does not run, with 223', async (t) => {
  const { type } = await hostWith(t, undefined)
  const commands = [['lock', 'x'], ['unlock'], ['snap', 'x'], ['exec', 'x'], ['ci'], ['up'], ['status'], ['log']]
  for (const words of [...commands, ['resolve', 'abcd']]) {
    const said = 'isconf: error: the daemon is not running: nothing answers at HOME/conf/.ctl\n'
    assertSaid(await type(...words), 223, `${said}isconf: hint: start it: isconf start\n`)
  }
})

test('Ctrl-C asks the daemon to stop, once', async (t) => {
  const interrupted = { event: 'error', code: 'INTERRUPTED', message: 'x', hint: 'y', exit: 2 }
  const host = await hostWith(t, { 'POST /v1/exec': [interrupted], 'POST /v1/interrupt': result('exec') })
  assert.equal((await host.type('exec', 'x')).status, 2)
  host.interrupt()
  host.interrupt()
  const { asked } = await host.type('exec', 'y')
  assert.equal(asked.filter((line) => line === 'POST /v1/interrupt {}').length, 1)
})

test('failureText() of every failure says what is wrong and what to do, in one voice, without a stack', () => {
  for (const code of Object.keys(errorKinds) as (keyof typeof errorKinds)[]) {
    const text = failureText(new IsconfError(code, 'the thing "x" is wrong', { cause: new Error('below') }))
    const [first, ...lines] = text.split('\n')
    assert.equal(first, 'isconf: error: the thing "x" is wrong')
    assert.equal(lines.join('\n').replaceAll('\n  or ', '; or '), `isconf: hint: ${errorKinds[code].hint}\n`)
  }
})

test('failureText() has a line for each way on where one is too short for all', () => {
  const textOf = (hint: string): string => failureText(new IsconfError('OPERATION_FAILED', 'x', { hint }))
  assert.equal(textOf('wait; or end it'), 'isconf: error: x\nisconf: hint: wait; or end it\n')
  const long = 'wait until it ends'.padEnd(60, '.')
  assert.equal(
    textOf(`${long}; or end it; or skip it`),
    `isconf: error: x\nisconf: hint: ${long}\n  or end it\n  or skip it\n`,
  )
})
