/** The network process: speaks to the network, opens no file, and ends with the daemon. */
import { Socket } from 'node:net'
import { systemClock } from '../base/clock.io.ts'
import { giveMemoryBackAtRest } from '../machine/index.ts'
import { takeHandover } from './handover.io.ts'
import { NetworkEnd } from './network-end.io.ts'

/** Where the daemon is, or systemd has put the connection to it. */
const channelDescriptor = 3

/** Runs until the daemon ends, or wants it. */
export function runNetwork(): void {
  // Signals go to whoever stops the daemon, which then ends this process.
  for (const signal of ['SIGINT', 'SIGHUP', 'SIGUSR1'] as const) process.on(signal, () => undefined)
  const { words, take } = takeHandover(channelDescriptor)
  const socket = new Socket({ fd: channelDescriptor })
  new NetworkEnd(socket, () => process.exit(0), take)
  if (words.length > 0) socket.unshift(words)
  giveMemoryBackAtRest(systemClock)
}
