import { resolve } from 'node:path'
import { aFile, value } from '../../terminal/index.ts'
import { verb } from '../verb.ts'

/** The collector runs as another user. */
const everybodyReads = 0o644

export const metricsVerb = verb({
  name: 'metrics',
  summary: 'Print what a monitor watches, for Prometheus',
  help:
    'Prints the metrics of this host in the text format of Prometheus. With --textfile it writes them to FILE, in one ' +
    'step, for the textfile collector of node_exporter: run it from a timer, and let FILE end in .prom. When the daemon does not answer FILE stays as it was, and its age tells. ' +
    'The same is at /metrics of the control socket.',
  exits: [0, 2],
  options: { textfile: value('--textfile <file>', 'write them to this file', aFile) },
  run: async ({ client, cwd, files, terminal }, { textfile }) => {
    const text = await client.text('/v1/metrics')
    if (textfile === undefined) terminal.out(text)
    else await files.replace(resolve(cwd, textfile), Buffer.from(text), everybodyReads)
    return 0
  },
})
