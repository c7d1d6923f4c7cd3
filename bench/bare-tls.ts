/** What a file's way to another process costs at the least: one TLS stream, a hash and a file at the end. */
import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { assertDone, begin } from '../test/harness/lab.ts'

const sender = fileURLToPath(new URL('baselines/tls-send.js', import.meta.url))
const receiver = fileURLToPath(new URL('baselines/tls-receive.js', import.meta.url))
const address = '127.0.0.1'

/** A key and a certificate in `directory`, made by the openssl command. */
export function makeCertificate(directory: string): readonly [string, string] {
  const paths = [join(directory, 'tls.key'), join(directory, 'tls.crt')] as const
  const curve = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes']
  const names = ['-keyout', paths[0], '-out', paths[1], '-subj', '/CN=bench', '-days', '1']
  execFileSync('openssl', ['req', '-x509', ...curve, ...names], { stdio: ['ignore', 'ignore', 'pipe'] })
  return paths
}

/** Sends the file once; milliseconds from connecting until it is hashed and on disk, and those of CPU time at both ends. */
export async function sendByBareTls(
  certificate: readonly [string, string],
  path: string,
  sha256: string,
): Promise<{ readonly tookMs: number; readonly cpuMs: number }> {
  const arrived = `${path}.arrived`
  const sending = begin([process.execPath, sender, ...certificate, address, path], {})
  try {
    const port = await new Promise<string>((resolve) =>
      sending.child.stdout?.once('data', (line) => resolve(`${line}`.trim())),
    )
    const received = assertDone(await begin([process.execPath, receiver, address, port, arrived], {}).done)
    const [tookMs, receiverMs, found] = received.stdout.trim().split(' ')
    assert.equal(found, sha256, 'the bare stream delivered what was sent')
    const senderMs = assertDone(await sending.done)
      .stdout.trim()
      .split('\n')
      .at(-1)
    return { tookMs: Number(tookMs), cpuMs: Number(receiverMs) + Number(senderMs) }
  } finally {
    sending.child.kill()
    rmSync(arrived, { force: true })
  }
}
