import assert from 'node:assert/strict'
import { chmodSync, statSync, writeFileSync } from 'node:fs'
import { connect } from 'node:net'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { until } from '../../test/harness/run.ts'
import { SimClock } from '../../test/sim/clock.ts'
import { type Answer, ask, hostsOnPage, logIn, textOf } from '../../test/support/browser.ts'
import { asPlainUser, namesIn, temporaryDirectory } from '../../test/support/files.ts'
import { hostRow, knownFleet } from '../../test/support/fleet-rows.ts'
import { servedOverChannel } from '../../test/support/network.ts'
import { unlessRootHas } from '../../test/support/tools.ts'
import { changeableByOthers } from '../base/changeable.io.ts'
import { IsconfError, type Log, silentLog } from '../base/index.ts'
import { systemRandom } from '../base/random.io.ts'
import type { WebPlace } from '../config/index.ts'
import type { HostRow } from '../control/index.ts'
import { daemonSide, type ReadingClient } from '../page/index.ts'
import { serveWeb, type WebServer } from './web-server.io.ts'

interface Asked {
  readonly t: TestContext
  readonly client: ReadingClient
  readonly place: WebPlace
  readonly clock: SimClock
  readonly log: Log
}

/** From a daemon that this process asks, and from one at the other end of the channel, which knows who may look. */
const ways: Readonly<Record<string, (asked: Asked) => Promise<WebServer>>> = {
  '': (asked) => serveWeb(asked),
  ', by the network process': async ({ t, client, place, clock, log }) => {
    const { local } = await servedOverChannel(t, clock, log)
    const side = daemonSide({ client, clock, random: systemRandom })
    const server = await local.servePage('port' in place ? place.port : assert.fail('not a port'), side)
    return { ...server, address: server.address(), newLink: side.newLink }
  },
}

interface Served {
  readonly server: WebServer
  readonly clock: SimClock
  /** What was asked of the daemon. */
  readonly asked: readonly string[]
}

type Serve = (t: TestContext, hosts: readonly HostRow[], place?: WebPlace, log?: Log) => Promise<Served>

/** Serves the page of a daemon that knows these hosts. */
function servedBy(serve: (asked: Asked) => Promise<WebServer>): Serve {
  return async (t, hosts, place = { port: 0 }, log = silentLog) => {
    const clock = new SimClock()
    const asked: string[] = []
    const known = knownFleet(hosts)
    const get: ReadingClient['get'] = (path) => {
      asked.push(path)
      return known.get(path)
    }
    const server = await serve({ t, place, clock, log, client: { ...known, get } })
    t.after(() => server.close())
    return { server, clock, asked }
  }
}

const served = servedBy(serveWeb)

/** A test of the page in each way in which it is served. */
function pageTest(
  name: string,
  run: (t: TestContext, served: Serve, serve: (asked: Asked) => Promise<WebServer>) => Promise<void>,
  options: { readonly skip?: string | false } = {},
): void {
  for (const [way, serve] of Object.entries(ways)) test(`${name}${way}`, options, (t) => run(t, servedBy(serve), serve))
}

const host = hostRow('alder')
const markup = `<img src=x onerror=alert(1)>"'&{{7*7}}{% raw %}`

pageTest('who has no session is told nothing, and has the daemon asked for nothing', async (t, served) => {
  const { server, clock, asked } = await served(t, [host])
  const { address } = server
  const refused = ({ status, text }: Answer): void => {
    assert.equal(status, 401)
    assert.match(text, /isconf web/)
    assert.doesNotMatch(text, /alder|lab\.example/)
  }
  const link = server.newLink()
  const { top, cookie } = await logIn(address, link)
  refused(await ask(address, link))
  const old = server.newLink()
  await clock.run(11 * 60_000)
  refused(await ask(address, old))
  refused(await ask(address, '/login/guessed'))
  for (const path of ['/', '/hosts/alder', top, `${top}journal`, `${top}now`, `${top}events`, `${top}nothing`])
    refused(await ask(address, path))
  refused(await ask(address, `/${'a'.repeat(43)}/`, { headers: { cookie } }))
  refused(await ask(address, top, { headers: { cookie: 'isconf-page=guessed' } }))
  assert.deepEqual(asked, [])
  await clock.run(13 * 3_600_000)
  refused(await ask(address, top, { headers: { cookie } }))
})

pageTest(
  'a page of another site gets nothing, by whatever name it reaches this host, and uses no link up',
  async (t, served) => {
    const { server, asked } = await served(t, [host])
    const { address } = server
    const { top, cookie } = await logIn(address, server.newLink())
    const link = server.newLink()
    for (const headers of [
      { host: 'evil.example' },
      { host: `127.0.0.1.evil.example` },
      { origin: 'http://evil.example' },
      { origin: 'null' },
      { 'sec-fetch-site': 'cross-site' },
      { 'sec-fetch-site': 'same-site' },
    ]) {
      for (const path of [top, link, '/page.js']) {
        const { status, text, headers: answered } = await ask(address, path, { headers: { cookie, ...headers } })
        assert.ok(status === 403 || status === 421, `${path} ${JSON.stringify(headers)}`)
        assert.doesNotMatch(text, /alder/)
        assert.equal(answered['access-control-allow-origin'], undefined)
      }
    }
    for (const method of ['POST', 'PUT', 'DELETE', 'OPTIONS', 'HEAD', 'PATCH'])
      assert.equal((await ask(address, link, { method })).status, 405, method)
    assert.deepEqual(asked, [])
    await logIn(address, link)
  },
)

pageTest('nothing that is sent comes back as a header', async (t, served) => {
  const { server } = await served(t, [host])
  const { address } = server
  const { get, top, cookie } = await logIn(address, server.newLink())
  const injected = '%0d%0aset-cookie:%20a=b%0d%0a%0d%0a<script>'
  for (const path of [`/login/${injected}`, `/${injected}/`]) {
    const { status, headers } = await ask(address, path)
    assert.equal(status, 401)
    assert.equal(headers['set-cookie'], undefined)
  }
  for (const path of [`hosts/${injected}`, `changesets/${injected}`, `?name=${injected}&page=${injected}`]) {
    const { headers, text } = await get(path)
    assert.equal(headers['set-cookie'], undefined)
    assert.doesNotMatch(text, /<script>/)
  }
  // As bytes, which no client library would send.
  const { port } = new URL(address)
  const text = await new Promise<string>((resolve) => {
    let all = ''
    const socket = connect(Number(port), '127.0.0.1', () =>
      socket.write(`GET ${top} HTTP/1.1\r\nHost: evil.example\r\nHost: localhost\r\nCookie: ${cookie}\r\n\r\n`),
    )
    socket.setEncoding('utf8').on('data', (part: string) => {
      all += part
    })
    socket.once('close', () => resolve(all))
    socket.setTimeout(20_000, () => socket.destroy())
    socket.once('data', () => socket.end())
  })
  assert.match(text, /^HTTP\/1\.1 4\d\d /)
  assert.doesNotMatch(text, /alder/)
})

pageTest(
  'every answer forbids what is not its own, and says so of itself in no place that others see',
  async (t, served) => {
    const { server } = await served(t, [host])
    const { address } = server
    const { get } = await logIn(address, server.newLink())
    const answers = [await get(''), await ask(address, '/'), await ask(address, '/page.css'), await ask(address, '/x')]
    for (const { headers } of [...answers, await ask(address, '/', { headers: { host: 'evil.example' } })]) {
      const policy = String(headers['content-security-policy'])
      assert.match(policy, /^default-src 'none'; style-src 'self'; script-src 'self'; /)
      assert.match(policy, /base-uri 'none'; frame-ancestors 'none'/)
      assert.doesNotMatch(policy, /unsafe|http|\*|data:/)
      assert.equal(headers['x-content-type-options'], 'nosniff')
      assert.equal(headers['referrer-policy'], 'no-referrer')
      assert.equal(headers['cross-origin-resource-policy'], 'same-origin')
    }
    assert.equal(answers[0]?.headers['cache-control'], 'no-store')
  },
)

pageTest('what hosts say of themselves is text on the page', async (t, served) => {
  const odd = hostRow(markup, {
    state: 'stopped',
    branch: null,
    release: markup,
    stopped: { operation: markup, why: markup, since: markup },
  })
  const { server } = await served(t, [host, odd])
  const { get } = await logIn(server.address, server.newLink())
  const fleet = await get('')
  assert.deepEqual(
    hostsOnPage(fleet.text).map(([state, name]) => [state, name]),
    [
      ['stopped', markup],
      ['level', 'alder'],
    ],
  )
  const one = await get(`hosts/${encodeURIComponent(markup)}`)
  assert.equal(one.status, 200)
  const filtered = await get(`?${new URLSearchParams({ name: markup, state: markup, branch: markup })}`)
  const none = await get(`hosts/${encodeURIComponent(`${markup}no`)}`)
  assert.equal(none.status, 404)
  for (const { text } of [fleet, one, filtered, none]) assert.doesNotMatch(text, /<img|onerror=alert\(1\)>/)
  for (const { text } of [fleet, one, none]) assert.ok(textOf(text).includes(markup))
})

pageTest('a host is told of as by isconf fleet HOST, a page that is not there as not there', async (t, served) => {
  const { server } = await served(t, [
    hostRow('birch', {
      state: 'behind',
      position: 3,
      operations: 7,
      seen: '2030-01-01T00:00:00.000Z',
      connected: false,
    }),
  ])
  const { get } = await logIn(server.address, server.newLink())
  const { text } = await get('hosts/birch')
  assert.match(text, /<dt>branch<\/dt><dd>generic, 3 of 7 operations done<\/dd>/)
  assert.match(text, /<dt>heard<\/dt><dd>last at 2030-01-01T00:00:00\.000Z<\/dd>/)
  const none = await get('hosts/oak')
  assert.equal(none.status, 404)
  assert.match(none.text, />Journal<\/a>/)
  assert.equal((await get(`hosts/${'%'.repeat(5)}`)).status, 400)
})

pageTest('a daemon that does not answer is said, with what to do', async (t, _, serve) => {
  const clock = new SimClock()
  const gone = (): Promise<never> => Promise.reject(new IsconfError('DAEMON_DOWN', 'the daemon is not running'))
  const client = { get: gone, post: gone, listen: gone }
  const server = await serve({ t, place: { port: 0 }, clock, log: silentLog, client })
  t.after(() => server.close())
  const { get } = await logIn(server.address, server.newLink())
  const { status, text } = await get('')
  assert.equal(status, 503)
  assert.match(text, /<h1>the daemon is not running<\/h1>\s*<p>start it: isconf start<\/p>/)
})

pageTest('what a command wrote is asked for only when somebody wants it, and is text', async (t, served) => {
  const birch = hostRow('birch', { state: 'stopped', stopped: { operation: 'abc:0', why: 'it failed', since: null } })
  const { server, asked } = await served(t, [host, birch])
  const { get } = await logIn(server.address, server.newLink())
  const outputs = (): readonly string[] => asked.filter((path) => path.startsWith('/v1/output'))
  const { text } = await get('hosts/birch')
  assert.deepEqual(outputs(), [])
  const links = [...text.matchAll(/href="[^"]*?(hosts\/[^"]*)">([^<]*)/g)].map(([, path = '', words = '']) => [
    words,
    path,
  ])
  assert.deepEqual(
    links.map(([words]) => words),
    ['What abc:0 wrote there', 'What its last command wrote'],
  )
  for (const [, path = ''] of links) {
    const { status, text } = await get(path)
    assert.equal(status, 200)
    assert.doesNotMatch(text, /<img/)
    assert.ok(textOf(text).includes(markup))
    assert.match(text, /<p>70000 bytes before this are not kept/)
    assert.doesNotMatch(text, /Standard error/)
  }
  const query = `/v1/output?host=${birch.peerId}`
  assert.deepEqual(outputs(), [`${query}&operation=abc%3A0`, query])
})

pageTest('many hosts come in pages of a thousand, and the filter goes along', async (t, served) => {
  const many = Array.from({ length: 1_500 }, (_, index) => hostRow(`host${String(index).padStart(4, '0')}`))
  const { server } = await served(t, [host, ...many])
  const { get } = await logIn(server.address, server.newLink())
  const first = await get('?name=host')
  assert.equal(hostsOnPage(first.text).length, 1_000)
  assert.match(first.text, /Hosts 1 to 1000 of 1500/)
  const [, next = ''] = /rel="next" href="[^"]*(\?[^"]*)"/.exec(first.text) ?? []
  const second = await get(next.replaceAll('&amp;', '&'))
  assert.deepEqual([hostsOnPage(second.text).length, hostsOnPage(second.text)[0]?.[1]], [500, 'host1000'])
  assert.doesNotMatch(second.text, /rel="next"/)
})

test("a unix socket is its owner's, and takes the place of one that was left, and of nothing else", async (t) => {
  const directory = temporaryDirectory(t)
  const path = join(directory, 'page.sock')
  const { server } = await served(t, [host], { path })
  assert.equal(statSync(path).mode & 0o777, 0o600)
  assert.equal((await (await logIn(path, server.newLink())).get('')).status, 200)
  const file = join(directory, 'file')
  writeFileSync(file, 'mine')
  await assert.rejects(served(t, [host], { path: file }), { code: 'WEB_ADDRESS', message: /file/ })
  assert.equal(statSync(file).size, 4)
})

test('a unix socket in a directory that others can change is refused, before anything is put or removed there', async (t) => {
  const directory = temporaryDirectory(t)
  const path = join(directory, 'page.sock')
  chmodSync(directory, 0o1777)
  if (changeableByOthers(directory) === undefined)
    return t.skip('the temporary directory is hidden from others: this was NOT tested')
  const message = `the page can't have ${path}: IS_WEB: ${directory} can be changed by everybody (mode 1777): chmod go-w ${directory}`
  await assert.rejects(served(t, [host], { path }), { code: 'WEB_ADDRESS', message })
  assert.deepEqual(namesIn(directory), [])
})

test('another user of this host gets no more at the port than anybody without a link', {
  skip: unlessRootHas(),
}, async (t) => {
  const { server, asked } = await served(t, [host])
  const { top } = await logIn(server.address, server.newLink())
  const directory = temporaryDirectory(t)
  const path = join(directory, 'page.sock')
  await served(t, [host], { path })
  await asPlainUser(directory, async () => {
    await assert.rejects(ask(path, '/'), { code: 'EACCES' })
    for (const path of ['/', top, `${top}journal`, '/login/guessed'])
      assert.equal((await ask(server.address, path)).status, 401)
  })
  assert.deepEqual(asked, [])
})

async function leavesThoseOfRoot(t: TestContext, served: Serve): Promise<void> {
  const warnings: string[] = []
  const { server } = await served(t, [host], { port: 0 }, { ...silentLog, warn: (_, text) => warnings.push(text) })
  const { port } = new URL(server.address)
  let refused = 0
  await asPlainUser(temporaryDirectory(t), async () => {
    for (let count = 0; count < 16 + 4; count += 1) {
      const socket = connect(Number(port), '127.0.0.1')
      socket
        .once('error', () => undefined)
        .once('close', () => {
          refused += 1
        })
      t.after(() => socket.destroy())
    }
    await until(() => refused === 4, 'those beyond the share are closed')
  })
  assert.equal((await (await logIn(server.address, server.newLink())).get('')).status, 200)
  assert.match(warnings.join(), /^the page: refused a connection of user \d+, who has too many$/)
}

pageTest('a user of this host who opens all the connections that they may leaves those of root', leavesThoseOfRoot, {
  skip: unlessRootHas(),
})
