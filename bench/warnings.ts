/** What looking for operations that do not replay adds to `isconf ci`: nothing is known of them from `exec`, as after a restart. */
import { hostFacts } from '../src/daemon/host-facts.io.ts'
import { WorkWarnings } from '../src/daemon/work-warnings.ts'
import type { Operation } from '../src/journal/index.ts'
import type { Benchmark } from './bench.ts'
import { median } from './measure.ts'
import type { Row } from './report.ts'

const count = 100
const wantedMs = 20
const commands = [
  'apt-get install -y nginx',
  'systemctl enable nginx',
  'useradd -u 1500 -m web',
  'sed -i s/a/b/ /etc/hosts',
  'grep -qxF x /etc/hosts || echo x >>/etc/hosts',
  'tar -xf /srv/site.tar -C /srv/www',
  'for x in 1 2 3; do mkdir -p /srv/$x && chown www-data /srv/$x; done',
]

/** Half of them files, half commands for the shell. */
const operations = Array.from({ length: count }, (_, index): Operation => {
  if (index % 2 === 0) {
    const cwd = '/'
    return { type: 'exec', argv: ['sh', '-c', commands[(index / 2) % commands.length] ?? ''], cwd, env: {} }
  }
  const owner = { uid: 0, gid: 0, user: 'root', group: 'root' }
  const blob = { id: '0'.repeat(64), sizeBytes: 100, pieces: '0'.repeat(64) }
  const path = index % 10 === 1 ? `/etc/cron.d/job-${index}` : `/srv/www/page-${index}`
  return { type: 'snap', kind: 'file', path, mode: 0o755, owner, mtimeMs: 0, parents: [], blob }
})

const store = {
  has: () => true,
  readWhole: async function* () {
    yield Buffer.from('#!/opt/python/bin/python3\nprint("hello")\n')
  },
}

export const warnings: Benchmark = {
  name: 'warnings',
  summary: `looking for what does not replay in ${count} operations, for isconf ci`,
  run: async (bench) => {
    const rounds = bench.short ? 5 : 21
    const row = async (journalLength: number): Promise<Row> => {
      const changesets = Array.from({ length: journalLength / count }, () => ({ changeset: { operations } }))
      const journal = {
        changesetsAfter: async function* () {
          yield* changesets
        },
      }
      const work = { branch: { journal }, store, operations } as unknown as Parameters<WorkWarnings['ofWork']>[0]
      const facts = { host: hostFacts('/'), environment: () => ({}), refuses: () => false }
      const samples: number[] = []
      // The first round also compiles.
      await new WorkWarnings(facts).ofWork(work)
      for (let round = 0; round < rounds; round += 1) {
        const began = process.cpuUsage()
        await new WorkWarnings(facts).ofWork(work)
        const { user, system } = process.cpuUsage(began)
        samples.push((user + system) / 1_000)
      }
      return {
        what: `warnings of ${count} operations, ${journalLength} in the journal`,
        measured: median(samples),
        unit: 'ms',
        wanted: { atMost: wantedMs },
        note: 'CPU time, which other work on the machine does not change',
        samples,
      }
    }
    return [await row(0), await row(1_000), await row(10_000)]
  },
}
