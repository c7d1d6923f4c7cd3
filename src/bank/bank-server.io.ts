/** The package bank as programs of this host see it: a port on loopback, for whoever runs on this host. */
import { type AddressInfo, createServer, type Server } from 'node:net'
import type { Cancel } from '../base/index.ts'
import { connectionShares, type SharesOptions } from '../base/share-connections.io.ts'
import { bankPath } from '../control/index.ts'
import type { BankConnections } from './bank-connections.io.ts'
import type { BankServer } from './bank-source.ts'

const host = '127.0.0.1'
/** Each holds two pieces in memory, and a make of root with many jobs has a few dozen. */
const limits = { rootMax: 64, othersMax: 32, userMax: 8 }
/** Between two tries to have the port. */
const retryMs = 15_000

export interface BankServerOptions extends Pick<SharesOptions, 'callerOf' | 'clock' | 'log'> {
  /** 0 takes any free one. */
  readonly port: number
  readonly connections: BankConnections
}

/** Offers the bank; resolves when it answers, or has found its port taken and tries again now and then. */
export async function serveBank({ port, ...options }: BankServerOptions): Promise<BankServer> {
  const { connections, clock, log } = options
  const server = makeServer(options)
  let address: string | undefined
  let warning: string | undefined
  let cancel: Cancel = () => undefined
  let closing = false
  const tryPort = async (): Promise<void> => {
    const failure = await listen(server, port)
    if (failure === undefined) {
      address = `http://${host}:${(server.address() as AddressInfo).port}${bankPath}`
      warning = undefined
      log.info({ address }, `the package bank answers at ${address}`)
      return
    }
    const text = `the package bank can't have port ${port} of ${host}, which IS_HTTP_PORT sets: ${failure}`
    if (text !== warning) log.warn({}, `${text}; trying again every ${retryMs / 1_000} seconds`)
    warning = text
    if (!closing) cancel = clock.after(retryMs, () => void tryPort())
  }
  await tryPort()
  return {
    address: () => address,
    warning: () => warning,
    close: async () => {
      closing = true
      cancel()
      await new Promise<void>((resolve) => {
        server.close(() => resolve())
        connections.close()
      })
    },
  }
}

/** What keeps it from listening; undefined when it does. */
function listen(server: Server, port: number): Promise<string | undefined> {
  return new Promise((resolve) => {
    const onError = (error: NodeJS.ErrnoException): void => {
      server.off('listening', onListening)
      if (error.code === 'EADDRINUSE') resolve('something else has it')
      else resolve(error.code === 'EACCES' ? 'it is not for every user' : error.message)
    }
    const onListening = (): void => {
      server.off('error', onError)
      resolve(undefined)
    }
    server.once('error', onError).once('listening', onListening).listen(port, host)
  })
}

/** Who sends no more may still be sent an answer. Nothing is read before it is known who is to read it. */
function makeServer({ connections, ...options }: Omit<BankServerOptions, 'port'>): Server {
  const admit = connectionShares({ what: 'package bank', limits, ...options })
  const server = createServer({ allowHalfOpen: true, noDelay: true, pauseOnConnect: true }, (socket) => {
    const admitted = admit(socket)
    if (admitted) connections.serve(socket, admitted)
  })
  server.on('error', (error) => {
    if (server.listening) options.log.warn({}, `package bank: ${error.message}`)
  })
  return server
}
