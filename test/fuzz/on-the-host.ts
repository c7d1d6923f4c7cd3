/** The parsers of files of the host, of the tree, and of what programs of the host ask. */
import assert from 'node:assert/strict'
import { answerBank, askedFor } from '../../src/bank/bank-answer.ts'
import { sha256Hex } from '../../src/base/index.ts'
import { parseHmacKeys } from '../../src/config/hmac-keys.ts'
import { hostNamesFrom, parseHostNames } from '../../src/config/host-names.ts'
import { parseMainCf } from '../../src/config/main-cf.ts'
import { resolveMainCf } from '../../src/config/main-cf-resolve.ts'
import { parseNets } from '../../src/config/nets.ts'
import { parseReserve } from '../../src/config/reserve.ts'
import { requests } from '../../src/daemon/requests/index.ts'
import { checked } from '../../src/daemon/requests/shared/input.ts'
import { Deviations, History } from '../../src/host/index.ts'
import { bankNameOf, parseScript } from '../../src/hostkeeper/exech/address.ts'
import { parsePackage } from '../../src/hostkeeper/generate/package-file.ts'
import { parseHostsConf, resolveHost } from '../../src/hostkeeper/hosts-conf/hosts-conf.ts'
import { parseManifest } from '../../src/hostkeeper/isync/manifest.ts'
import { archiveAddress, channelText, isconfAddress, parseChannel } from '../../src/hostkeeper/sources/address.ts'
import { toLine } from '../../src/journal/changeset.ts'
import { journalBeforeDamage } from '../../src/journal/index.ts'
import { WorkInProgress } from '../../src/origin/index.ts'
import { bootReportSchema } from '../../src/replication/boot-report.ts'
import { chainOf, domain, generic } from '../cluster/changesets.ts'
import { jsonOf, ofJson, ofText, type Parser } from './parser.ts'

const time = '2030-01-01T00:00:00.000Z'
const id = sha256Hex('a changeset')
const host = { short: 'alder', fqdn: 'alder.example.com' }
const blob = { id, sizeBytes: 1000, pieces: id }
const name = 'a-1.0.tar.gz'
const header = { branch: generic, base: id, lock: '1'.repeat(32), message: 'why', author: 'ann@alder' }
const operation = { type: 'exec', argv: ['true'], cwd: '/', env: {} }
const linesOf = (...all: readonly object[]): string => all.map((one) => `${JSON.stringify(one)}\n`).join('')
const head = (range: string): string => `GET /pkgbank/a-1.0.tar.gz?x HTTP/1.1\nhost: 127.0.0.1:65028\nrange: ${range}`

/** Bodies that some request of the control socket takes. */
const bodies = [
  { user: 'ann', message: 'why' },
  { user: 'ann', cwd: '/tmp', paths: ['a', 'b'], tree: true },
  { user: 'ann', argv: ['true'], cwd: '/', env: { A: 'b' } },
  { user: 'ann', branch: 'web' },
  { name: 'a1b2', limit: '10', operation: 'a1b2:3', path: '/etc/motd', user: 'ann' },
]

export const onTheHost: readonly Parser[] = [
  ofText('histories', [linesOf({ event: 'made', operation: `${id}:0`, time })], (text) => {
    const once = History.readable(Buffer.from(text))
    assert.equal(History.readable(Buffer.from(once)), once)
  }),
  ofText(
    'deviations',
    [linesOf({ kind: 'skipped', operation: `${id}:0`, text: 'a', by: 'b', why: 'c', time })],
    (text) => {
      const once = Deviations.readable(Buffer.from(text))
      assert.equal(Deviations.readable(Buffer.from(once)), once)
    },
  ),
  ofText('work in progress', [linesOf(header, operation, operation)], (text) => {
    const once = WorkInProgress.readable(Buffer.from(text))
    if (once !== undefined) assert.equal(WorkInProgress.readable(Buffer.from(once)), once)
  }),
  ofText(
    'journals on disk',
    [
      chainOf(['one', 'two'])
        .map((one) => `${toLine(one)}\n`)
        .join(''),
    ],
    (text) => {
      const salvage = journalBeforeDamage(domain)
      const once = salvage(Buffer.from(text)) ?? ''
      assert.equal(salvage(Buffer.from(once)), once)
    },
  ),
  ofJson('records of boots', bootReportSchema, [
    { level: 'right', since: time, step: 'a', why: null, tree: '/tree', fetched: time },
  ]),
  ofText('main.cf', ['DEFAULT:\n  IS_PORT = 1\nalder, *.example.com:\n  A = "b \\" c"\n  B = $A # no\n'], (text) => {
    resolveMainCf(parseMainCf(text, 'main.cf'), host)
  }),
  ofText('nets', ['tcp 10.0.0.1:65027\nbirch\n# no\n[fe80::1]:1\n'], (text) => void parseNets(text, 'nets', 65_027)),
  ofText('hmac_keys', ['# first\na key of the domain\nanother key, longer\n+ANY+\n'], (text) => {
    parseHmacKeys(text, 'hmac_keys')
  }),
  ofText('names of hosts', ['alder.example.com'], (text) => void parseHostNames(text)),
  ofText('/etc/hosts', ['127.0.0.1 localhost\n10.0.0.1 alder.example.com alder # no\n'], (text) => {
    hostNamesFrom('alder', text)
  }),
  ofText('IS_RESERVE', ['5%', '2G'], (text) => void parseReserve(text)),
  ofText('hosts.conf', ['DEFAULT A=b "c d" M\nM: E=$A\nalder DEFAULT PACKAGES="x y" \\\n  Z=1\n'], (text) => {
    const conf = parseHostsConf([{ path: 'hosts.conf', text }])
    resolveHost(conf, host, () => undefined)
  }),
  ofText('manifest', ['etc/motd 0644 root:root\netc/** - -\n"a b" 0755 0:0\n'], (text) => {
    parseManifest(text, 'manifest').lineOf('etc/x')
  }),
  ofText(
    'packages.d',
    ['description: a\nneeds: [b, c]\nfiles: [etc/motd]\ncommands:\n  - true\nonce: yes\n'],
    (text) => {
      parsePackage('a', text, 'packages.d/a.yaml')
    },
  ),
  ofText('channels', [channelText({ archive: 'tree-1.tar.gz', sha256: id, number: 12 })], (text) => {
    const channel = parseChannel(text)
    if (channel) assert.equal(channelText(channel).slice(64 + 2), text.slice(64 + 2))
  }),
  ofText('addresses of trees', [`https://a/b.tar.gz#sha256=${id}`, 'isconf:/srv/tree@web'], (text) => {
    archiveAddress(text)
    isconfAddress(text)
  }),
  ofText('addresses of scripts', [`https://a/b.sh#sha256=${id}`, 'hello', 'file:///a'], (text) => {
    const { address } = parseScript(text, undefined)
    if (address.kind === 'web') bankNameOf(address.url, 65_028)
  }),
  ofText('requests of the package bank', [head('bytes=0-99'), head('bytes=-5'), head('bytes=3-')], (text) => {
    const [first = '', ...rest] = text.split('\n')
    const [method = '', target = ''] = first.split(' ')
    const headers = Object.fromEntries(rest.map((line) => [line.split(': ')[0] ?? '', line.split(': ')[1] ?? '']))
    const asked = askedFor(target)
    const found = asked && 'name' in asked && asked.name === name ? { blob } : {}
    const { status, body } = answerBank({ method, target, headers }, { branch: 'generic', ...found }, [name])
    assert.ok(status >= 200 && status < 600)
    if ('blob' in body) assert.ok(body.range.from >= 0 && body.range.end <= blob.sizeBytes)
  }),
  ofText(
    'requests of the control socket',
    bodies.map((body) => JSON.stringify(body)),
    (text) => {
      const value = jsonOf(text)
      for (const { input } of requests) {
        try {
          if (input) checked(input, value)
        } catch (error) {
          if ((error as { code?: unknown }).code !== 'BAD_REQUEST') throw error
        }
      }
    },
  ),
]
