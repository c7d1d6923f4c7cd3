/**
 * How the daemon hands open files to the network process: over a second socket, which is itself handed over with the
 * first words on the channel. Where the kernel can't be asked for that, there is none, and everything goes over the
 * channel.
 */
import { closeSync, readSync } from 'node:fs'
import type { Socket } from 'node:net'
import { pieceBytes } from '../base/index.ts'
import { descriptorOf, systemCalls } from '../machine/index.ts'
import type { Lend, LentMemory } from './fetched.ts'
import type { HandOver } from './file-answers.ts'
import type { Take } from './handed-over.ts'
import type { ToNetwork } from './messages.ts'
import { headOf } from './wire.ts'

const numberBytes = 6
/** The daemon speaks when it has started the process; one of another release may not. */
const firstWordsMsMax = 2_000

/** The daemon's end. */
export interface Handover {
  readonly handOver: HandOver
  readonly lend: Lend
  close(): void
}

/** Makes such a socket, and hands its other end over before anything else is said. */
export function beginHandover(channel: Socket): Handover | undefined {
  const message = Buffer.from(JSON.stringify({ type: 'handover' } satisfies ToNetwork))
  const words = Buffer.concat([headOf('message', 0, message.length), message])
  const fd = descriptorOf(channel)
  const { calls } = systemCalls()
  if (fd === undefined || calls === undefined) {
    channel.write(words)
    return undefined
  }
  const [own, other] = calls.socketPair()
  let isOpen = true
  const close = (): void => {
    if (isOpen) closeSync(own)
    isOpen = false
  }
  try {
    calls.sendDescriptors(fd, words, [other])
  } catch {
    close()
    channel.write(words)
    return undefined
  } finally {
    closeSync(other)
  }
  const handOver: HandOver = (number, descriptors) => {
    if (!isOpen) throw new Error('the other process has ended')
    const bytes = Buffer.alloc(numberBytes)
    bytes.writeUIntBE(number, 0, numberBytes)
    calls.sendDescriptors(own, bytes, descriptors)
  }
  const lend: Lend = (number) => {
    let memory: number | undefined
    try {
      memory = calls.makeSharedMemory(pieceBytes)
      handOver(number, [memory])
      return lentMemory(memory)
    } catch {
      if (memory !== undefined) closeSync(memory)
      return undefined
    }
  }
  return { handOver, lend, close }
}

/**
 * Read as a file is, and never mapped: what the process writes meanwhile can change what is read, and nothing else. It is
 * read at once, which takes no longer than a copy, because no disk is waited for.
 */
function lentMemory(descriptor: number): LentMemory {
  let isOpen = true
  return {
    read: (into) => {
      if (!isOpen) throw new Error('the memory is lent no more')
      readSync(descriptor, into, 0, into.length, 0)
    },
    close: () => {
      if (isOpen) closeSync(descriptor)
      isOpen = false
    },
  }
}

/** The network process's end: waits for the daemon's first words, which are given back, and takes the socket from them. */
export function takeHandover(channel: number): { readonly words: Buffer; readonly take: Take | undefined } {
  const { calls } = systemCalls()
  const first = calls?.receiveDescriptors(channel, firstWordsMsMax)
  const [socket, ...others] = first?.descriptors ?? []
  for (const other of others) closeSync(other)
  return { words: first?.bytes ?? Buffer.alloc(0), take: socket === undefined ? undefined : takeFrom(socket) }
}

function takeFrom(socket: number): Take {
  return () => {
    const received = systemCalls().calls?.receiveDescriptors(socket)
    if (received === undefined || received.bytes.length < numberBytes) return undefined
    return { number: received.bytes.readUIntBE(0, numberBytes), descriptors: received.descriptors }
  }
}
