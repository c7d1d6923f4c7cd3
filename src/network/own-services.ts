/** What the network process answers by itself: questions for files. */
import type { BlobSource, Clock } from '../base/index.ts'
import { serveBlobs } from '../transfer/index.ts'
import type { FromNetwork } from './messages.ts'
import type { Serve } from './session-options.ts'

/** By protocol. */
export type OwnServices = ReadonlyMap<string, Serve>

export function ownServices(files: BlobSource, clock: Clock, send: (message: FromNetwork) => void): OwnServices {
  const services = new Map<string, Serve>()
  serveBlobs({ handle: (protocol, serve) => services.set(protocol, serve) }, files, clock, {
    onAsked: (file, peer) => send({ type: 'file asked for', file, peer }),
  })
  return services
}
