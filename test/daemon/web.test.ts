/** The page of a host, as a browser gets it from a daemon and from `isconf web`; without one. */
import assert from 'node:assert/strict'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { test } from 'node:test'
import type { HostRow } from '../../src/control/index.ts'
import { doneText } from '../../src/presentation/index.ts'
import { changesets, hostWithFleet, markup, statesOfFleet } from '../harness/fleet-page.ts'
import { assertRefused, Lab, type LabHost, until } from '../harness/lab.ts'
import { ask, hostsOnPage, type LoggedIn, logIn, textOf } from '../support/browser.ts'

test('the page of a daemon tells what the verbs tell, in the same order', async (t) => {
  const alder = await hostWithFleet(t)
  const page = await opened(alder)

  const told = JSON.parse((await alder.run('fleet', '--json')).stdout) as { readonly hosts: readonly HostRow[] }
  const states = new Set(told.hosts.map(({ state }) => state))
  assert.deepEqual([...states], statesOfFleet)
  const { text: fleet } = await page.get('')
  assert.deepEqual(
    hostsOnPage(fleet).map((cells) => cells.slice(0, 4)),
    told.hosts.map((one) => [one.state, one.name, one.branch ?? '?', doneText(one)]),
  )
  const table = (await alder.run('fleet', '--all')).stdout.split('\n').slice(1, -1)
  for (const [index, [state = '', name = '', , , , reason = '']] of hostsOnPage(fleet).entries())
    for (const words of [state, name, reason]) assert.ok(table[index]?.includes(words), `${words}\n${table[index]}`)

  const { text: one } = await page.get(`hosts/${encodeURIComponent(markup)}`)
  for (const line of (await alder.run('fleet', markup)).stdout.split('\n'))
    assert.ok(textOf(one).includes(line.slice(line.search(/ {2}/)).trim()), line)

  // On a stream of its own each, and nothing that a terminal or a browser would take for more than text.
  const { stdout, stderr } = await alder.does('fleet', 'alder', '--output')
  const wrote = textOf((await page.get('hosts/alder/output')).text)
  for (const line of [...stdout.split('\n'), stderr.split('\n')[1] ?? '']) assert.ok(wrote.includes(line), line)
  assert.match(wrote, /3\n<b onclick="x">bold<\/b>&amp;\\u001b\[2J\n/)
  const away = await page.get(`hosts/${encodeURIComponent(markup)}/output`)
  assert.deepEqual([away.status, /can't be asked/.test(textOf(away.text))], [504, true])

  const [last, first] = await changesets(alder)
  assert.ok(last && first)
  const { text: journal } = await page.get('journal')
  for (const { id, author, message } of [last, first])
    for (const words of [id.slice(0, 12), author, message]) assert.ok(textOf(journal).includes(words), words)

  const diff = (await alder.run('diff', first.id.slice(0, 12), last.id.slice(0, 12))).stdout
  assert.match(diff, /^-one\n\+two$/m)
  assert.equal(await diffOnPage(page, last.id), diff)
  assert.match(await diffOnPage(page, first.id), /^\+one$/m)
  assert.match((await page.get(`changesets/${last.id}`)).text, new RegExp(`<dd>${last.id}</dd>`))

  const here = told.hosts.filter(({ branch }) => branch === 'generic')
  const left = here.filter(({ position }) => position !== 3)
  assert.ok(left.length > 2 && left.length < here.length, `${left.length} of ${here.length}`)
  for (const query of ['', '?fresh=only']) {
    const { text } = await page.get(`changesets/${last.id}${query}`)
    const [, hosts = ''] = /<section id="hosts" data-part>(.*?)<\/section>/s.exec(text) ?? []
    assert.ok(textOf(hosts).includes(`${here.length - left.length} of the ${here.length} hosts whose branch has it`))
    assert.deepEqual(
      [...hosts.matchAll(/<a [^>]*>(.*?)<\/a>/g)].map(([, name = '']) => textOf(name)),
      left.map(({ name }) => name),
    )
    assert.equal(text.includes('<pre class="diff"'), query === '', 'the differences do not change')
  }

  const happens = page.listen('events', /^data: lock-taken\n\n/m)
  await happens.begun
  await alder.does('lock', markup)
  await happens.heard
  await alder.does('exec', 'true')
  const { text: now } = await page.get('now')
  assert.match(textOf(now), new RegExp(`Branch generic: luke@alder since \\S+: ${markup}`))
  assert.match(textOf(now), /Not checked in on alder[\s\S]*exec true/)
  for (const text of [fleet, one, journal, now]) assert.doesNotMatch(text, /<b /)
})

test('isconf web serves the page itself where the daemon does not, until Ctrl-C', async (t) => {
  const lab = await Lab.of(t, 'alder')
  const [alder] = lab.hosts as [LabHost]
  await alder.start()
  const place = join(lab.directory, 'page.sock')
  const { child, done } = alder.begin({}, 'web', '--listen', place)
  let out = ''
  child.stdout?.on('data', (part: Buffer) => {
    out += part
  })
  await until(() => out.includes('\n'), 'isconf web prints a link')
  const page = await logIn(place, new URL(out.trim()).pathname)
  assert.deepEqual(
    hostsOnPage((await page.get('')).text).map(([, name]) => name),
    ['alder'],
  )
  child.kill('SIGINT')
  const { status, stderr } = await done
  assert.equal(status, 0)
  assert.match(
    stderr,
    new RegExp(`^isconf: the link logs in once, within ten minutes; before it: ssh -L 8080:${place} alder\n`),
  )

  // A port that somebody has keeps the daemon from nothing else.
  const other = createServer().listen(0, '127.0.0.1')
  t.after(() => other.close())
  await until(() => other.listening, 'a port is taken')
  const { port } = other.address() as { readonly port: number }
  await alder.stop()
  alder.env['IS_WEB'] = String(port)
  await alder.start()
  const text = `the page can't have port ${port} of 127.0.0.1: something else has it`
  assertRefused(await alder.run('web'), 223, text, 'IS_WEB')
  assert.ok((await alder.status()).warnings.some((one) => one.startsWith(text)))
})

test('a daemon that starts again knows no session of the one before', async (t) => {
  const lab = await Lab.of(t, 'alder')
  const [alder] = lab.hosts as [LabHost]
  const place = join(lab.directory, 'page.sock')
  alder.env['IS_WEB'] = place
  await alder.start()
  const page = await opened(alder, place)
  assert.equal((await page.get('')).status, 200)
  await alder.does('restart')
  assert.equal((await page.get('')).status, 401)
  assert.equal((await (await opened(alder, place)).get('')).status, 200)
  assert.equal((await ask(place, page.top)).status, 401)
})

/** The page of a host's daemon, by the link that the host prints; at `place` where that is a socket. */
async function opened(host: LabHost, place?: string): Promise<LoggedIn & { readonly origin: string }> {
  const { origin, pathname } = new URL((await host.does('web')).stdout.trim())
  return { ...(await logIn(place ?? origin, pathname)), origin }
}

/** What a changeset changes, in the form of `isconf diff`. */
async function diffOnPage(page: LoggedIn, id: string): Promise<string> {
  const { text } = await page.get(`changesets/${id}`)
  const sections = [...text.matchAll(/<section class="file">\n<h3>(.*?)<\/h3>\n(?:<pre [^>]*>(.*?)<\/pre>)?/gs)]
  return sections.map(([, head = '', body = '']) => `${textOf(head)}\n${body.replaceAll(/<[^>]*>/g, '')}`).join('')
}
