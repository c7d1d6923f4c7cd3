/** The network process: speaks to the network, reads and writes no file, and ends with the daemon. */
import { Socket } from 'node:net'
import { NetworkEnd } from './network-end.io.ts'

/** Where the daemon is, or systemd has put the connection to it. */
const channelDescriptor = 3

/** Runs until the daemon ends, or wants it. */
export function runNetwork(): void {
  // Signals go to whoever stops the daemon, which then ends this process.
  for (const signal of ['SIGINT', 'SIGHUP', 'SIGUSR1'] as const) process.on(signal, () => undefined)
  const socket = new Socket({ fd: channelDescriptor })
  new NetworkEnd(socket, () => process.exit(0))
}
