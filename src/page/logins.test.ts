import assert from 'node:assert/strict'
import { test } from 'node:test'
import { SimClock } from '../../test/sim/clock.ts'
import { seededRandom } from '../../test/sim/random.ts'
import { cookieName, Logins, setCookie } from './logins.ts'

function logins(): { readonly clock: SimClock; readonly logins: Logins } {
  const clock = new SimClock()
  return { clock, logins: new Logins(clock, seededRandom(1)) }
}

test('a link makes a session once, and not after ten minutes', async () => {
  const { clock, logins: all } = logins()
  const [used, old] = [all.newLink(), all.newLink()]
  assert.ok(all.open(used))
  assert.equal(all.open(used), undefined)
  await clock.run(10 * 60_000 + 1)
  assert.equal(all.open(old), undefined)
  assert.equal(all.open('no link'), undefined)
  assert.ok(all.open(all.newLink()))
})

test('a session is known by its part of the path and its cookie together, for twelve hours', async () => {
  const { clock, logins: all } = logins()
  const [mine, other] = [all.open(all.newLink()), all.open(all.newLink())]
  assert.ok(mine && other)
  const cookie = `${cookieName}=${mine.cookie}`
  assert.equal(all.isIn(mine.name, `a=b; ${cookie}; c=d`), true)
  for (const [name, cookies] of [
    [mine.name, undefined],
    [mine.name, `${cookieName}=`],
    [mine.name, `x${cookie}`],
    [mine.name, `${cookie}x`],
    [mine.name, `${cookieName}=${other.cookie}`],
    [other.name, cookie],
    ['', cookie],
  ] as const)
    assert.equal(all.isIn(name, cookies), false, `${name} ${cookies}`)
  assert.match(setCookie(mine), /^isconf-page=\S{43}; Path=\/\S{43}\/; HttpOnly; SameSite=Strict; Max-Age=43200$/)
  await clock.run(12 * 3_600_000 + 1)
  assert.equal(all.isIn(mine.name, cookie), false)
})

test('of very many links and sessions the oldest are forgotten', () => {
  const { logins: all } = logins()
  const links = Array.from({ length: 65 }, () => all.newLink())
  assert.equal(all.open(links[0] ?? ''), undefined)
  assert.ok(all.open(links[1] ?? ''))
})
