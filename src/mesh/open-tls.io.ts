/** Starts the mesh's Transport on Node's own TLS and HTTP/2. */
import { TlsTransport } from './tls-transport.io.ts'
import type { TlsTransportOptions } from './tls-transport-options.ts'

/** Makes the transport and listens. PORT_TAKEN when something else does already, PORT_FORBIDDEN when this user may not. */
export async function openTls(options: TlsTransportOptions): Promise<TlsTransport> {
  const transport = new TlsTransport(options)
  await transport.listen()
  return transport
}
