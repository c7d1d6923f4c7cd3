/** A daemon that holds the connections of a host and does nothing else: what Node itself costs. */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { makeCertificate } from './bare-tls.ts'
import type { BenchRun } from './bench-run.ts'

const program = fileURLToPath(new URL('baselines/tls-idle.js', import.meta.url))
const address = '127.0.0.1'

/** Starts one with two connections to each of so many peers, which are one process; its process id. */
export async function bareDaemon(bench: BenchRun, peers: number): Promise<number> {
  const directory = mkdtempSync(join(tmpdir(), 'isconf-bare-'))
  const certificate = makeCertificate(directory)
  const children: ChildProcess[] = []
  bench.after(() => {
    for (const child of children) child.kill()
    rmSync(directory, { recursive: true, force: true })
  })
  const start = async (): Promise<{ readonly child: ChildProcess; readonly port: string }> => {
    const child = spawn(process.execPath, [program, ...certificate, address], { stdio: ['pipe', 'pipe', 'inherit'] })
    children.push(child)
    return { child, port: await lineOf(child) }
  }
  const { port } = await start()
  const { child } = await start()
  for (let peer = 0; peer < peers; peer += 1) {
    child.stdin?.write(`${port}\n`)
    await lineOf(child)
  }
  return child.pid ?? 0
}

async function lineOf(child: ChildProcess): Promise<string> {
  if (!child.stdout) throw new Error('its output is not read')
  const [line] = await once(child.stdout, 'data')
  return `${line}`.trim()
}
