/** The page of a host in a real browser: what a person sees, with and without a script, a mouse, and eyes. */
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { test } from 'node:test'
import type { AxeResults } from 'axe-core'
import type { Page } from 'playwright-core'
import type { HostRow } from '../../src/control/index.ts'
import { changesets, hostWithFleet, markup } from '../harness/fleet-page.ts'
import { openBrowser, patienceMs } from '../support/chromium.ts'
import { unlessThere } from '../support/tools.ts'

const phone = { width: 360, height: 740 }

test('a browser shows what isconf fleet says, by keyboard too, in dark and light, and loads nothing from elsewhere', {
  skip: unlessThere('chromium'),
}, async (t) => {
  const alder = await hostWithFleet(t)
  const browser = await openBrowser(t)
  const link = async (): Promise<string> => (await alder.does('web')).stdout.trim()
  const context = await browser.newContext()
  context.setDefaultTimeout(patienceMs)
  const page = await context.newPage()
  const complaints: string[] = []
  page.on('console', (message) => complaints.push(message.text()))
  page.on('pageerror', (error) => complaints.push(error.message))
  const origins = new Set<string>()
  page.on('request', (request) => origins.add(new URL(request.url()).origin))
  await page.goto(await link())

  const told = JSON.parse((await alder.run('fleet', '--json')).stdout) as { readonly hosts: readonly HostRow[] }
  assert.deepEqual(
    await page.locator('#hosts tr th a').allTextContents(),
    told.hosts.map(({ name }) => name),
  )
  assert.deepEqual(
    await page.locator('#hosts tr .state').allTextContents(),
    told.hosts.map(({ state }) => state),
  )
  const top = page.url()
  const [last, first] = await changesets(alder)
  const host = `hosts/${encodeURIComponent(markup)}`
  const paths = ['', host, 'hosts/alder/output', 'journal', `changesets/${last?.id}`, 'now', 'hosts/nobody']
  for (const path of paths) {
    await page.goto(`${top}${path}`)
    assert.deepEqual(await accessibilityFaults(page), [], path)
    // In the dark only colours are other ones.
    await page.emulateMedia({ colorScheme: 'dark' })
    assert.deepEqual(await accessibilityFaults(page, ['color-contrast']), [], `${path} in the dark`)
    await page.emulateMedia({ colorScheme: 'light' })
  }
  assert.deepEqual(
    complaints.filter((one) => !one.includes('404')),
    [],
  )
  assert.deepEqual([...origins], [new URL(top).origin])

  await page.goto(top)
  await page.keyboard.press('Tab')
  assert.equal(await page.locator(':focus').textContent(), 'Skip to the content')
  await page.keyboard.press('Enter')
  await page.locator('#hosts a').first().focus()
  await page.keyboard.press('Enter')
  await page.waitForURL(/hosts/)
  assert.equal(await page.locator('h1').textContent(), markup)

  await page.setViewportSize(phone)
  for (const path of paths) {
    await page.goto(`${top}${path}`)
    const widths = (await page.evaluate('[document.documentElement.scrollWidth, innerWidth]')) as readonly number[]
    assert.equal(widths[0], widths[1], `${path} fits on a phone`)
  }
  await page.goto(top)
  assert.deepEqual(await accessibilityFaults(page), [])

  await page.goto(`${top}now`)
  await alder.does('lock', 'what happens now')
  await page.locator('#locks').getByText('what happens now').waitFor()

  const plain = await (await browser.newContext({ javaScriptEnabled: false })).newPage()
  plain.setDefaultTimeout(patienceMs)
  await plain.goto(await link())
  await plain.locator('select[name=state]').selectOption('behind')
  await plain.locator('button').click()
  assert.deepEqual(await plain.locator('#hosts tr th a').allTextContents(), ['behind'])

  await page.goto(`${top}changesets/${first?.id}`)
  await page.locator('#operations summary').first().click()
  await alder.does('void', `${first?.id}:1`, '-m', 'it was not needed')
  await alder.does('ci')
  await page.locator('#operations').getByText('it was not needed').waitFor()
  assert.equal(await page.locator('#operations details[open]').count(), 1, 'what was opened stays open')
  assert.equal(await page.locator('pre.diff').count(), 1, 'and what does not change stays there')
})

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core'), 'utf8')

/** What axe-core finds; that the browser runs it is no matter of the page's policy. */
async function accessibilityFaults(page: Page, rules?: readonly string[]): Promise<readonly string[]> {
  await page.evaluate(axe)
  const { violations } = (await page.evaluate(
    `axe.run(document, ${JSON.stringify(rules ? { runOnly: rules } : {})})`,
  )) as AxeResults
  return violations.map(
    ({ id, nodes }) => `${id}: ${nodes.map(({ html, failureSummary }) => `${html} ${failureSummary}`).join('; ')}`,
  )
}
