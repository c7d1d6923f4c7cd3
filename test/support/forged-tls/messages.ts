/** The form of what is said in a handshake of TLS 1.3. */

/** Bytes after their number, which takes so many bytes itself. */
export function vector(lengthBytes: number, ...parts: readonly Buffer[]): Buffer {
  const content = Buffer.concat(parts)
  const length = Buffer.alloc(lengthBytes)
  length.writeUIntBE(content.length, 0, lengthBytes)
  return Buffer.concat([length, content])
}

export function message(type: number, parts: readonly Buffer[]): Buffer {
  return Buffer.concat([Buffer.of(type), vector(3, ...parts)])
}

export function extension(type: number, ...parts: readonly Buffer[]): Buffer {
  return Buffer.concat([Buffer.of(0, type), vector(2, ...parts)])
}

export function plainRecord(said: Buffer): Buffer {
  return Buffer.concat([Buffer.from([22, 3, 3]), vector(2, said)])
}

/** The content of each, by its type; they come after their whole length. */
export function extensionsOf(bytes: Buffer): ReadonlyMap<number, Buffer> {
  const found = new Map<number, Buffer>()
  for (let at = 2; at + 4 <= bytes.length; ) {
    const end = at + 4 + bytes.readUInt16BE(at + 2)
    found.set(bytes.readUInt16BE(at), bytes.subarray(at + 4, end))
    at = end
  }
  return found
}
