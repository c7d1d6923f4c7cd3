/** What the two protocols that could carry files cost, against bare TLS: processor time of sender and receiver together. */
import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { assertDone, begin } from '../test/harness/lab.ts'
import { makeCertificate } from './bare-tls.ts'
import type { Benchmark } from './bench.ts'
import { median, takeTurns } from './measure.ts'
import type { Row } from './report.ts'

const program = fileURLToPath(new URL('baselines/file-ways.js', import.meta.url))

export const fileWays: Benchmark = {
  name: 'file-ways',
  summary: 'a file over HTTP/1.1 and over HTTP/2, in processor time, against one bare TLS stream',
  run: async (bench) => {
    const sizeMiB = bench.short ? 32 : 256
    const directory = mkdtempSync(join(tmpdir(), 'isconf-bench-'))
    bench.after(() => rmSync(directory, { recursive: true, force: true }))
    const certificate = makeCertificate(directory)
    const samples = await takeTurns(bench.short ? 1 : 7, {
      bare: () => cpuMsOf(certificate, 'bare', sizeMiB),
      ownMemory: () => cpuMsOf(certificate, 'own-memory', sizeMiB),
      http1: () => cpuMsOf(certificate, 'http/1.1', sizeMiB),
      http2: () => cpuMsOf(certificate, 'h2', sizeMiB),
    })
    const row = (what: string, own: readonly number[]): Row => ({
      what: `${sizeMiB} MiB over ${what}, CPU`,
      measured: median(own),
      unit: 'ms',
      against: { what: 'bare TLS 1.3', measured: median(samples.bare), samples: samples.bare },
      ratio: median(own) / median(samples.bare),
      samples: own,
    })
    return [
      row("bare TLS, read into memory of one's own", samples.ownMemory),
      row('HTTP/1.1', samples.http1),
      row('HTTP/2', samples.http2),
    ]
  },
}

/** Milliseconds of both processes, from their start to their end. */
async function cpuMsOf(certificate: readonly [string, string], way: string, sizeMiB: number): Promise<number> {
  const sending = begin([process.execPath, program, 'send', ...certificate], {})
  try {
    const port = await new Promise<string>((resolve) =>
      sending.child.stdout?.once('data', (line) => resolve(`${line}`.trim())),
    )
    const received = assertDone(await begin([process.execPath, program, 'receive', way, port, `${sizeMiB}`], {}).done)
    const sent = assertDone(await sending.done)
    const [receiverMs, senderMs] = [received, sent].map(({ stdout }) => Number(stdout.trim().split('\n').at(-1)))
    assert.ok(receiverMs && senderMs, `${received.stdout} ${sent.stdout}`)
    return receiverMs + senderMs
  } finally {
    sending.child.kill()
  }
}
