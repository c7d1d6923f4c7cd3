/** hosts.conf of a thousand hosts: parsed and resolved for each of them, against a loop that takes it apart. */
import { parseHostsConf, resolveHost } from '../src/hostkeeper/hosts-conf/hosts-conf.ts'
import type { Benchmark } from './bench.ts'
import { median, takeTurns } from './measure.ts'
import type { Row } from './report.ts'

const hostCount = 1000
const hostsOfRack = 25
const racksOfSite = 10
const roles = ['web', 'db', 'mail', 'build']

/** The lines of Listing 1, with a role and a rack as macros, racks in sites, and a comment for each rack. */
function hostsConf(): string {
  const racks = Array.from({ length: hostCount / hostsOfRack }, (_, rack) => rack)
  const sites = racks.slice(0, racks.length / racksOfSite)
  return [
    'DEFAULT: PACKAGES=Block00 PKGBANK=http://isconf/pkgbank CVSROOT=:pserver:isro@isconf:/home/isconf/cvsroot',
    ...roles.map((role) => `${role}: ROLE=${role}`),
    ...sites.map((site) => `site${site}: NTPSERVERS="ntp1.site${site}.example.com ntp2.site${site}.example.com"`),
    ...racks.flatMap((rack) => [
      '',
      `# Rack ${rack}.`,
      `rack${rack}: GATEWAY=192.0.2.${rack} site${Math.floor(rack / racksOfSite)}`,
      ...Array.from({ length: hostsOfRack }, (_, place) => hostLine(rack, place)),
    ]),
    '',
  ].join('\n')
}

function hostLine(rack: number, place: number): string {
  const host = rack * hostsOfRack + place
  return `host${host}.example.com: ${roles[host % roles.length]} rack${rack} PACKAGES="Block00 cvs-1.11-3 etc/ntp.conf"`
}

/** Parses it without ado: the variables of each line under its name. No macros, no DEFAULT, no places, no checks. */
function bareLoop(text: string): ReadonlyMap<string, ReadonlyMap<string, string>> {
  const variablesByName = new Map<string, ReadonlyMap<string, string>>()
  for (const line of text.split('\n')) {
    if (line === '' || line.startsWith('#')) continue
    const [name = '', ...words] = line.match(wordPattern) ?? []
    const variables = new Map<string, string>()
    for (const word of words) {
      const [key = '', value = ''] = word.split('=')
      variables.set(key, value)
    }
    variablesByName.set(name, variables)
  }
  return variablesByName
}

/** Blanks in quotes part no words. */
const wordPattern = /(?:[^ \t"]|"[^"]*")+/g

/** Only takes it apart into lines and words. */
function splitLoop(text: string): ReadonlyMap<string, readonly string[]> {
  const wordsByName = new Map<string, readonly string[]>()
  for (const line of text.split('\n')) {
    if (line === '' || line.startsWith('#')) continue
    const [name = '', ...words] = line.match(wordPattern) ?? []
    wordsByName.set(name, words)
  }
  return wordsByName
}

/** Once takes about a millisecond: so many at a time are measured together. */
const readings = 10

async function manyMs(read: () => unknown): Promise<number> {
  const beganMs = performance.now()
  for (let reading = 0; reading < readings; reading += 1) read()
  return (performance.now() - beganMs) / readings
}

export const hostsConfBench: Benchmark = {
  name: 'hosts-conf',
  summary: 'hosts.conf of a thousand hosts, parsed and resolved for each of them',
  run: async (bench) => {
    const text = hostsConf()
    const names = Array.from({ length: hostCount }, (_, host) => ({
      short: `host${host}`,
      fqdn: `host${host}.example.com`,
    }))
    const resolveAll = (): number => {
      const conf = parseHostsConf([{ path: 'hosts.conf', text }])
      let variables = 0
      for (const host of names) variables += resolveHost(conf, host, () => undefined).variables.size
      if (variables !== hostCount * 6) throw new Error(`${variables} variables were resolved`)
      return variables
    }
    const samples = await takeTurns(bench.short ? 30 : 200, {
      resolved: () => manyMs(resolveAll),
      bare: () => manyMs(() => bareLoop(text)),
      split: () => manyMs(() => splitLoop(text)),
    })
    const row = { measured: median(samples.resolved), unit: 'ms', samples: samples.resolved } as const
    const against = (what: string, own: readonly number[]): Pick<Row, 'against' | 'ratio'> => ({
      against: { what, measured: median(own), samples: own },
      ratio: row.measured / median(own),
    })
    return [
      {
        what: `hosts.conf of ${hostCount} hosts, each resolved`,
        ...row,
        ...against('a bare loop that parses it', samples.bare),
        wanted: { below: 3 },
      },
      {
        what: 'the same',
        ...row,
        ...against('a loop over its lines and words', samples.split),
      },
    ]
  },
}
