import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { IsconfError } from '../base/index.ts'
import { type Finding, lintHmacKeys, lintMainCf, lintNets } from './lint.ts'
import { parseMainCf } from './main-cf.ts'

const short = ({ severity, line, message }: Finding): string => `${severity} ${line}: ${message}`
const lint = (...lines: readonly string[]): readonly string[] => lintMainCf(lines.join('\n'), 'main.cf').map(short)

test('lintMainCf() says everything that is wrong, not only the first thing, in the order of the lines', () => {
  const said = lint('x = 1', 'a: GONE', '  dance', "  y = 'open", '^(: ', 'b: c', 'c: b')
  assert.deepEqual(said, [
    'error 1: the variable x stands before the first stanza',
    'error 2: no stanza to include: GONE',
    'error 3: neither a stanza (target: includes) nor a variable (name = value): "dance"',
    "error 4: the value of y has no closing '",
    'error 5: not a regular expression: ^( (Invalid regular expression: /^(/: Unterminated group)',
    'error 7: includes go round in a circle: b -> c -> b',
  ])
})

test('lintMainCf() refuses settings that are none, also those of other hosts', () => {
  assert.deepEqual(lint('a:', 'IS_PORT = many', 'IS_HOME =', 'b:', 'IS_NOBROADCAST = maybe'), [
    'error 2: IS_PORT must be a port, 0 to 65535, not "many"',
    'error 5: IS_NOBROADCAST must be 1, 0, yes, no, true, false, on or off, not "maybe"',
  ])
})

test('lintMainCf() warns of a variable that is set twice in a stanza', () => {
  assert.deepEqual(lint('a:', 'b = this value is ignored', 'b = 23', 'c:', 'b = 1'), [
    'warning 3: b was set in line 2 of the same stanza: the last value counts',
  ])
})

test('lintMainCf() warns of names that begin like a setting and of IS_HOSTNAME', () => {
  assert.deepEqual(lint('a:', 'IS_PROT = 1', 'IS_HOSTNAME = b'), [
    'warning 2: IS_PROT is not a setting (did you mean IS_PORT?)',
    'warning 3: IS_HOSTNAME has an effect only in the environment',
  ])
})

test('lintMainCf() warns of a host that an earlier regular expression takes', () => {
  assert.deepEqual(lint('^web.*:', 'db web1:', 'web2.example.com:'), [
    'warning 2: web1 does not get this far: ^web.* in line 1 matches it, and the first counts',
    'warning 3: web2.example.com does not get this far: ^web.* in line 1 matches it, and the first counts',
  ])
  assert.deepEqual(lint('^.*\\.example\\.com:', 'kirk:'), [
    'warning 2: kirk.example.com does not get this far: ^.*\\.example\\.com in line 1 matches it, and the first counts',
  ])
  assert.deepEqual(lint('kirk:', '^.*:'), [])
})

test('lintMainCf() does not take a stanza that is only included for a host', () => {
  assert.deepEqual(lint('^.*: LOST', 'LOST:', 'x = 1'), [])
})

test('lintMainCf() warns of targets that stand twice and of includes that do nothing', () => {
  assert.deepEqual(lint('NET1:', 'NET2:', 'a: NET1 NET1', 'a b: DEFAULT', 'DEFAULT:'), [
    'warning 2: NET2 is included nowhere, and only a host of that name would match it',
    'warning 3: NET1 is included twice',
    'warning 4: DEFAULT applies to every host: to include it does nothing',
    'warning 4: a is never used here, it stands in line 3 already',
  ])
})

test('lintMainCf() refuses a default that is not in capitals, unless a DEFAULT or an include says that it is meant', () => {
  const alone = lint('# all hosts', 'alder Default:', 'x = 1')
  assert.equal(alone.length, 1)
  assert.match(
    alone[0]!,
    /^error 2: Default applies to a host of that name alone: write DEFAULT .* if a host is called/,
  )
  assert.deepEqual(lint('default:', 'x = 1', 'DEFAULT:'), [])
  assert.deepEqual(lint('default:', 'x = 1', 'alder: default'), [])
  assert.deepEqual(lint('DEFUALT:', 'x = 1'), [
    'warning 1: DEFUALT is included nowhere, and only a host of that name would match it (did you mean DEFAULT?)',
  ])
})

test('lintHmacKeys() names every bad line, never shows a key, and warns of a file that others can read', () => {
  const said = lintHmacKeys('good-but-not-long\nse#cret\ntwo words\nguessed\n', '/k', 0o644)
  assert.deepEqual(said.map(short), [
    'error 2: a key must not hold #; a comment has a line of its own',
    'error 3: a key must not hold a space; each has a line of its own',
    'error 4: a key must have at least 16 characters',
    'warning null: open to others (mode 644): chmod 600 /k',
    'warning null: key 1 has 17 of the 20 characters that a key should have',
  ])
  assert.doesNotMatch(JSON.stringify(said), /good|cret|words|guessed/)
})

test('lintHmacKeys() refuses a file without keys and warns of +ANY+', () => {
  assert.deepEqual(lintHmacKeys('# none\n', '/k', 0o600).map(short), ['error null: it contains no key'])
  assert.match(String(lintHmacKeys('+ANY+\n', '/k', 0o600).map(short)), /^warning null: \+ANY\+ lets in/)
  const key = 'k'.repeat(20)
  assert.match(String(lintHmacKeys(`${key}\n+ANY+\n`, '/k', 0o600).map(short)), /^warning null: \+ANY\+ lets in/)
  assert.deepEqual(lintHmacKeys(`${key}\n`, '/k', 0o600), [])
})

test('lintNets() names every bad line and warns of a file without addresses', () => {
  assert.deepEqual(
    lintNets('tcp\n10.0.0.1\nudp 10.0.0.256\n', '/n', 1).map(({ line }) => line),
    [1, 3],
  )
  assert.deepEqual(lintNets('\n', '/n', 1).map(short), ['warning null: no addresses'])
  assert.deepEqual(lintNets('udp 10.0.0.255\n', '/n', 1), [])
})

test('lintMainCf() finds an error exactly where the daemon would refuse, and the one that it would name', () => {
  const line = fc.constantFrom(
    'a:',
    'a: B',
    'B:',
    '^a.*: B',
    'DEFAULT:',
    'default:',
    'x = 1',
    'x = "',
    'a b',
    ': c',
    '^(:',
    '',
    '#',
    'B: a',
  )
  fc.assert(
    fc.property(fc.array(line, { maxLength: 8 }), (lines) => {
      const text = lines.join('\n')
      const errors = lintMainCf(text, 'main.cf').filter(({ severity }) => severity === 'error')
      let refusal: string | undefined
      try {
        parseMainCf(text, 'main.cf')
      } catch (error) {
        assert.ok(error instanceof IsconfError)
        refusal = error.message
      }
      assert.equal(errors.length > 0, refusal !== undefined)
      const all = errors.map((one) => `main.cf:${one.line}: ${one.message}`)
      assert.ok(refusal === undefined || all.includes(refusal), `${refusal} is not among\n${all.join('\n')}`)
    }),
  )
})
