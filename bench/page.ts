/** The page of the fleet where a thousand hosts are known: how long the host works for it, and the browser. */
import type { Browser, Page } from 'playwright-core'
import { putRecords } from '../test/harness/host-records.ts'
import { Lab } from '../test/harness/lab.ts'
import { ask, type LoggedIn, logIn } from '../test/support/browser.ts'
import { openBrowser } from '../test/support/chromium.ts'
import { ran } from '../test/support/tools.ts'
import type { Bench, Benchmark } from './bench.ts'
import { hostsMax, wordsOf } from './fleet.ts'
import { median, takeTurns, timed } from './measure.ts'
import type { Row } from './report.ts'

export const page: Benchmark = {
  name: 'page',
  summary: 'the page of the fleet, with 1,000 hosts known: made by the host, and shown by Chromium',
  run: async (bench) => {
    const [many] = (await Lab.of(bench, 'many')).hosts
    if (!many) throw new Error('a lab has the hosts that it was made with')
    many.knows([])
    putRecords(many, wordsOf(hostsMax - 1))
    many.env['IS_WEB'] = '0'
    await many.start()
    const link = async (): Promise<URL> => new URL((await many.does('web')).stdout.trim())
    const { origin, pathname } = await link()
    const made = await madeRow(bench, many.home, await logIn(origin, pathname))
    if (ran('sh', '-c', 'command -v chromium').status !== 0) return [made]
    const browser = await openBrowser(bench)
    return [made, ...(await shownRows(bench, browser, link))]
  },
}

async function madeRow(bench: Bench, home: string, { get }: LoggedIn): Promise<Row> {
  const against = 'the same hosts as JSON, /v1/hosts'
  const samples = await takeTurns(bench.short ? 5 : 21, {
    page: () => timed(() => get('')),
    [against]: () => timed(() => ask(`${home}/conf/.ctl`, '/v1/hosts')),
  })
  const [own, base] = [samples['page'] ?? [], samples[against] ?? []]
  const sizeBytes = Buffer.byteLength((await get('')).text)
  return {
    ...{ what: 'the page of 1,000 hosts, made', measured: median(own), unit: 'ms', samples: own },
    ...{ against: { what: against, measured: median(base), samples: base }, ratio: median(own) / median(base) },
    note: `it has ${sizeBytes} bytes`,
  }
}

/** Main-thread time that no frame can be drawn in. */
const longTasks = `new Promise((resolve) => {
  new PerformanceObserver((list) => resolve(Math.max(...list.getEntries().map(({ duration }) => duration))))
    .observe({ type: 'longtask', buffered: true })
  setTimeout(() => resolve(0), 500)
})`

async function shownRows(bench: Bench, browser: Browser, link: () => Promise<URL>): Promise<readonly Row[]> {
  const shown = await browser.newPage()
  await shown.goto((await link()).href)
  const against = 'all rows laid out'
  const rounds = bench.short ? 5 : 21
  const laid = await takeTurns(rounds, {
    laid: () => layoutMs(shown, 'auto'),
    [against]: () => layoutMs(shown, 'visible'),
  })
  const merged: number[] = []
  for (let round = 0; round < rounds; round += 1) merged.push(await mergeMs(shown))
  const [own, base] = [laid['laid'] ?? [], laid[against] ?? []]
  await shown.reload()
  const longest = (await shown.evaluate(longTasks)) as number
  return [
    {
      ...{ what: 'the page of 1,000 hosts, laid out', measured: median(own), unit: 'ms', samples: own },
      ...{ against: { what: against, measured: median(base), samples: base }, ratio: median(own) / median(base) },
      note: `while it loads, the longest time without a frame is ${Math.round(longest)} ms, 0 for less than 50`,
    },
    { ...{ what: 'the page of 1,000 hosts, one row changed', measured: median(merged), unit: 'ms', samples: merged } },
  ]
}

/** Styles and places of everything, from nothing. */
function layoutMs(shown: Page, visibility: 'auto' | 'visible'): Promise<number> {
  return shown.evaluate(`(() => {
    const sheet = new CSSStyleSheet()
    sheet.replaceSync('.fleet tbody tr { content-visibility: ${visibility} !important }')
    document.adoptedStyleSheets = [sheet]
    const main = document.getElementById('main')
    main.hidden = true
    document.body.offsetHeight
    const beganMs = performance.now()
    main.hidden = false
    document.body.offsetHeight
    return performance.now() - beganMs
  })()`)
}

/** What the script does with a page that has come, and the layout after it. */
function mergeMs(shown: Page): Promise<number> {
  return shown.evaluate(`(() => {
    const fresh = document.cloneNode(true)
    fresh.querySelector('#hosts tr:nth-child(500) .why').textContent = String(performance.now())
    const beganMs = performance.now()
    merge(fresh)
    document.body.offsetHeight
    return performance.now() - beganMs
  })()`)
}
