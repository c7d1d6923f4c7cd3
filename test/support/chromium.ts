/** The browser of Debian, as a person would use it; the page is our own, so that it needs no sandbox. */
import { type Browser, chromium } from 'playwright-core'
import type { Ending } from '../harness/lab.ts'
import { ran } from './tools.ts'

/** On a machine that has much else to do everything takes its time. */
export const patienceMs = 240_000

/** Ends with the test. */
export async function openBrowser(ending: Ending): Promise<Browser> {
  const executablePath = ran('sh', '-c', 'command -v chromium').text.trim()
  const browser = await chromium.launch({
    executablePath,
    timeout: patienceMs,
    args: ['--no-sandbox', '--disable-dev-shm-usage'],
  })
  ending.after(() => browser.close())
  return browser
}
