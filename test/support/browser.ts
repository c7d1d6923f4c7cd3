/** What a browser does with the page, without one: it keeps the cookie, and follows where it is sent. */
import assert from 'node:assert/strict'
import { type IncomingHttpHeaders, request } from 'node:http'

export interface Answer {
  readonly status: number | undefined
  readonly headers: IncomingHttpHeaders
  readonly text: string
}

export interface AskOptions {
  readonly method?: string
  readonly headers?: Readonly<Record<string, string>>
}

/** Asks for a path of a page, which is at `http://127.0.0.1:PORT` or a unix socket. */
export function ask(address: string, path: string, { method = 'GET', headers = {} }: AskOptions = {}): Promise<Answer> {
  const where = address.startsWith('/') ? { socketPath: address } : { host: '127.0.0.1', port: new URL(address).port }
  return new Promise((resolve, reject) => {
    const call = request({ ...where, path, method, headers: { host: 'localhost', ...headers }, agent: false })
    call.once('error', reject).once('response', (response) => {
      let text = ''
      response.setEncoding('utf8').on('data', (part: string) => {
        text += part
      })
      response.once('end', () => resolve({ status: response.statusCode, headers: response.headers, text }))
    })
    call.end()
  })
}

export interface LoggedIn {
  /** The path of the first page, which all others begin with. */
  readonly top: string
  readonly cookie: string
  /** A page, by its path behind the first. */
  get(path: string, headers?: Readonly<Record<string, string>>): Promise<Answer>
  /** Reads what never ends, until it has this in it. */
  listen(path: string, wanted: RegExp): Listening
}

export interface Listening {
  readonly begun: Promise<void>
  readonly heard: Promise<void>
}

/** Opens a link as somebody who was given it. */
export async function logIn(address: string, link: string): Promise<LoggedIn> {
  const { status, headers } = await ask(address, link)
  assert.equal(status, 303)
  const top = headers.location ?? ''
  const [cookie = ''] = headers['set-cookie']?.[0]?.split(';') ?? []
  return {
    ...{ top, cookie },
    get: (path, more) => ask(address, `${top}${path}`, { headers: { cookie, ...more } }),
    listen: (path, wanted) => listen(address, `${top}${path}`, cookie, wanted),
  }
}

function listen(address: string, path: string, cookie: string, wanted: RegExp): Listening {
  const { port } = new URL(address)
  const begun = Promise.withResolvers<void>()
  const heard = Promise.withResolvers<void>()
  const call = request({ host: '127.0.0.1', port, path, headers: { host: 'localhost', cookie }, agent: false })
  call.once('response', (response) => {
    if (response.statusCode === 200) begun.resolve()
    else begun.reject(new Error(`status ${response.statusCode}`))
    let text = ''
    response.setEncoding('utf8').on('data', (part: string) => {
      text += part
      if (!wanted.test(text)) return
      heard.resolve()
      call.destroy()
    })
    response.once('error', heard.reject)
  })
  call.once('error', begun.reject).end()
  return { begun: begun.promise, heard: heard.promise }
}

/** The hosts of the fleet's page, from its rows: what a person reads there. */
export function hostsOnPage(html: string): readonly (readonly string[])[] {
  const [, body = ''] = /<tbody[^>]*>(.*?)<\/tbody>/s.exec(html) ?? []
  return [...body.matchAll(/<tr [^>]*>(.*?)<\/tr>/gs)].map(([, row = '']) =>
    [...row.matchAll(/<(td|th) [^>]*>(.*?)<\/\1>/gs)].map(([, , cell = '']) => textOf(cell)),
  )
}

/** Of a piece of HTML, without the remarks in it. */
export function textOf(html: string): string {
  const text = html.replaceAll(/<small>.*?<\/small>/gs, '').replaceAll(/<[^>]*>/g, '')
  return Object.entries(entities)
    .reduce((rest, [entity, character]) => rest.replaceAll(entity, character), text)
    .trim()
}

/** The ampersand last: what it makes is not to be read again. */
const entities = { '&lt;': '<', '&gt;': '>', '&quot;': '"', '&#39;': "'", '&amp;': '&' }
