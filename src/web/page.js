// biome-ignore-all lint/style/noRestrictedGlobals: a browser has no other clock
/**
 * Keeps a page as it is now while somebody looks at it: loads it again when the host tells that something has happened,
 * and now and then, and puts what has changed into its place. Without it the page is what it was when it was loaded.
 */
const everyMs = 30_000
/** Of what happens in a second the end is shown. */
const burstMs = 1_000
const live = document.getElementById('live')
const parts = '[data-part], [data-rows], #read-at'

/** Not while nobody looks, or while somebody marks text to copy it. */
function mayRefresh() {
  return !document.hidden && document.getSelection()?.isCollapsed !== false
}

/** The page as it is now, or of it what may have changed, parsed and not run. */
function fetchPage() {
  return new Promise((resolve, reject) => {
    const call = new XMLHttpRequest()
    call.responseType = 'document'
    call.onload = () => (call.status === 200 ? resolve(call.response) : reject(call.status))
    call.onerror = () => reject(0)
    call.open('GET', document.body.dataset.fresh ?? location.href)
    call.send()
  })
}

/** What somebody has opened stays open. */
function keepOpen(own, row) {
  const before = own.querySelectorAll('details')
  for (const [at, one] of row.querySelectorAll('details').entries()) one.open = before[at]?.open ?? one.open
}

/** Puts the new rows into their places and leaves alone those that are the same. */
function mergeRows(old, fresh) {
  const ownById = new Map([...old.children].map((row) => [row.id, row]))
  let at = old.firstElementChild
  for (const row of fresh.children) {
    const own = ownById.get(row.id)
    if (own) keepOpen(own, row)
    if (own?.isEqualNode(row)) {
      if (own === at) at = at.nextElementSibling
      else old.insertBefore(own, at)
      continue
    }
    old.insertBefore(document.importNode(row, true), at)
    if (own === at) at = own.nextElementSibling
    own?.remove()
  }
  while (at) {
    const next = at.nextElementSibling
    at.remove()
    at = next
  }
}

function merge(fresh) {
  // Who stands on a link of a row stands there afterwards, too.
  const place = document.activeElement?.closest('[id]')?.id
  const href = document.activeElement?.getAttribute('href')
  for (const own of document.querySelectorAll(parts)) {
    const now = fresh.getElementById(own.id)
    if (!now || own.isEqualNode(now)) continue
    if (own.matches('[data-rows]')) mergeRows(own, now)
    else own.replaceWith(document.importNode(now, true))
  }
  if (document.title !== fresh.title) {
    document.title = fresh.title
    document.querySelector('h1').textContent = fresh.querySelector('h1').textContent
  }
  if (document.activeElement !== document.body || !place || !href) return
  document
    .getElementById(place)
    ?.querySelector(`a[href="${CSS.escape(href)}"]`)
    ?.focus()
}

function say(text) {
  if (live.textContent !== text) live.textContent = text
}

let isRefreshing = false

async function refresh() {
  if (isRefreshing || !mayRefresh()) return
  isRefreshing = true
  try {
    merge(await fetchPage())
    say('')
  } catch (status) {
    say(
      status === 401
        ? 'You are logged out: isconf web prints another link. Above is what was known before.'
        : 'This host does not answer: above is what was known before.',
    )
  }
  isRefreshing = false
}

let isDue = false

function refreshSoon() {
  if (isDue) return
  isDue = true
  setTimeout(async () => {
    isDue = false
    // What is being loaded may be of before.
    if (isRefreshing) refreshSoon()
    else await refresh()
  }, burstMs)
}

let events

/** Only while somebody looks: a browser has six connections to a host, for all of its windows. */
function listen() {
  if (document.hidden) {
    events?.close()
    events = undefined
    return
  }
  if (events) return
  events = new EventSource(document.body.dataset.events)
  // What happened before it was open is heard of nowhere else.
  events.onopen = refreshSoon
  events.onmessage = refreshSoon
}

if (document.querySelector('[data-part], [data-rows]')) {
  // How far other hosts have come is no event of this one.
  setInterval(refresh, everyMs)
  document.addEventListener('visibilitychange', listen)
  listen()
}
