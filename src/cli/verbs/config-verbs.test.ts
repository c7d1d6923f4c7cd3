/** lint, env and render, as they are typed on a host without a daemon. */
import assert from 'node:assert/strict'
import { chmodSync, mkdirSync, readdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { type Host, hostWith } from '../../../test/support/typed.ts'

const mainCf = `DEFAULT:
  GATEWAY = 10.0.0.1
  MOTD = "it's # 1 "
`

async function siteWith(t: TestContext, files: Readonly<Record<string, string>> = {}): Promise<Host> {
  const { home } = await hostWith(t, undefined)
  const site = await hostWith(t, undefined, { cwd: home })
  writeFileSync(join(site.home, 'main.cf'), mainCf)
  writeFileSync(join(site.home, 'conf/domain'), 'example.com\n')
  for (const [name, text] of Object.entries(files)) writeFileSync(join(home, name), text)
  return { ...site, cwd: home } as Host & { cwd: string }
}

const cwdOf = (site: Host): string => (site as Host & { cwd: string }).cwd

test('env prints what commands get, in three forms, without a daemon', async (t) => {
  const { type, home } = await siteWith(t)
  const sh = (await type('env')).out
  assert.match(
    sh,
    /^export PATH='[^']+'\n(.+\n)+export GATEWAY='10\.0\.0\.1'\nexport MOTD='it'\\''s # 1 '\nexport HOSTNAME='[^']+'\n/,
  )
  assert.ok(
    sh.endsWith("export IS_HOME='HOME'\nexport IS_DOMAIN='example.com'\nexport IS_VOLROOT=''\nexport IS_EXEC='1'\n"),
    sh,
  )
  assert.equal((await type('env', '--sh')).out, sh)
  const json = JSON.parse((await type('env', '--json')).out) as Record<string, string>
  assert.equal(json['MOTD'], "it's # 1 ")
  assert.deepEqual(Object.keys(json).slice(-7), [
    'GATEWAY',
    'MOTD',
    'HOSTNAME',
    'IS_HOME',
    'IS_DOMAIN',
    'IS_VOLROOT',
    'IS_EXEC',
  ])
  assert.equal((await type('env', '--make', 'GATEWAY', 'MOTD')).out, "GATEWAY := 10.0.0.1\nMOTD := it's \\# 1 $()\n")
  assert.ok(home)
})

test('env NAME of a variable that is not set is an error, and prints nothing', async (t) => {
  const { type } = await siteWith(t)
  const { status, out, err } = await type('env', 'GATEWAY', 'NTP')
  assert.deepEqual([status, out], [1, ''])
  assert.match(err, /^isconf: error: "NTP" is not set for .*\nisconf: hint: /)
  assert.equal((await type('env', 'constructor')).status, 1)
})

test('env takes one form', async (t) => {
  const { type } = await siteWith(t)
  for (const words of [['--sh', '--json'], ['--yaml'], ['-x']]) assert.equal((await type('env', ...words)).status, 22)
})

test('lint exits 1 and prints file, line and what is wrong, where every other verb stops at the first', async (t) => {
  const { type, home } = await siteWith(t)
  writeFileSync(join(home, 'main.cf'), 'alder: GONE\n  IS_PORT = many\n  IS_X = 1\n')
  assert.deepEqual(await type('lint'), {
    status: 1,
    out: `HOME/main.cf:1: error: no stanza to include: GONE
HOME/main.cf:2: error: IS_PORT must be a port, 0 to 65535, not "many"
HOME/main.cf:3: warning: IS_X is not a setting
`,
    err: 'isconf: 2 errors, 1 warning\n',
    asked: [],
  })
  assert.equal((await type('status')).status, 22)
})

test('lint exits 0 with warnings only, and -q leaves the findings', async (t) => {
  const { type, home } = await siteWith(t)
  assert.deepEqual([(await type('lint')).status, (await type('lint')).out], [0, ''])
  writeFileSync(join(home, 'main.cf'), 'DEFAULT:\n  IS_X = 1\n')
  const { status, out, err } = await type('-q', 'lint')
  assert.deepEqual([status, out, err], [0, 'HOME/main.cf:2: warning: IS_X is not a setting\n', ''])
})

test('lint --json is one object', async (t) => {
  const { type, home } = await siteWith(t)
  writeFileSync(join(home, 'main.cf'), 'DEFAULT:\n  IS_X = 1\n')
  const finding = { severity: 'warning', file: 'HOME/main.cf', line: 2, message: 'IS_X is not a setting' }
  const { out } = await type('lint', '--json')
  assert.deepEqual(JSON.parse(out), { errors: 0, warnings: 1, findings: [finding] })
})

test('lint FILE checks a file that is to become a main.cf, from the current directory', async (t) => {
  const site = await siteWith(t, { 'new.cf': 'a:\n  dance\n' })
  const { status, out } = await site.type('lint', 'new.cf')
  assert.equal(status, 1)
  assert.match(out, /\/new\.cf:2: error: neither a stanza/)
  assert.equal((await site.type('lint', 'gone.cf')).status, 1)
  assert.equal((await site.type('lint', '--fix')).status, 22)
})

test("render writes the destination with the template's permissions and says how much", async (t) => {
  const site = await siteWith(t, { t: 'via {{ GATEWAY }} on {{ HOSTNAME }}: {{ MOTD }}\n' })
  const cwd = cwdOf(site)
  chmodSync(join(cwd, 't'), 0o640)
  const { status, out, err } = await site.type('render', 't', 'd')
  assert.deepEqual([status, out], [0, ''])
  assert.match(err, /^isconf: rendered .*\/d \(\d+ bytes\)\n$/)
  assert.match(readFileSync(join(cwd, 'd'), 'utf8'), /^via 10\.0\.0\.1 on \S+: it's # 1 \n$/)
  assert.equal(statSync(join(cwd, 'd')).mode & 0o7777, 0o640)
  assert.deepEqual(readdirSync(cwd).sort(), ['conf', 'd', 'main.cf', 't'])
})

test('render leaves a destination that is right already untouched, and replaces one that is not', async (t) => {
  const site = await siteWith(t, { t: '{{ GATEWAY }}\n' })
  const dest = join(cwdOf(site), 'd')
  await site.type('render', 't', 'd')
  const before = statSync(dest, { bigint: true })
  assert.match((await site.type('render', 't', 'd')).err, /is up to date\n$/)
  const after = statSync(dest, { bigint: true })
  assert.deepEqual([after.ino, after.mtimeNs, after.ctimeNs], [before.ino, before.mtimeNs, before.ctimeNs])
  chmodSync(dest, 0o777)
  await site.type('render', 't', 'd')
  assert.equal(statSync(dest).mode & 0o7777, statSync(join(cwdOf(site), 't')).mode & 0o7777)
  assert.notEqual(statSync(dest, { bigint: true }).ino, before.ino)
})

test('render - prints and writes nothing', async (t) => {
  const site = await siteWith(t, { t: '{{ GATEWAY }}\n' })
  assert.deepEqual(await site.type('render', 't', '-'), { status: 0, out: '10.0.0.1\n', err: '', asked: [] })
  assert.deepEqual(readdirSync(cwdOf(site)).sort(), ['conf', 'main.cf', 't'])
})

test('render with a variable that is not set is an error with variable, template and line, and the destination stays', async (t) => {
  const site = await siteWith(t, { t: 'a\n{{ NTP }}\n', d: 'old\n' })
  const { status, err } = await site.type('render', 't', 'd')
  assert.equal(status, 1)
  assert.match(err, /^isconf: error: \/.*\/t:2: NTP is not set\nisconf: hint: /)
  assert.equal(readFileSync(join(cwdOf(site), 'd'), 'utf8'), 'old\n')
})

test('render refuses what it can not read or write, in one voice', async (t) => {
  const site = await siteWith(t, { t: 'x\n', b: 'x' })
  const cwd = cwdOf(site)
  mkdirSync(join(cwd, 'directory'))
  writeFileSync(join(cwd, 'b'), Buffer.from([0xff, 0x0a]))
  const refused: readonly (readonly [readonly string[], number, RegExp])[] = [
    [['gone', 'd'], 2, /no such file: .*\/gone\n/],
    [['b', 'd'], 1, /\/b: the template is not UTF-8 text\n/],
    [['directory', 'd'], 1, /directory is not a regular file\n/],
    [['t', 'directory'], 1, /directory is not a regular file\n/],
    [['t', '/dev/null'], 1, /\/dev\/null is not a regular file\n/],
    [['t', 'gone/d'], 1, /cannot write .*\/gone\/d: no such file or directory\n/],
    [[], 22, /no template given\n/],
    [['t'], 22, /no dest given/],
    [['t', 'd', 'e'], 22, /does not take "e"\n/],
  ]
  for (const [words, status, message] of refused) {
    const typed = await site.type('render', ...words)
    assert.equal(typed.status, status, typed.err)
    assert.match(typed.err, message)
    assert.match(typed.err, /^isconf: error: .*\nisconf: hint: .*\n$/)
  }
  assert.deepEqual(readdirSync(cwd).sort(), ['b', 'conf', 'directory', 'main.cf', 't'])
})

test('render replaces a link at the destination and not what it points to', async (t) => {
  const site = await siteWith(t, { t: '{{ GATEWAY }}\n', far: 'far\n' })
  const cwd = cwdOf(site)
  symlinkSync('far', join(cwd, 'd'))
  assert.equal((await site.type('render', 't', 'd')).status, 0)
  assert.equal(readFileSync(join(cwd, 'far'), 'utf8'), 'far\n')
  assert.equal(readFileSync(join(cwd, 'd'), 'utf8'), '10.0.0.1\n')
})
