/** Announcements of a change to the whole domain at once; nothing depends on one having been heard. */
import type { Log } from '../base/index.ts'
import type { PeerId, Transport } from '../mesh/index.ts'
import { type Announcement, announcementSchema } from './announcement.ts'

/** Where changes are announced to the whole domain. */
export const announcementTopic = 'isconf/announce/1'

/** A gossiped announcement is small, or it is left to the exchange. */
const gossipBytesMax = 64 * 1024

/** Tells the domain, unless it is too much for gossip. */
export function publishGossip(transport: Transport, announcement: Announcement): void {
  const gossip = Buffer.from(JSON.stringify(announcement))
  if (gossip.length <= gossipBytesMax) transport.publish(announcementTopic, gossip)
}

/** Hears what others tell the domain, also those that this host is not connected to; what is malformed is left aside. */
export function onGossip(
  transport: Transport,
  log: Log,
  hear: (announcement: Announcement, from: PeerId) => void,
): void {
  transport.subscribe(announcementTopic, (message, from) => {
    const announcement = message.length <= gossipBytesMax ? announcementSchema.safeParse(parseJson(message)) : undefined
    if (announcement?.success) hear(announcement.data, from)
    else log.debug({ from }, 'left a malformed announcement aside')
  })
}

function parseJson(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(Buffer.from(bytes).toString('utf8'))
  } catch {
    return undefined
  }
}
